"""What a job of the table `jobs` cost, as parts of SQL: what cannot be a cost counts as not told.

Versions before this rule wrote down whatever a service said, so infinite and negative costs can stand there.
"""

from __future__ import annotations

from fluxtui.domain.money import MOST_CREDITS


def _possible(column: str) -> str:
    # A text, which no number is compared with, is above all numbers, so it is left out as well.
    return f"CASE WHEN {column} BETWEEN 0 AND {MOST_CREDITS:.1f} THEN {column} END"


def cost_of(table: str = "jobs") -> str:
    """Return the SQL for the true cost in credits, NULL where it is not known."""
    return f"({_possible(f'{table}.cost_credits')})"


def estimate_of(table: str = "jobs") -> str:
    """Return the SQL for the estimate in credits, NULL for one that cannot be."""
    return f"({_possible(f'{table}.estimate_credits')})"
