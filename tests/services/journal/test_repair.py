"""Damaged journals: what can be read goes into a new one, and the damaged one is kept as it was."""

from __future__ import annotations

import contextlib
import shlex
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from fluxtui.domain.errors import StorageError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.gallery import Marks
from fluxtui.domain.jobs import Job, JobState, TrainingWork
from fluxtui.domain.picture import Picture
from fluxtui.services.journal import Journal
from fluxtui.services.journal.faults import repair_command
from fluxtui.services.journal.repair import Repair, repair_journal

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM jobs").fetchall()
print("open", flush=True)
sys.stdin.read()
"""


def repaired(path: Path) -> Repair:
    repair = repair_journal(path)
    assert repair is not None
    return repair


@pytest.fixture
async def filled(
    path: Path, make_job: Callable[..., Job], make_picture: Callable[..., Picture]
) -> dict[str, Job]:
    """The jobs of a closed journal: two hundred that take many pages, and one of each important state."""
    async with Journal(path) as journal:
        await journal.jobs.add([make_job(f"long-{number}", title="x" * 500) for number in range(200)])
        for job_id in ("queued", "sent", "done"):
            await journal.jobs.add([make_job(job_id)])
        await journal.jobs.move("sent", JobState.SUBMITTING)
        await journal.jobs.claim("sent", "a program", 60)
        for state in (JobState.SUBMITTING, JobState.WAITING, JobState.COLLECTING):
            await journal.jobs.move("done", state)
        await journal.pictures.finish("done", make_picture(job_id="done"))
        await journal.finetunes.put(Finetune(profile="bfl", id="f", name="Fox", favourite=True))
        await journal.notes.set("draft", {"prompt": "a fox"})
        return {job.id: job for job in await journal.jobs.recent(1_000)}


def spoil(path: Path, first: int, last: int) -> bytes:
    """Overwrite a part of a file, given in percent, and return all of it."""
    content = bytearray(path.read_bytes())
    begin, end = len(content) * first // 100, len(content) * last // 100
    content[begin:end] = b"\xa5" * (end - begin)
    path.write_bytes(content)
    return bytes(content)


async def test_a_sound_journal_is_left_alone(path: Path, filled: dict[str, Job]) -> None:
    before = path.read_bytes()
    assert repair_journal(path) is None
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_what_can_be_read_is_saved_and_the_damaged_file_kept(
    path: Path, filled: dict[str, Job]
) -> None:
    content = spoil(path, 40, 45)
    with pytest.raises(StorageError, match="damaged") as caught:
        async with Journal(path) as journal:
            await journal.jobs.recent(1_000)
    assert repair_command(path) in caught.value.next_step
    repair = repaired(path)
    assert repair.aside.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {file.name for file in path.parent.iterdir()} == {path.name, repair.aside.name}
    async with Journal(path) as journal:
        saved = {job.id: job for job in await journal.jobs.recent(1_000)}
    assert 50 < len(saved) < len(filled)
    assert repair.saved["jobs"] == len(saved)
    assert "jobs" in repair.incomplete
    for job in saved.values():
        unchanged = dict.fromkeys(("state", "maybe_billed", "error", "error_title", "updated_at"))
        assert job.model_copy(update=unchanged) == filled[job.id].model_copy(update=unchanged)
    assert str(repair.aside) in repair.sentence()
    assert "could not be saved" in repair.sentence()
    assert repair_journal(path) is None, "the new one is sound"


async def test_queued_jobs_are_in_doubt_afterwards_and_not_sent(path: Path, filled: dict[str, Job]) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE jobs SET state = 'flying' WHERE id = 'long-3'")
        connection.commit()
    repair = repaired(path)
    async with Journal(path) as journal:
        jobs = {job.id: job for job in await journal.jobs.recent(1_000)}
        story = await journal.jobs.story("queued")
        pictures = await journal.pictures.for_job("done")
        finetunes = await journal.finetunes.all()
        note = await journal.notes.get("draft")
        assert await journal.jobs.claim("sent", "another program", 1), "no lease outlives a repair"
        possible = await journal.spending.possible_since(jobs["queued"].created_at - timedelta(days=1))
    assert set(filled) - set(jobs) == {"long-3"}
    assert repair.lost["jobs"] == 1
    assert repair.unsure == 200
    assert possible == 200 * 2.5
    assert jobs["queued"].state is story[-1].state is JobState.IN_DOUBT
    assert "may" in story[-1].note or "not sure" in story[-1].note
    assert jobs["sent"].state is JobState.SUBMITTING
    assert jobs["done"] == filled["done"]
    assert [picture.job_id for picture in pictures] == ["done"]
    assert finetunes[0].favourite
    assert note == {"prompt": "a fox"}


async def test_marks_logs_and_uploads_are_saved_and_what_is_dropped_is_told(
    path: Path, filled: dict[str, Job]
) -> None:
    async with Journal(path) as journal:
        picture = (await journal.pictures.for_job("done"))[0]
        await journal.marks.rate([1], 4)
        await journal.marks.note(1, "for the cover")
        await journal.marks.tag([1], "best")
        await journal.trash.begin_trashing([1], lambda name: [name], lambda _: True)
        for job_id in ("done", "sent", "long-3"):
            await journal.logs.put(job_id, f"log of {job_id}")
        await journal.uploads.remember(
            "bfl", "ab" * 32, "https://example.org/file", filled["done"].created_at
        )
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE jobs SET state = 'flying' WHERE id = 'long-3'")
        connection.execute("INSERT INTO picture_tags VALUES (99, 'of no picture')")
        connection.execute("UPDATE finetunes SET raw = '{'")
        connection.commit()
    repair = repaired(path)
    async with Journal(path) as journal:
        (entry,) = await journal.gallery.entries([1])
        (move,) = await journal.trash.unfinished()
        assert await journal.logs.get("sent") == "log of sent"
    assert (entry.picture, entry.marks) == (picture, Marks(rating=4, tags=("best",), note="for the cover"))
    assert (move.source, move.home) == (picture.path, picture.path)
    assert {table: repair.saved[table] for table in ("pictures", "picture_tags", "logs", "uploads")} == {
        "pictures": 1,
        "picture_tags": 1,
        "logs": 2,
        "uploads": 1,
    }
    assert repair.lost == {"jobs": 1, "events": 1, "picture_tags": 1, "logs": 1}
    assert repair.mended == {"finetunes": 1}
    told = repair.sentence()
    assert "1 tags of pictures, 2 logs of tasks, 1 uploads" in told
    assert "Some events, jobs, logs of tasks, tags of pictures could not be saved" in told
    assert "Values that make no sense were left out of 1 finetunes." in told


async def test_a_journal_without_a_beginning_becomes_an_empty_one(path: Path, filled: dict[str, Job]) -> None:
    content = spoil(path, 0, 5)
    repair = repaired(path)
    assert repair.aside.read_bytes() == content
    assert not any(repair.saved.values())
    assert "with nothing out of the damaged one" in repair.sentence()
    async with Journal(path) as journal:
        assert await journal.jobs.recent() == ()


async def test_a_damaged_journal_of_an_earlier_version_is_repaired_too(path: Path) -> None:
    dump = Path(__file__).with_name("version-1.sql").read_text(encoding="utf-8")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump)
        connection.execute("UPDATE jobs SET parameters = '{' WHERE id = 'refused'")
        connection.commit()
    repair = repaired(path)
    async with Journal(path) as journal:
        jobs = {job.id: job for job in await journal.jobs.recent()}
    assert (repair.saved["jobs"], repair.lost, repair.mended) == (7, {}, {"jobs": 1})
    assert {job.id for job in jobs.values() if job.maybe_billed} == {"doubtful", "given-up", "queued"}


def test_a_journal_in_use_is_not_touched(path: Path, filled: dict[str, Job]) -> None:
    content = spoil(path, 50, 60)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(StorageError, match="in use by another program"):
            repair_journal(path)
        holder.communicate(timeout=10)
    assert path.read_bytes() == content


@pytest.mark.parametrize("made_by", ["CREATE TABLE theirs (a)", "PRAGMA application_id = 77"])
def test_a_database_of_another_program_is_not_touched(path: Path, made_by: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(made_by)
        connection.execute("VACUUM")
    before = path.read_bytes()
    with pytest.raises(StorageError, match="another program"):
        repair_journal(path)
    assert path.read_bytes() == before


def test_the_command_of_the_message_repairs(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 400)

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            shlex.split(repair_command(path)), capture_output=True, text=True, timeout=30, check=False
        )

    assert "A new journal was made" in run().stdout
    assert "Nothing is wrong" in run().stdout
    path.unlink()
    missing = run()
    assert missing.returncode == 1
    assert "could not be repaired" in missing.stderr


def test_a_missing_journal_is_told(path: Path) -> None:
    with pytest.raises(StorageError, match="could not be repaired"):
        repair_journal(path)


@pytest.mark.parametrize(
    "change",
    [
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -1",
        "PRAGMA user_version = 3",
        "DROP INDEX pictures_in_gallery",
        "CREATE TRIGGER odd BEFORE UPDATE ON jobs BEGIN SELECT raise(ABORT, 'no'); END",
        "CREATE VIEW odd AS SELECT * FROM jobs",
        "UPDATE jobs SET title = CAST(x'41ff' AS TEXT) WHERE id = 'done'",
        "UPDATE notes SET value = CAST(value AS BLOB)",
    ],
)
async def test_whatever_keeps_a_journal_from_being_used_is_mended(
    path: Path, filled: dict[str, Job], change: str
) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(change)
    repair = repaired(path)
    assert repair.saved["jobs"] == len(filled)
    async with Journal(path) as journal:
        assert {job.id for job in await journal.jobs.recent(1_000)} == set(filled)
        await journal.gallery.facets()
        await journal.jobs.update("sent", progress=0.5)
    assert repair_journal(path) is None, "the new one is sound"


async def test_damage_that_sqlite_tells_in_letters_that_are_none_is_mended(
    path: Path, filled: dict[str, Job]
) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        sql = "UPDATE sqlite_master SET sql = CAST(x'437265617465ff20ff' AS TEXT) WHERE name = 'jobs_by_day'"
        connection.execute(sql)
    with pytest.raises(StorageError):
        async with Journal(path) as journal:
            await journal.jobs.recent(1_000)
    assert repair_journal(path) is not None
    async with Journal(path) as journal:
        await journal.jobs.recent(1_000)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("parameters", "'{'"),
        ("parameters", "7"),
        ("title", "x'ff00'"),
        ("response", "'[' || '{'"),
        ("progress", "'half'"),
        ("submitted_at", "'yesterday'"),
        ("created_at", "''"),
        ("addresses", "'{\"result\": 7}'"),
    ],
)
async def test_a_paid_job_is_kept_without_the_value_that_makes_no_sense(
    path: Path, filled: dict[str, Job], column: str, value: str
) -> None:
    async with Journal(path) as journal:
        await journal.jobs.move("sent", JobState.WAITING, remote_id="id-at-the-service")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE jobs SET {column} = {value} WHERE id = 'sent'")  # noqa: S608
        connection.commit()
    repair = repaired(path)
    assert (repair.mended, repair.lost) == ({"jobs": 1}, {})
    assert "left out of 1 jobs" in repair.sentence()
    async with Journal(path) as journal:
        kept = await journal.jobs.get("sent")
    assert kept is not None
    assert (kept.state, kept.remote_id) == (JobState.WAITING, "id-at-the-service")
    assert repair_journal(path) is None, "the new one is sound"


@pytest.mark.parametrize("value", ["'{'", "'[1]'", "x'00'"])
async def test_a_paid_training_is_kept_without_a_dataset_that_makes_no_sense(
    path: Path, filled: dict[str, Job], value: str
) -> None:
    async with Journal(path) as journal:
        await journal.jobs.move("sent", JobState.WAITING, remote_id="id-at-the-service")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        sql = f"UPDATE jobs SET kind = 'training', finetune_name = 'Fox', dataset = {value} WHERE id = 'sent'"  # noqa: S608
        connection.execute(sql)
        connection.commit()
    repair = repaired(path)
    assert (repair.mended, repair.lost) == ({"jobs": 1}, {})
    async with Journal(path) as journal:
        kept = await journal.jobs.get("sent")
    assert kept is not None
    assert (kept.work, kept.remote_id) == (TrainingWork(finetune_name="Fox"), "id-at-the-service")
