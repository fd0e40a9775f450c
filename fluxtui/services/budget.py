"""Budgets of the day and the month: what counts against them, and that nothing goes over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from fluxtui.domain.money import credits
from fluxtui.domain.spending import Allowance, OverBudget, Period
from fluxtui.system.clock import utc_now

if TYPE_CHECKING:
    from fluxtui.domain.jobs import Job
    from fluxtui.domain.spending import Spent
    from fluxtui.services.config.model import BudgetSettings
    from fluxtui.services.journal import Journal
    from fluxtui.services.journal.spending import Guard, SpentSince


class BudgetService:
    """Holds orders to the budgets, over all profiles and all programs on one journal.

    Args:
        journal: open.
        settings: returns the budgets of now, so that a changed configuration holds at once.
        clock: tells the time, as an aware UTC datetime.
    """

    def __init__(
        self,
        journal: Journal,
        settings: Callable[[], BudgetSettings],
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._journal = journal
        self._settings = settings
        self._clock = clock

    async def allowances(self) -> tuple[Allowance, ...]:
        """Return the budgets that are set, the day's first. Raises `StorageError`."""
        now, limits = self._clock(), self._limits()
        if not limits:
            return ()
        spent = await self._journal.spending.committed([period.start(now) for period in limits])
        return tuple(
            _allowance(period, limits[period], amount, now)
            for period, amount in zip(limits, spent, strict=True)
        )

    async def check(self, wanted: float, count: int = 1) -> None:
        """Refuse early what `guard` would refuse later, before pictures are packed or kept for it.

        Args:
            wanted: credits of the whole order, as estimated.
            count: how many jobs it has.

        Raises:
            OverBudget: with the figures.
            StorageError: the journal could not be read.
        """
        _refuse(await self.allowances(), wanted, count)

    def guard(self, jobs: Sequence[Job]) -> Guard | None:
        """Return what `JobStore.add` asks before it writes these jobs, or None where no budget is set."""
        now, limits = self._clock(), self._limits()
        if not limits:
            return None
        wanted = sum(job.estimate_credits for job in jobs)

        def look(spent_since: SpentSince) -> None:
            allowances = [
                _allowance(period, limit, spent_since(period.start(now)), now)
                for period, limit in limits.items()
            ]
            _refuse(allowances, wanted, len(jobs))

        return look

    def _limits(self) -> dict[Period, float]:
        settings = self._settings()
        limits = {Period.DAY: settings.day_usd, Period.MONTH: settings.month_usd}
        return {period: credits(limit) for period, limit in limits.items() if limit is not None}


def _allowance(period: Period, limit: float, spent: Spent, now: datetime) -> Allowance:
    return Allowance(period, limit, spent, period.end(now))


def _refuse(allowances: Sequence[Allowance], wanted: float, count: int) -> None:
    # The longest first: who is over the month's budget should not wait for tomorrow.
    for allowance in reversed(allowances):
        if not allowance.allows(wanted):
            raise OverBudget(allowance, wanted, count)
