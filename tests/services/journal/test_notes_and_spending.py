from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fluxtui.domain.jobs import UNBILLED_STATES, Job, JobState
from fluxtui.services.journal import Journal, database


async def test_notes_hold_what_json_can(journal: Journal, other: Journal) -> None:
    assert await journal.notes.get("draft", "nothing") == "nothing"
    draft = {"prompt": "ein Fuchs 🦊 \udcff", "seed": None, "list": [1, True]}
    await journal.notes.set("draft", draft)
    assert await other.notes.get("draft") == draft
    await other.notes.set("draft", None)
    assert await journal.notes.get("draft", "nothing") is None
    await journal.notes.remove("draft")
    assert await journal.notes.get("draft", "nothing") == "nothing"


async def test_what_is_written_again_writes_nothing_and_the_log_of_writes_stays_small(
    path: Path, clock: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOGGED_PAGES", 4)
    log = path.with_name(f"{path.name}-wal")
    async with Journal(path, clock=clock) as journal:
        sizes = []
        for number in (1, 1, 2, 3, 4, 5, 6, 7, 8, 9):
            await journal.notes.set("place", number)
            sizes.append(log.stat().st_size)
        assert sizes[0] == sizes[1] < sizes[2]
        assert sizes[-1] == sizes[-4] <= 16 * 4096
        assert await journal.notes.get("place") == 9


@pytest.mark.parametrize("state", JobState)
async def test_spending_counts_what_may_have_been_billed(
    journal: Journal, make_job: Callable[..., Job], clock: Callable[[], datetime], state: JobState
) -> None:
    await journal.jobs.add([make_job(state=state, estimate_credits=4.0, submitted_at=clock())])
    assert await journal.spending.since(clock()) == (0.0 if state in UNBILLED_STATES else 4.0)


async def test_the_true_cost_comes_before_the_estimate(
    journal: Journal, make_job: Callable[..., Job], clock: Callable[[], datetime]
) -> None:
    await journal.jobs.add(
        [
            make_job("cheaper", state=JobState.DONE, cost_credits=1.5),
            make_job("free", state=JobState.FAILED, cost_credits=0.0),
            make_job("unknown", state=JobState.WAITING, estimate_credits=6.0),
        ]
    )
    assert await journal.spending.since(clock()) == 7.5


async def test_spending_starts_at_a_time(
    journal: Journal, make_job: Callable[..., Job], clock: Callable[[], datetime]
) -> None:
    before = clock() - timedelta(days=1)
    await journal.jobs.add(
        [
            make_job("yesterday", state=JobState.DONE, submitted_at=before, estimate_credits=1.0),
            make_job(
                "drafted yesterday",
                state=JobState.DONE,
                created_at=before,
                submitted_at=clock(),
                estimate_credits=2.0,
            ),
        ]
    )
    assert await journal.spending.since(clock()) == 2.0
    assert await journal.spending.since(before) == 3.0
    assert await journal.spending.since(clock() + timedelta(microseconds=1)) == 0.0


async def test_doubt_counts_until_the_job_is_found(journal: Journal, make_job: Callable[..., Job]) -> None:
    start = make_job().created_at
    for job_id in ("given up", "found"):
        await journal.jobs.add([make_job(job_id, estimate_credits=4.0)])
        await journal.jobs.move(job_id, JobState.SUBMITTING)
        assert (await journal.jobs.move(job_id, JobState.IN_DOUBT)).maybe_billed
    assert await journal.spending.possible_since(start) == 8.0
    assert (await journal.jobs.move("given up", JobState.CANCELLED)).maybe_billed
    assert not (await journal.jobs.move("found", JobState.WAITING, cost_credits=3.0)).maybe_billed
    assert await journal.spending.possible_since(start) == 4.0
    assert await journal.spending.since(start) == 7.0
