"""Budgets hold for every way to order, for all profiles and for several programs at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.spending import OverBudget, Period, Spent
from fluxtui.services.budget import BudgetService
from fluxtui.services.config.model import BudgetSettings
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Gateway, JobService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
Running = Callable[[JobService], AbstractAsyncContextManager[None]]


class Budgets:
    """Budgets that a test changes, as a user does in the settings."""

    def __init__(self) -> None:
        self.now = BudgetSettings()

    def set(self, **limits: float | None) -> None:
        self.now = BudgetSettings(**limits)


@pytest.fixture
def budgets() -> Budgets:
    return Budgets()


@pytest.fixture
def budget(open_journal: Journal, budgets: Budgets) -> BudgetService:
    return BudgetService(open_journal, lambda: budgets.now)


@pytest.fixture
def jobs(
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
    pacing: Any,
    budget: BudgetService,
) -> JobService:
    """A job service with budgets that does not run yet."""
    return JobService(open_journal, data_directory, gateway, owner="budget", pacing=pacing, budget=budget)


def make_job(job_id: str = "job", *, at: datetime = NOON, **values: Any) -> Job:
    defaults: dict[str, Any] = {
        "kind": JobKind.GENERATION,
        "state": JobState.DONE,
        "profile": "bfl",
        "provider": "bfl",
        "endpoint": "flux-dev",
        "title": "a fox",
        "parameters": {"prompt": "a fox"},
        "estimate_credits": 2.5,
        "created_at": at,
        "updated_at": at,
        "submitted_at": None if values.get("state") is JobState.DRAFT else at,
    }
    return Job(id=job_id, **(defaults | values))


async def test_no_budget_is_no_limit(budget: BudgetService) -> None:
    assert await budget.allowances() == ()
    assert budget.guard([make_job(estimate_credits=1e9)]) is None
    await budget.check(1e9)


async def test_what_counts_against_a_budget(open_journal: Journal, budgets: Budgets) -> None:
    clock = NOON
    service = BudgetService(open_journal, lambda: budgets.now, clock=lambda: clock)
    budgets.set(day_usd=5.0, month_usd=20.0)
    yesterday, long_ago = NOON - timedelta(days=1), NOON - timedelta(days=40)
    await open_journal.jobs.add(
        [
            make_job("paid", cost_credits=7.0, estimate_credits=100.0),
            make_job("free after all", state=JobState.FAILED, cost_credits=0.0, estimate_credits=100.0),
            make_job("running", state=JobState.RUNNING, estimate_credits=4.0, kind=JobKind.TRAINING),
            make_job("doubtful", state=JobState.IN_DOUBT, estimate_credits=2.0, maybe_billed=True),
            make_job("left in doubt", state=JobState.CANCELLED, estimate_credits=1.0, maybe_billed=True),
            make_job("refused", state=JobState.REFUSED, estimate_credits=100.0),
            make_job("cancelled", state=JobState.CANCELLED, estimate_credits=100.0),
            make_job("queued", state=JobState.DRAFT, estimate_credits=3.0, profile="other"),
            make_job("queued long ago", state=JobState.DRAFT, estimate_credits=0.5, at=long_ago),
            make_job("yesterday", at=yesterday, cost_credits=11.0),
            make_job("long ago", at=long_ago, cost_credits=1000.0),
        ]
    )
    day, month = await service.allowances()
    assert (day.period, day.limit, day.spent) == (Period.DAY, 500, Spent(7.0, 10.5))
    assert (month.period, month.limit, month.spent) == (Period.MONTH, 2000, Spent(18.0, 10.5))
    clock = NOON + timedelta(days=1)
    day, month = await service.allowances()
    assert day.spent == Spent(0.0, 3.5)
    assert month.spent == Spent(18.0, 10.5)


async def test_the_true_cost_takes_the_place_of_the_estimate(
    budgets: Budgets,
    budget: BudgetService,
    jobs: JobService,
    inference: InferenceService,
    running: Running,
    ended: Ended,
) -> None:
    budgets.set(day_usd=1.0)
    ordered = await inference.generate("bfl", "flux-pro-1.1", {"prompt": "a fox"}, count=2)
    (before,) = await budget.allowances()
    assert before.spent == Spent(0.0, 8.0)
    async with running(jobs):
        await ended(jobs, ordered)
    (after,) = await budget.allowances()
    assert after.spent == Spent(8.0, 0.0)


async def test_pictures_over_the_budget_are_not_journalled_or_sent(
    budgets: Budgets,
    jobs: JobService,
    inference: InferenceService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    budgets.set(day_usd=0.10)
    first = await inference.generate("bfl", "flux-pro-1.1", {"prompt": "a fox"}, count=2)
    with pytest.raises(OverBudget) as caught:
        await inference.generate("bfl", "flux-pro-1.1", {"prompt": "an owl"})
    words = caught.value.sentence()
    assert "1 job for about $0.04" in words
    assert "$0.10. $0.00 is spent, up to $0.08 more may be" in words
    assert "$0.02 is left" in words
    async with running(jobs):
        await ended(jobs, first)
    assert len(await open_journal.jobs.recent()) == len(simulator.ledger()) == 2
    budgets.set(day_usd=0.12)
    assert len(await inference.generate("bfl", "flux-pro-1.1", {"prompt": "an owl"})) == 1


async def test_a_training_over_the_budget_is_not_packed_or_sent(
    budgets: Budgets,
    finetuning: FinetuningService,
    open_journal: Journal,
    data_directory: StorageService,
    training_folder: Path,
    simulator: Simulator,
) -> None:
    dataset = await DatasetService().inspect(training_folder, await finetuning.rules("bfl"))
    values = {"finetune_comment": "fox", "mode": "general"}
    budgets.set(month_usd=0.5, day_usd=0.4)
    with pytest.raises(OverBudget, match="this month's budget of \\$0\\.50"):
        await finetuning.start("bfl", dataset, values)
    assert await open_journal.jobs.recent() == ()
    assert list((data_directory.root / "datasets").iterdir()) == []
    assert simulator.ledger() == []


async def test_sending_again_counts_as_well(
    budgets: Budgets, jobs: JobService, open_journal: Journal
) -> None:
    now = datetime.now(UTC)
    await open_journal.jobs.add(
        [
            make_job("done", at=now, cost_credits=4.0, estimate_credits=4.0),
            make_job("doubtful", at=now, state=JobState.IN_DOUBT, estimate_credits=4.0, maybe_billed=True),
        ]
    )
    budgets.set(day_usd=0.1)
    for again in (jobs.retry("done"), jobs.resend("doubtful")):
        with pytest.raises(OverBudget):
            await again
    doubtful = await open_journal.jobs.get("doubtful")
    assert doubtful is not None
    assert doubtful.state is JobState.IN_DOUBT
    assert len(await open_journal.jobs.recent()) == 2
    budgets.set(day_usd=0.12)
    await jobs.resend("doubtful")
    with pytest.raises(OverBudget):
        await jobs.retry("done")


@pytest.fixture
async def programs(
    open_journal: Journal, data_directory: StorageService, gateway: Gateway, pacing: Any
) -> AsyncIterator[tuple[JobService, ...]]:
    """Four programs on one data directory, each with a journal of its own and a budget of one dollar."""
    settings = BudgetSettings(day_usd=1.0)
    journals = [Journal(open_journal.path) for _ in range(4)]
    for journal in journals:
        await journal.open()
    yield tuple(
        JobService(
            journal,
            data_directory,
            gateway,
            owner=f"program-{number}",
            pacing=pacing,
            budget=BudgetService(journal, lambda: settings),
        )
        for number, journal in enumerate(journals)
    )
    for journal in journals:
        await journal.close()


async def test_programs_at_once_do_not_overspend(
    programs: tuple[JobService, ...], open_journal: Journal
) -> None:
    async def order(number: int) -> bool:
        job = make_job(f"job-{number}", at=datetime.now(UTC), state=JobState.DRAFT, estimate_credits=15.0)
        try:
            await programs[number % len(programs)].submit([job])
        except OverBudget as error:
            return error.allowance.left >= 15
        return True

    taken = await asyncio.gather(*(order(number) for number in range(20)))
    assert sum(taken) == 6
    assert len(await open_journal.jobs.recent()) == 6
    (spent,) = await open_journal.spending.committed([Period.DAY.start(datetime.now(UTC))])
    assert spent == Spent(0.0, 90.0)


async def test_an_order_is_taken_as_a_whole_or_not_at_all(
    budgets: Budgets, jobs: JobService, open_journal: Journal
) -> None:
    budgets.set(month_usd=0.1)
    batch = [make_job(f"job-{number}", state=JobState.DRAFT, estimate_credits=4.0) for number in range(3)]
    with pytest.raises(OverBudget):
        await jobs.submit(batch)
    assert await open_journal.jobs.recent() == ()
    await jobs.submit(batch[:2])
    assert len(await open_journal.jobs.recent()) == 2
