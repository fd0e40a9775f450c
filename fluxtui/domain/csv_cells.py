"""Text in CSV files that spreadsheets open."""

from __future__ import annotations

_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "'")
"""What a spreadsheet may take for the beginning of a formula, and our own mark against that."""


def no_formula(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula: with `'` in front where needed."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
