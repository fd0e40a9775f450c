"""Drafts that wait for a training, in the journal: nobody can send them, one program alone settles them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.services.journal import Journal
from tests.services.journal.conftest import Clock

MakeJob = Callable[..., Job]


@pytest.fixture
async def sample(journal: Journal, make_job: MakeJob) -> Job:
    """A draft that waits for a training."""
    training = make_job("training", kind=JobKind.TRAINING, state=JobState.RUNNING)
    sample = make_job("sample", after="training")
    await journal.jobs.add([training, sample])
    return sample


async def test_what_waits_cannot_begin(journal: Journal, sample: Job) -> None:
    assert sample.waits
    assert await journal.jobs.begin("sample", limit=9, endpoint_limit=None) is None
    assert await journal.jobs.get("sample") == sample


async def test_one_of_several_programs_lets_it_go(journal: Journal, other: Journal, sample: Job) -> None:
    answers = await asyncio.gather(
        *(
            store.jobs.settle("sample", "training", JobState.DRAFT, note="done", finetune_id="fox")
            for store in (journal, other, journal)
        )
    )
    (freed,) = [job for job in answers if job is not None]
    assert (freed.after, freed.finetune_id, freed.waits) == (None, "fox", False)
    assert [event.note for event in await journal.jobs.story("sample")] == ["", "done"]
    begun = await journal.jobs.begin("sample", limit=9, endpoint_limit=None)
    assert begun is not None
    assert begun.state is JobState.SUBMITTING


async def test_what_was_cancelled_or_waits_for_another_is_left_alone(journal: Journal, sample: Job) -> None:
    (moved,) = await journal.jobs.wait_for_another("training", "second")
    assert moved.after == "second"
    assert await journal.jobs.settle("sample", "training", JobState.CANCELLED, note="gone") is None
    ended = await journal.jobs.settle("sample", "second", JobState.CANCELLED, note="gone", error="gone")
    assert ended is not None
    assert (ended.state, ended.error, ended.after) == (JobState.CANCELLED, "gone", "second")
    assert await journal.jobs.settle("sample", "second", JobState.DRAFT, note="done") is None
    assert await journal.jobs.wait_for_another("second", "third") == ()


async def test_when_it_began_to_run_is_kept_until_it_runs_anew(
    journal: Journal, make_job: MakeJob, clock: Clock
) -> None:
    await journal.jobs.add([make_job(state=JobState.WAITING)])
    seen = []
    for state in (
        JobState.RUNNING,
        JobState.COLLECTING,
        JobState.RUNNING,
        JobState.WAITING,
        JobState.RUNNING,
    ):
        clock.forward(10)
        job = await journal.jobs.move("job", state)
        assert job.running_at is not None
        seen.append((job.running_at - job.created_at).total_seconds())
    assert seen == [10, 10, 10, 10, 50]
