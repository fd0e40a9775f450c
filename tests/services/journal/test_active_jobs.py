"""The active jobs are asked for at every change: only rows that are other ones than before are understood."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.journal import Journal, unreadable
from fluxtui.services.journal.rows import from_row

MakeJob = Callable[..., Job]
WAITING = 1_000


class Understood:
    """The ids of the rows that were made into jobs."""

    def __init__(self) -> None:
        self._ids: list[str] = []

    def note(self, model: type[BaseModel], row: Any) -> BaseModel:
        self._ids.append(row["id"])
        return from_row(model, row)

    def since(self) -> list[str]:
        """Return those since this was asked last."""
        ids, self._ids = self._ids, []
        return ids


@pytest.fixture
def understood(monkeypatch: pytest.MonkeyPatch) -> Understood:
    seen = Understood()
    monkeypatch.setattr(unreadable, "from_row", seen.note)
    return seen


def ids(jobs: Iterable[Job]) -> list[str]:
    return [job.id for job in jobs]


async def waiting(journal: Journal, make_job: MakeJob, understood: Understood) -> None:
    await journal.jobs.add([make_job(f"job-{number}") for number in range(WAITING)])
    assert len(await journal.jobs.active()) == WAITING
    assert len(understood.since()) == WAITING


async def test_nothing_is_read_where_nothing_changed(
    journal: Journal, make_job: MakeJob, understood: Understood
) -> None:
    await waiting(journal, make_job, understood)
    first = await journal.jobs.active()
    assert await journal.jobs.active() is first
    # A lease is no change that anybody shows or acts on.
    assert await journal.jobs.claim("job-5", "me", 10)
    assert await journal.jobs.active() is first
    assert understood.since() == []


async def test_only_what_changed_is_understood(
    journal: Journal, make_job: MakeJob, understood: Understood
) -> None:
    await waiting(journal, make_job, understood)
    await journal.jobs.move("job-7", JobState.SUBMITTING)
    understood.since()
    active = await journal.jobs.active()
    assert understood.since() == ["job-7"]
    assert {job.id: job.state for job in active}["job-7"] is JobState.SUBMITTING
    assert ids(active) == [f"job-{number}" for number in range(WAITING)]


async def test_the_clock_need_not_go_on(journal: Journal, make_job: MakeJob, understood: Understood) -> None:
    await waiting(journal, make_job, understood)
    for progress in (0.25, 0.5):
        await journal.jobs.update("job-3", progress=progress)
        understood.since()
        assert (await journal.jobs.active())[3].progress == progress
        assert understood.since() == ["job-3"]


async def test_what_another_program_changed_is_seen(
    journal: Journal, other: Journal, make_job: MakeJob, understood: Understood
) -> None:
    await waiting(journal, make_job, understood)
    await other.jobs.move("job-0", JobState.CANCELLED)
    await other.jobs.update("job-1", progress=0.5)
    await other.jobs.add([make_job("new")])
    understood.since()
    active = await journal.jobs.active()
    assert understood.since() == ["job-1", "new"]
    assert ids(active) == [*(f"job-{number}" for number in range(1, WAITING)), "new"]
    assert active[0].progress == 0.5


async def test_one_that_cannot_be_understood_any_more_is_told(
    journal: Journal, make_job: MakeJob, path: Path, understood: Understood
) -> None:
    await waiting(journal, make_job, understood)
    with closing(sqlite3.connect(path)) as damaged, damaged:
        damaged.execute("UPDATE jobs SET parameters = '{' WHERE id = 'job-2'")
    assert "job-2" not in ids(await journal.jobs.active())
    assert [row.key for row in journal.unreadable.jobs] == ["job-2"]
