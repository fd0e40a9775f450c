"""Rows that this program never wrote: each is told, the others are read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.errors import JournalDamaged
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.picture import Picture
from fluxtui.services.jobs.pauses import PauseReason, Pauses
from fluxtui.services.journal import Journal
from fluxtui.services.journal.faults import repair_command
from fluxtui.services.journal.repair import repair_journal

MakeJob = Callable[..., Job]
MakePicture = Callable[..., Picture]

SPOILED = {
    "broken JSON": "UPDATE jobs SET parameters = '{\"prompt\": ' WHERE id = 'bad'",
    "JSON of another kind": "UPDATE jobs SET parameters = '[1]' WHERE id = 'bad'",
    "deep JSON": "UPDATE jobs SET parameters = printf('%.*c', 100000, '[') WHERE id = 'bad'",
    "a number that is a text": "UPDATE jobs SET seed = 'seven' WHERE id = 'bad'",
    "bytes": "UPDATE jobs SET title = x'00ff' WHERE id = 'bad'",
    "text that is no UTF-8": "UPDATE jobs SET title = CAST(x'ff41' AS TEXT) WHERE id = 'bad'",
    "a day that is not": "UPDATE jobs SET created_at = '2026-02-31T00:00:00+00:00' WHERE id = 'bad'",
    "the first year": "UPDATE jobs SET created_at = '0001-01-01T00:00:00+00:00' WHERE id = 'bad'",
    "the last year": "UPDATE jobs SET tries_until = '9999-12-31T23:59:59+00:00' WHERE id = 'bad'",
    "a time without a zone": "UPDATE jobs SET updated_at = '2026-11-23T12:00:00' WHERE id = 'bad'",
    "a kind that is not": "UPDATE jobs SET kind = 'film' WHERE id = 'bad'",
    "a state that is not": "UPDATE jobs SET state = 'wait' WHERE id = 'bad'",
}


def spoil(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


async def test_a_draft_whose_estimate_is_no_number_is_not_sent_as_free(
    path: Path, journal: Journal, make_job: MakeJob
) -> None:
    """What was sent goes on: it is paid for, and only its estimate is not told."""
    await journal.jobs.add([make_job("draft"), make_job("sent", state=JobState.WAITING, remote_id="task-7")])
    spoil(path, "UPDATE jobs SET estimate_credits = 'x'")
    assert [(job.id, job.estimate_credits) for job in await journal.jobs.active()] == [("sent", 0.0)]
    assert [row.key for row in journal.unreadable.jobs] == ["draft"]


@pytest.mark.parametrize("statement", SPOILED.values(), ids=SPOILED)
async def test_one_bad_job_is_told_and_the_others_are_read(
    path: Path, journal: Journal, make_job: MakeJob, statement: str
) -> None:
    bad = make_job("bad", title="a paid fox", state=JobState.WAITING, remote_id="task-77")
    await journal.jobs.add([make_job("one"), bad, make_job("two")])
    spoil(path, statement)
    assert [job.id for job in await journal.jobs.active()] == ["one", "two"]
    assert [job.id for job in await journal.jobs.recent()] == ["two", "one"]
    with pytest.raises(JournalDamaged) as caught:
        await journal.jobs.get("bad")
    assert repair_command(path) in caught.value.next_step
    assert [row.key for row in journal.unreadable.jobs] == ["bad"]
    warning = journal.unreadable.warning()
    assert warning is not None
    assert "1 row" in warning.message
    assert "task task-77 of the profile bfl" in warning.message, "by which it is found at the service"
    assert "may have been paid for" in warning.message
    assert repair_command(path) in warning.next_step
    assert warning.message.isprintable()


async def test_nothing_is_told_of_a_sound_journal(journal: Journal, make_job: MakeJob) -> None:
    await journal.jobs.add([make_job()])
    assert len(await journal.jobs.active()) == 1
    assert journal.unreadable.warning() is None


async def test_any_number_of_them_makes_one_short_warning(
    path: Path, journal: Journal, make_job: MakeJob
) -> None:
    await journal.jobs.add([make_job(f"{number}", title="x" * 10_000) for number in range(1_500)])
    spoil(path, "UPDATE jobs SET parameters = 'no JSON'")
    assert await journal.jobs.active() == ()
    warning = journal.unreadable.warning()
    assert warning is not None
    assert "and 995 more" in warning.message
    assert len(warning.message) < 1_500


async def test_a_bad_job_does_not_hold_up_the_queue(path: Path, journal: Journal, make_job: MakeJob) -> None:
    await journal.jobs.add([make_job("one"), make_job("bad"), make_job("two")])
    spoil(path, SPOILED["broken JSON"])
    moved = await journal.jobs.arrange("bfl", lambda jobs: [jobs[-1].id])
    assert [(job.id, job.position) for job in moved] == [("two", 1)]


async def test_bad_finetunes_pictures_and_events_are_told(
    path: Path, journal: Journal, make_job: MakeJob, make_picture: MakePicture
) -> None:
    await journal.jobs.add([make_job()])
    await journal.jobs.move("job", JobState.CANCELLED)
    await journal.pictures.add(make_picture("good"))
    await journal.pictures.add(make_picture("bad"))
    both = [
        Finetune(profile="bfl", id=name, name=name, state=FinetuneState.READY, raw={}) for name in ("f", "g")
    ]
    await journal.finetunes.put_many(both)
    spoil(
        path,
        "UPDATE pictures SET width = 'wide' WHERE id = 'bad'",
        "UPDATE finetunes SET raw = '{' WHERE id = 'f'",
        "UPDATE events SET at = 'never' WHERE state = 'draft'",
    )
    assert [picture.id for picture in await journal.pictures.recent()] == ["good"]
    assert [entry.picture.id for entry in await journal.gallery.entries([1, 2])] == ["good"]
    assert [event.state for event in await journal.jobs.story("job")] == [JobState.CANCELLED]
    assert [finetune.id for finetune in await journal.finetunes.all()] == ["g"]
    assert await journal.finetunes.put_many(both) == tuple(both), "a refresh goes on"
    assert await journal.finetunes.mark_missing("bfl", ()) != ()
    assert {row.kind for row in journal.unreadable.all} == {"picture", "finetune", "jobevent"}
    assert not journal.unreadable.jobs


async def test_a_note_that_is_not_understood_is_as_if_there_were_none(path: Path, journal: Journal) -> None:
    await journal.notes.set("place", "jobs")
    await journal.notes.set("kept.a", 1)
    spoil(path, "UPDATE notes SET value = '{' WHERE key = 'place'", "UPDATE notes SET value = x'ff'")
    assert await journal.notes.get("place", "home") == "home"
    assert await journal.notes.beginning("kept.") == {"a": None}


async def test_a_queue_whose_pause_is_not_understood_stays_held(path: Path, journal: Journal) -> None:
    await journal.notes.set("queue paused: bfl", {"reason": "out of credits"})
    spoil(path, "UPDATE notes SET value = '{'")
    pause = await Pauses(journal).get("bfl")
    assert pause is not None
    assert pause.reason is PauseReason.USER
    assert await Pauses(journal).end("bfl")
    assert await Pauses(journal).get("bfl") is None


async def test_past_prompts_are_found_beside_bad_rows(
    path: Path, journal: Journal, make_job: MakeJob, make_picture: MakePicture
) -> None:
    await journal.jobs.add([make_job("one", parameters={"prompt": "a hen"}), make_job("bad")])
    for name in ("good", "late", "odd"):
        await journal.pictures.add(make_picture(name, "one", prompt=name))
    spoil(
        path,
        SPOILED["broken JSON"],
        "UPDATE pictures SET created_at = 'late' WHERE id = 'late'",
        "UPDATE pictures SET created_at = 7 WHERE id = 'odd'",
    )
    assert {used.prompt for used in await journal.prompts.search("", 10)} == {"a hen", "good"}


@pytest.mark.parametrize("column", ["remote_id", "parameters"])
async def test_a_missing_column_is_told_with_the_way_out_and_repaired(
    path: Path, make_job: MakeJob, column: str
) -> None:
    async with Journal(path) as journal:
        await journal.jobs.add([make_job("one"), make_job("two")])
    spoil(path, f"ALTER TABLE jobs DROP COLUMN {column}")
    with pytest.raises(JournalDamaged) as caught:
        async with Journal(path) as journal:
            await journal.jobs.active()
    assert repair_command(path) in caught.value.next_step
    repaired = repair_journal(path)
    assert repaired is not None
    async with Journal(path) as journal:
        left: Any = await journal.jobs.recent()
    assert [job.id for job in left] == (["two", "one"] if column == "remote_id" else [])


async def test_a_missing_table_is_told_with_the_way_out_and_repaired(path: Path, make_job: MakeJob) -> None:
    async with Journal(path) as journal:
        await journal.jobs.add([make_job("one")])
    spoil(path, "DROP TABLE finetunes")
    with pytest.raises(JournalDamaged) as caught:
        async with Journal(path) as journal:
            await journal.finetunes.all()
    assert repair_command(path) in caught.value.next_step
    assert repair_journal(path) is not None
    async with Journal(path) as journal:
        assert await journal.finetunes.all() == ()
        assert len(await journal.jobs.recent()) == 1


async def test_jobs_of_an_endpoint_are_found_beside_bad_ones(
    path: Path, journal: Journal, make_job: MakeJob
) -> None:
    await journal.jobs.add([make_job("one"), make_job("bad")])
    spoil(path, "UPDATE jobs SET state = 'done'", SPOILED["broken JSON"])
    assert [job.id for job in await journal.jobs.done(JobKind.GENERATION, "bfl", "flux-dev")] == ["one"]
