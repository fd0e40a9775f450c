"""Names and values one under the other, as details show them."""

from __future__ import annotations

import json
from typing import Any

from textual.content import Content

from fluxtui.domain.text import safe_text, shorten
from fluxtui.widgets.plain import plain

LABEL_WIDTH = 11
"""Cells; a longer name pushes its own value only."""
VALUE_LIMIT = 2_000
"""Characters shown of one value; the journal has all of it."""


def fact_line(label: str, value: str) -> Content:
    """Return one line: the label, dimmed, and its value."""
    return Content.assemble(
        plain(f"{label:<{LABEL_WIDTH}}", "$foreground-muted"),
        Content(" "),
        plain(value, newlines=True),
        Content("\n"),
    )


def value_text(value: Any) -> str:
    """Return a parameter's value as text, cut where it is very long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shorten(safe_text(text, newlines=True), VALUE_LIMIT)
