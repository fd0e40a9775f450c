"""What a training costs with its samples, on what terms, and what is said of that."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from fluxtui.controllers.training.samples import Samples
from fluxtui.domain.money import show_credits
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.controllers.training.order import CostChange, TrainingOrder
    from fluxtui.domain.money import Estimate, UnitPrice
    from fluxtui.providers.base import Abilities


@dataclass(frozen=True)
class Terms:
    """On what terms a trainer is paid.

    Attributes:
        balance: credits left, None where they are not known.
        is_told: whether the service tells the balance at all.
        live: the price that the service told, where it did.
        abilities: what the service can do, None while it has not been asked.
        samples: the sample pictures that go with it.
    """

    balance: float | None = None
    is_told: bool = True
    live: UnitPrice | None = None
    abilities: Abilities | None = None
    samples: Samples = field(default_factory=Samples)

    def total(self, order: TrainingOrder) -> Estimate | None:
        """Return the estimate of a training with its samples, None where a parameter is wrong."""
        training = order.estimate(self.live)
        return None if training is None else self.samples.with_training(training)


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


def money_text(estimate: Estimate | None, balance: float | None, *, is_told: bool = True) -> tuple[str, bool]:
    """Return what paying does to the balance (both in credits), and whether the balance is too low.

    Why a price is doubted is told in place of that.

    Args:
        estimate: of the training, None while something is wrong.
        balance: what is left, None where it is not known.
        is_told: whether the service tells it at all.
    """
    if balance is None:
        return "the balance is not known" if is_told else "the service tells no balance", False
    if estimate is None:
        return f"no price: a value is wrong; balance {show_credits(balance)}", False
    after = balance - estimate.credits
    if after < 0:
        return f"✗ balance {show_credits(balance)}: {show_credits(-after)} too little", True
    return estimate.doubt or f"balance {show_credits(balance)}, {show_credits(after)} afterwards", False


def changed_text(change: str, text: str, estimate: Estimate | None, balance: float | None) -> str:
    """Return what to say of money after a value was changed; as short as can be, for there is little room.

    Args:
        change: the price before and now, or `''` where it is the same.
        text: what is said otherwise.
        estimate: the price now.
        balance: what is left, in credits, None where it is not known.
    """
    if not change or estimate is None:
        return text
    if balance is None:
        return change
    after = balance - estimate.credits
    return f"{change}, leaves {show_credits(after)}" if after >= 0 else text


def price_text(terms: Terms) -> str:
    """Return where a price comes from and of when it is, as a sentence."""
    if terms.live is not None and terms.live.live:
        return f"The price was told by the service on {terms.live.read_on}."
    source = terms.abilities.price_source if terms.abilities is not None else ""
    return f"The price is from {source}." if source else ""
