"""Credits and USD, and what an endpoint is expected to cost."""

from __future__ import annotations

import math
from typing import Any

from fluxtui.system.dataclass import dataclass

USD_PER_CREDIT = 0.01
"""One BFL credit in USD. Source: BFL pricing, read 2026-10."""

MOST_CREDITS = 1_000_000.0
"""More than one task can cost: $10,000. The dearest trainings known cost some hundred dollars (2026-11)."""

MOST_BALANCE = 1e11
"""Credits, either way: no account has, or owes, a billion dollars."""


def as_cost(value: Any) -> float | None:
    """Return what was told as the cost of one task, in credits, or None for what cannot be one.

    A cost is a number, neither a truth value nor a text, from 0 to `MOST_CREDITS`. Whatever else stands in
    its place (infinite, not a number, negative, absurdly high) counts as not told.
    """
    return _within(value, 0.0, MOST_CREDITS)


def as_unit_price(value: Any) -> float | None:
    """Return what was told as the price of one unit, in USD, or None for what cannot be one."""
    return _within(value, 0.0, usd(MOST_CREDITS))


def as_balance(value: Any) -> float | None:
    """Return what was told as the balance of an account, in credits, or None for what cannot be one."""
    return _within(value, -MOST_BALANCE, MOST_BALANCE)


def _within(value: Any, least: float, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared before it is converted: an integer can be too large for a float, and NaN is never within.
    return float(value) if least <= value <= most else None


_TOO_LONG = 1e12


def usd(credits: float) -> float:
    """Return the price in USD of an amount of credits."""
    return credits * USD_PER_CREDIT


def credits(usd: float) -> float:
    """Return the amount of credits that a price in USD is."""
    return usd / USD_PER_CREDIT


def show_usd(amount: float) -> str:
    """Return an amount of USD for people: two decimals, or four below ten cents where cents would lie.

    What is no amount is shown as `$?`, and one that would be too long to read by its order of magnitude.
    """
    if not math.isfinite(amount):
        return "$?"
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    if size >= _TOO_LONG:
        return f"{sign}${size:.1e}"
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
        doubt: why the service's own price is not believed, in a few words that `basis` has as well, or `''`.
    """

    credits: float
    basis: str
    exact: bool = True
    doubt: str = ""

    @property
    def usd(self) -> float:
        """The amount in USD."""
        return usd(self.credits)

    def times(self, count: int) -> Estimate:
        """Return the estimate for `count` jobs of this kind."""
        return Estimate(self.credits * count, self.basis, self.exact, self.doubt)

    def show(self) -> str:
        """Return the amount for people, with `~` where it is not exact."""
        return ("" if self.exact else "~") + show_credits(self.credits)
