from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from fluxtui.domain.errors import StorageError
from fluxtui.domain.jobs import (
    ACTIVE_STATES,
    TERMINAL_STATES,
    TRANSITIONS,
    GenerationWork,
    IllegalTransition,
    Job,
    JobKind,
    JobState,
    TrainingWork,
)
from fluxtui.domain.picture import Picture
from fluxtui.domain.training_set import TrainingSet
from fluxtui.services.journal import Journal

MakeJob = Callable[..., Job]
ILLEGAL = [pair for pair in itertools.product(JobState, JobState) if pair[1] not in TRANSITIONS[pair[0]]]
LEGAL = [(state, following) for state, after in TRANSITIONS.items() for following in sorted(after)]


TRAINING = TrainingWork(
    finetune_id="f",
    finetune_name="Anna \ud800 [b]",
    dataset=TrainingSet(pictures=1, names=("ä.png",), sha256="0" * 64, samples=("a fox",)),
)
GENERATION = GenerationWork(
    batch="b",
    finetune_id="f",
    finetune_name="Anna \ud800 [b]",
    finetune_profile="fal",
    seed=2**32 - 1,
    after="training",
    picture="p",
)


@pytest.mark.parametrize("work", [TRAINING, GENERATION], ids=["training", "generation"])
async def test_every_field_comes_back(
    journal: Journal, make_job: MakeJob, work: TrainingWork | GenerationWork
) -> None:
    job = make_job(
        work=work,
        remote_id="r",
        polling_url="https://api.bfl.ai/v1/get_result?id=r",
        cost_credits=3.25,
        progress=0.5,
        remote_status="Pending",
        error_title="Failed",
        error="it did",
        parameters={"prompt": "a \udcff \x1b[31m \0 fox", "list": [1, 2.5, None, True]},
        submitted_at=datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=2))),
        finished_at=datetime(2026, 11, 23, 2, 3, 4, 5, tzinfo=UTC),
    )
    await journal.jobs.add([job])
    # A lone surrogate cannot be stored as text; in parameters, which are JSON, it can.
    stored = work.model_copy(update={"finetune_name": "Anna ? [b]"})
    assert await journal.jobs.get("job") == job.model_copy(update={"work": stored})
    assert await journal.jobs.get("no such job") is None


async def test_jobs_are_added_all_or_none(journal: Journal, make_job: MakeJob) -> None:
    await journal.jobs.add([make_job("a")])
    with pytest.raises(StorageError):
        await journal.jobs.add([make_job("b"), make_job("a")])
    assert [job.id for job in await journal.jobs.recent()] == ["a"]
    assert await journal.jobs.story("b") == ()


async def test_a_time_without_zone_is_refused(journal: Journal, make_job: MakeJob) -> None:
    with pytest.raises(ValueError, match="zone"):
        await journal.jobs.add([make_job(created_at=datetime(2026, 1, 1))])
    assert await journal.jobs.recent() == ()


@pytest.mark.parametrize(("state", "following"), LEGAL)
async def test_a_legal_move_is_written_with_its_event(
    journal: Journal, make_job: MakeJob, clock: Any, state: JobState, following: JobState
) -> None:
    await journal.jobs.add([make_job(state=state)])
    clock.forward(5)
    moved = await journal.jobs.move("job", following, note="because", error="why")
    assert (moved.state, moved.error, moved.updated_at) == (following, "why", clock())
    assert moved == await journal.jobs.get("job")
    assert (moved.finished_at == clock()) is (following in TERMINAL_STATES)
    story = await journal.jobs.story("job")
    assert [(event.state, event.note) for event in story] == [(state, ""), (following, "because")]
    assert story[1].at == clock()


@pytest.mark.parametrize(("state", "following"), ILLEGAL)
async def test_an_illegal_move_changes_nothing(
    journal: Journal, make_job: MakeJob, state: JobState, following: JobState
) -> None:
    job = make_job(state=state)
    await journal.jobs.add([job])
    with pytest.raises(IllegalTransition) as caught:
        await journal.jobs.move("job", following, error="why")
    assert (caught.value.state, caught.value.following) == (state, following)
    assert await journal.jobs.get("job") == job
    assert len(await journal.jobs.story("job")) == 1


async def test_submission_time_follows_the_state(journal: Journal, make_job: MakeJob, clock: Any) -> None:
    await journal.jobs.add([make_job()])
    sent = await journal.jobs.move("job", JobState.SUBMITTING)
    assert sent.submitted_at == clock()
    back = await journal.jobs.move("job", JobState.DRAFT, note="refused connection")
    assert back.submitted_at is None


