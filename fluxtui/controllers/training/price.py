"""What is said of money beside the button that trains."""

from __future__ import annotations

from dataclasses import dataclass

from fluxtui.controllers.training.order import CostChange, TrainingOrder
from fluxtui.controllers.training.wording import Terms, changed_text, money_text


@dataclass(frozen=True)
class PriceLine:
    """A price and what paying it means.

    Attributes:
        samples: what stands on the button for sample pictures.
        price: of all that is asked for, `''` where that is not known.
        text: what that means, or why it is not known.
        is_fault: whether it cannot be paid.
    """

    samples: str
    price: str
    text: str
    is_fault: bool


def price_line(order: TrainingOrder, terms: Terms, change: CostChange) -> PriceLine:
    """Return what an order costs on the terms of its trainer; `change` is what it cost before."""
    estimate = terms.total(order)
    text, is_too_low = money_text(estimate, terms.balance, is_told=terms.is_told)
    text = changed_text(change.show(estimate), text, estimate, terms.balance)
    return PriceLine(terms.samples.label, estimate.show() if estimate else "", text, is_too_low)
