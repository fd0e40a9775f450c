"""The question before money is spent."""

from __future__ import annotations

from fluxtui.controllers.host import HostState
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.money import Estimate, UnitPrice, show_credits
from fluxtui.domain.prices import Prices
from fluxtui.domain.text import plural
from fluxtui.domain.uses import Offer
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Funds:
    """What there is to pay with.

    Attributes:
        balance: credits left as far as known.
        is_told: whether the service says at all what is left.
        owner: the profile, where it has to be said whose they are, else `''`.
    """

    balance: float | None = None
    is_told: bool = True
    owner: str = ""

    def covers(self, credits: float) -> bool:
        """Tell whether some credits are there, as far as it is known."""
        return self.balance is None or self.balance >= credits

    @property
    def place(self) -> str:
        """Where they are, to be put behind an amount: `' at fal'`, or `''`."""
        return f" at {self.owner}" if self.owner else ""


def available_funds(known: HostState, profile: str, *, is_told: bool) -> Funds:
    """Return what a profile has to pay with; `is_told` says whether its service tells the balance at all."""
    balance = known.balance_of(profile)
    owner = profile if len(known.usable_profiles) > 1 else ""
    return Funds(balance.credits if balance is not None else None, is_told, owner)


def reported_price(prices: Prices, offer: Offer) -> UnitPrice | None:
    """Return what a service told of an endpoint's price, None where the estimate does not come of it."""
    return prices.of(offer.provider, offer.endpoint) if offer.endpoint.info.live_price is not None else None


@dataclass(frozen=True)
class Price:
    """What an order costs and what there is to pay it with.

    Attributes:
        each: the estimate of one picture.
        count: how many pictures.
        funds: of the profile that pays.
        confirm_above_usd: from which sum on the user is asked.
        source: where the price of one comes from, with its date, as a sentence, or `''`.
    """

    each: Estimate
    count: int
    funds: Funds
    confirm_above_usd: float
    source: str = ""

    @property
    def total(self) -> Estimate:
        """The estimate of all pictures."""
        return self.each.times(self.count)

    @property
    def is_covered(self) -> bool:
        """Whether the balance is enough, as far as it is known."""
        return self.funds.covers(self.total.credits)

    @property
    def needs_a_yes(self) -> bool:
        """Whether the user has to be asked first."""
        return not self.is_covered or self.total.usd > self.confirm_above_usd

    def question(self) -> Confirmation:
        """Return the question that shows the figures."""
        sum_text = f"{self.count} × {self.each.show()} = {self.total.show()}"
        return Confirmation(
            f"Generate {plural(self.count, 'picture')}?",
            tuple(sentence for sentence in (*self._sentences(), self.source) if sentence),
            price=sum_text,
            confirm_label="Generate" if self.is_covered else "Send anyway",
            danger=not self.is_covered,
        )

    def _sentences(self) -> tuple[str, ...]:
        return funds_sentences(self.funds, self.total.credits)


def funds_sentences(funds: Funds, wanted: float) -> tuple[str, ...]:
    """Return what is to be said about the funds of a profile before some credits of it are spent."""
    balance, place = funds.balance, funds.place
    if not funds.is_told:
        return (f"The service{place} does not tell what is left on the account.",)
    if balance is None:
        return (f"The balance{place} is not known.",)
    if not funds.covers(wanted):
        return (
            f"The balance{place} was {show_credits(balance)} when last asked: too little for all of it.",
            "What is not covered is not made, and costs nothing.",
        )
    return (f"Balance{place} {show_credits(balance)}, {show_credits(balance - wanted)} afterwards.",)


def source_of(told: UnitPrice | None, price_source: str) -> str:
    """Return where a price comes from as a sentence.

    Args:
        told: what the service told, where the price comes of it.
        price_source: where its prices come from else, in the words of its abilities.
    """
    return f"The service told its price on {told.read_on}." if told else f"The price is from {price_source}."
