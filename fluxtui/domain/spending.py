"""What was spent, what may still be charged, and the budgets that both count against."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum

from fluxtui.domain.errors import FluxError
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural
from fluxtui.system.dataclass import dataclass

NEAR_SHARE = 0.8
"""The part of a budget from which it is called nearly used up."""
_ROUNDING = 1e-6
"""Credits; sums of many prices are not exact to the last bit."""


@dataclass(frozen=True)
class Spent:
    """An amount in credits.

    Attributes:
        sure: what the services said they charged.
        possible: estimates of what is queued, running, in doubt, or ended without a word about its cost.
    """

    sure: float = 0.0
    possible: float = 0.0

    @property
    def total(self) -> float:
        """Both together: what counts against a budget."""
        return self.sure + self.possible


class SpendingView(StrEnum):
    """By what spending is summed up."""

    DAY = "day"
    FINETUNE = "finetune"
    ENDPOINT = "endpoint"


@dataclass(frozen=True)
class SpendingRow:
    """The sums of one local day, finetune or endpoint.

    Attributes:
        key: the day (`2026-11-23`), `PROFILE/FINETUNE` or the endpoint's id; empty for no finetune.
        label: the same for people, unsafe to show as it is; empty for no finetune.
        jobs: how many were sent or are queued, whether they went well or not.
        trainings: how many of these train.
        pictures: how many were saved.
        spent: what they cost.
    """

    key: str
    label: str
    jobs: int
    trainings: int
    pictures: int
    spent: Spent


class Period(StrEnum):
    """What a budget is for; days and months are those of the local time, whatever their length."""

    DAY = "day"
    MONTH = "month"

    def start(self, moment: datetime) -> datetime:
        """Return when the period that holds an aware moment began."""
        return _local_midnight(self._first_day(moment.astimezone()))

    def end(self, moment: datetime) -> datetime:
        """Return when the period that holds an aware moment is over, which is when the next one begins."""
        first = self._first_day(moment.astimezone())
        # Of a month, any day of the next one leads to its first.
        following = first + timedelta(days=1 if self is Period.DAY else 31)
        return _local_midnight(self._first_day(following))

    def _first_day(self, local: datetime) -> datetime:
        return local if self is Period.DAY else local.replace(day=1)

    @property
    def words(self) -> str:
        """The present period in words: `today` or `this month`."""
        return "today" if self is Period.DAY else "this month"


def days_start(moment: datetime, days: int) -> datetime:
    """Return when the first of some local days began, of which the last is that of an aware moment."""
    return _local_midnight(moment.astimezone() - timedelta(days=days - 1))


def day_start(day: date) -> datetime:
    """Return when a local day began, or will begin."""
    return _local_midnight(datetime.combine(day, time()))


def _local_midnight(local: datetime) -> datetime:
    # Without a zone, it is the clock on the wall: the offset at midnight can differ from the one of now.
    wall = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    midnight = wall.astimezone()
    # Where clocks go forward at midnight there is no 00:00, and it is read as 23:00 of the day before.
    return midnight if midnight.date() == wall.date() else wall.replace(fold=1).astimezone()


class BudgetLevel(IntEnum):
    """How far a budget is used up."""

    FREE = 0
    NEAR = 1
    REACHED = 2


@dataclass(frozen=True)
class Allowance:
    """A budget and how much of it is used.

    Attributes:
        period: what it is for.
        limit: credits.
        spent: credits that count against it.
        resets_at: when it starts anew, aware.
    """

    period: Period
    limit: float
    spent: Spent
    resets_at: datetime

    @property
    def left(self) -> float:
        """Credits that may still be ordered."""
        return max(self.limit - self.spent.total, 0.0)

    @property
    def level(self) -> BudgetLevel:
        """How far it is used up."""
        if self.spent.total >= self.limit - _ROUNDING:
            return BudgetLevel.REACHED
        near = self.spent.total >= self.limit * NEAR_SHARE - _ROUNDING
        return BudgetLevel.NEAR if near else BudgetLevel.FREE

    def allows(self, credits: float) -> bool:
        """Tell whether an order of some credits fits; what costs nothing always does."""
        return credits <= 0 or self.spent.total + credits <= self.limit + _ROUNDING


class OverBudget(FluxError):
    """An order does not fit into a budget; nothing was written down or sent.

    Attributes:
        allowance: the budget in the way, with what counts against it.
        wanted: credits of the order, as estimated.
        count: how many jobs it has.
    """

    title = "Over budget"

    def __init__(self, allowance: Allowance, wanted: float, count: int) -> None:
        name = "today's budget" if allowance.period is Period.DAY else "this month's budget"
        resets = allowance.resets_at.astimezone().strftime("%Y-%m-%d %H:%M")
        super().__init__(
            f"Nothing was sent: {plural(count, 'job')} for about {show_credits(wanted)} would go over "
            f"{name} of {show_credits(allowance.limit)}. {_account(allowance)}",
            next_step=f"The budget starts anew at {resets}; F7 Settings changes it.",
        )
        self.allowance = allowance
        self.wanted = wanted
        self.count = count


def _account(allowance: Allowance) -> str:
    spent = allowance.spent
    possible = (
        f", up to {show_credits(spent.possible)} more may be (queued, running or in doubt)"
        if spent.possible
        else ""
    )
    return f"{show_credits(spent.sure)} is spent{possible}; {show_credits(allowance.left)} is left."