async def test_update_writes_only_what_differs(
    journal: Journal, other: Journal, make_job: MakeJob, clock: Any
) -> None:
    await journal.jobs.add([make_job()])
    clock.forward(1)
    changed = await journal.jobs.update("job", progress=0.25, remote_status="Pending")
    assert (changed.progress, changed.updated_at) == (0.25, clock())
    before = (await journal.version(), await other.version())
    clock.forward(1)
    assert await journal.jobs.update("job", progress=0.25) == changed
    assert (await journal.version(), await other.version()) == before


@pytest.mark.parametrize("field", ["state", "id", "kind", "created_at", "nonsense"])
async def test_fields_that_never_change_are_refused(journal: Journal, make_job: MakeJob, field: str) -> None:
    await journal.jobs.add([make_job()])
    with pytest.raises(TypeError, match=field):
        await journal.jobs.update("job", **{field: "x"})
    assert await journal.jobs.get("job") == make_job()


async def test_unknown_jobs_are_told(journal: Journal) -> None:
    with pytest.raises(StorageError, match="no job nowhere"):
        await journal.jobs.move("nowhere", JobState.DONE)
    with pytest.raises(StorageError, match="no job nowhere"):
        await journal.jobs.update("nowhere", progress=1.0)


async def test_active_and_recent(journal: Journal, make_job: MakeJob) -> None:
    jobs = [make_job(state.name, state=state) for state in JobState]
    await journal.jobs.add(jobs)
    assert await journal.jobs.active() == tuple(job for job in jobs if job.state in ACTIVE_STATES)
    assert [job.id for job in await journal.jobs.in_states({JobState.IN_DOUBT})] == ["IN_DOUBT"]
    newest = await journal.jobs.recent(3)
    assert [job.id for job in newest] == ["CANCELLED", "EXPIRED", "MODERATED"]
    older = await journal.jobs.recent(2, before=newest[-1].id)
    assert [job.id for job in older] == ["FAILED", "REFUSED"]
    assert await journal.jobs.recent(before="DRAFT") == ()


async def test_a_lease_has_one_owner_until_it_runs_out(
    journal: Journal, other: Journal, make_job: MakeJob, clock: Any
) -> None:
    await journal.jobs.add([make_job("a"), make_job("b")])
    assert await journal.jobs.claim("a", "me", 10)
    assert not await other.jobs.claim("a", "you", 10)
    assert await other.jobs.claim("b", "you", 10)
    clock.forward(9)
    assert await journal.jobs.claim("a", "me", 10), "an owner renews its own lease"
    clock.forward(9.9)
    assert not await other.jobs.claim("a", "you", 10)
    clock.forward(0.1)
    assert await other.jobs.claim("a", "you", 10), "a lease that ran out is free"
    assert not await journal.jobs.claim("a", "me", 10)
    await other.jobs.release("you")
    assert await journal.jobs.claim("a", "me", 10)
    assert await journal.jobs.claim("b", "me", 10)
    assert not await journal.jobs.claim("no such job", "me", 10)


async def test_the_end_of_a_job_frees_its_lease(journal: Journal, make_job: MakeJob) -> None:
    await journal.jobs.add([make_job()])
    assert await journal.jobs.claim("job", "me", 10)
    await journal.jobs.move("job", JobState.CANCELLED)
    assert await journal.jobs.claim("job", "you", 10)


@pytest.mark.parametrize("question", ["done", "unfinished"])
async def test_few_among_many_are_found_without_reading_all(
    journal: Journal, make_job: MakeJob, make_picture: Callable[..., Picture], question: str
) -> None:
    """What an endpoint has done, and which files are on their way, is asked at every start."""
    await journal.jobs.add([make_job(f"j{number}", state=JobState.DONE) for number in range(300)])
    for number in range(300):
        await journal.pictures.add(make_picture(f"p{number}", f"j{number}"))
    steps = itertools.count()

    def count(connection: sqlite3.Connection) -> None:
        connection.set_progress_handler(lambda: next(steps) and 0, 10)

    await journal._database.read(count)
    if question == "done":
        assert await journal.jobs.done(JobKind.TRAINING, "bfl", "flux-dev") == ()
    else:
        assert await journal.trash.unfinished() == ()
    assert next(steps) < 20
