"""Budgets in words: how much of which is used, and a warning before it is used up."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from fluxtui.domain.money import show_credits
from fluxtui.domain.spending import Allowance, BudgetLevel

_WARNINGS = {BudgetLevel.FREE: "", BudgetLevel.NEAR: "budget low", BudgetLevel.REACHED: "budget reached"}
_STYLES = {
    BudgetLevel.FREE: "$foreground-muted",
    BudgetLevel.NEAR: "bold $text-warning",
    BudgetLevel.REACHED: "bold $text-error",
}


def allowance_text(allowance: Allowance) -> Content:
    """Return `$4.20 of $5.00 today, budget low`."""
    words = (
        f"{show_credits(allowance.spent.total)} of {show_credits(allowance.limit)} {allowance.period.words}"
    )
    warning = _WARNINGS[allowance.level]
    return Content.styled(f"{words}, {warning}" if warning else words, _STYLES[allowance.level])


def allowance_warning(allowance: Allowance) -> Content:
    """Return the warning alone, nothing while there is none."""
    return Content.styled(_WARNINGS[allowance.level], _STYLES[allowance.level])


def most_pressing(allowances: Sequence[Allowance]) -> Allowance | None:
    """Return the budget that is used up most, the day's where they are alike; None where none is set."""
    return max(allowances, key=lambda allowance: allowance.level, default=None)
