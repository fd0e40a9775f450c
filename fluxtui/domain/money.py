"""Credits and USD, and what an endpoint is expected to cost."""

from __future__ import annotations

from dataclasses import dataclass

USD_PER_CREDIT = 0.01
"""One BFL credit in USD. Source: BFL pricing, read 2026-10."""


def usd(credits: float) -> float:
    """Return the price in USD of an amount of credits."""
    return credits * USD_PER_CREDIT


def credits(usd: float) -> float:
    """Return the amount of credits that a price in USD is."""
    return usd / USD_PER_CREDIT


def show_usd(amount: float) -> str:
    """Return an amount of USD for people: two decimals, or four below ten cents where cents would lie."""
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    if size < 0.1 and round(size, 2) != round(size, 4):
        return f"{sign}${size:.4f}".rstrip("0")
    return f"{sign}${size:,.2f}"


def show_credits(credits: float) -> str:
    """Return an amount of credits as money: `'$0.07'`."""
    return show_usd(usd(credits))


@dataclass(frozen=True)
class UnitPrice:
    """What a service charges for one unit of an endpoint.

    Attributes:
        usd: for one unit.
        unit: what is counted, in the service's word: `megapixels`, `steps`, `images`, `seconds`.
        read_on: when it was read: a month of our table, or the day on which the service told it.
        live: whether the service itself told it.
    """

    usd: float
    unit: str
    read_on: str
    live: bool = False


@dataclass(frozen=True)
class Estimate:
    """What a job will probably cost.

    Attributes:
        credits: the amount for one job.
        basis: how it was reckoned, in a few words for people.
        exact: False where the service's rounding is not known.
    """

    credits: float
    basis: str
    exact: bool = True

    @property
    def usd(self) -> float:
        """The amount in USD."""
        return usd(self.credits)

    def times(self, count: int) -> Estimate:
        """Return the estimate for `count` jobs of this kind."""
        return Estimate(self.credits * count, self.basis, self.exact)

    def show(self) -> str:
        """Return the amount for people, with `~` where it is not exact."""
        return ("" if self.exact else "~") + show_credits(self.credits)
