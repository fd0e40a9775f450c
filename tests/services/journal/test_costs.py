"""Costs that an old version has written down as a service told them, and that can be none."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.gallery import GalleryFilter, GalleryOrder
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.picture import Picture
from fluxtui.domain.spending import SpendingView
from fluxtui.services.budget import BudgetService
from fluxtui.services.config.model import BudgetSettings
from fluxtui.services.journal import Journal
from fluxtui.services.spending import csv_text
from fluxtui.widgets.bar_chart import Bar, chart
from tests.services.journal.conftest import Clock

IMPOSSIBLE = [float("inf"), float("-inf"), 1e308, -5.0, "no number"]


@pytest.fixture
async def billed(journal: Journal, path: Path, make_job: Callable[..., Job]) -> Callable[..., Awaitable[Job]]:
    """Adds a finished picture whose cost stands in the journal as given."""
    ids = itertools.count()

    async def add(cost: Any, estimate: Any = 4.0) -> Job:
        job = make_job(f"job-{next(ids)}")
        await journal.jobs.add([job])
        for state in (JobState.SUBMITTING, JobState.WAITING, JobState.COLLECTING, JobState.DONE):
            await journal.jobs.move(job.id, state)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            sql = "UPDATE jobs SET cost_credits = ?, estimate_credits = ? WHERE id = ?"
            other.execute(sql, (cost, estimate, job.id))
        found = await journal.jobs.get(job.id)
        assert found is not None
        return found

    return add


@pytest.mark.parametrize("cost", IMPOSSIBLE, ids=repr)
async def test_such_a_cost_counts_as_not_told(
    cost: Any, journal: Journal, billed: Callable[..., Awaitable[Job]]
) -> None:
    job = await billed(cost)
    await billed(6.0)
    assert (job.cost_credits, job.credits) == (None, 4.0)
    start = job.created_at - timedelta(days=1)
    assert await journal.spending.since(start) == 10.0
    rows = await journal.spending.history(SpendingView.ENDPOINT, start, job.created_at)
    assert [(row.spent.sure, row.spent.possible, row.jobs) for row in rows] == [(6.0, 4.0, 2)]
    assert "0.0600,0.0400" in csv_text(SpendingView.ENDPOINT, rows)


@pytest.mark.parametrize("estimate", IMPOSSIBLE, ids=repr)
async def test_no_such_estimate_reaches_a_budget(
    estimate: Any, journal: Journal, billed: Callable[..., Awaitable[Job]], clock: Clock
) -> None:
    job = await billed(None, estimate)
    assert job.estimate_credits == 0.0
    budget = BudgetService(journal, lambda: BudgetSettings(day_usd=1.0, month_usd=1.0), clock=clock)
    await budget.check(50.0)
    assert [allowance.spent.total for allowance in await budget.allowances()] == [0.0, 0.0]


async def test_gallery_tells_and_finds_only_what_can_be_a_cost(
    journal: Journal, make_picture: Callable[..., Picture], billed: Callable[..., Awaitable[Job]]
) -> None:
    job = await billed(float("inf"), 3.0)
    await journal.pictures.add(make_picture(job_id=job.id))
    found = await journal.gallery.numbers(GalleryFilter(order=GalleryOrder.COST, most_credits=3.0))
    (entry,) = await journal.gallery.entries(found)
    assert entry.credits == 3.0


@pytest.mark.parametrize("amount", [float("inf"), float("nan"), -1.0, 1e308])
def test_no_amount_stops_the_chart(amount: float) -> None:
    bars = (Bar("a", amount, amount), Bar("b", 3.0, 1.0))
    assert chart(bars, 40, 8, lambda value: f"{value:.3g}").plain
