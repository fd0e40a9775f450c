"""The door where the journal is read: files damaged byte by byte, and rows that somebody else has written."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from fluxtui.domain.errors import StorageError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.gallery import GalleryFilter, GalleryOrder
from fluxtui.domain.jobs import GenerationWork, Job, JobKind, JobState
from fluxtui.domain.picture import Picture
from fluxtui.domain.spending import SpendingView
from fluxtui.domain.uses import Trainer
from fluxtui.providers.fal.training import FastTrainer
from fluxtui.services.batch_records import BatchRecords
from fluxtui.services.jobs.pauses import Pauses
from fluxtui.services.journal import Journal
from fluxtui.services.journal.repair import repair_journal
from fluxtui.services.presets import PresetService
from fluxtui.services.prompts.styles import StyleService
from tests.fuzz import shapes
from tests.fuzz.campaign import Fault, check_error, check_shown

START = datetime(2026, 11, 30, 12, tzinfo=UTC)
_TABLES = (
    *("jobs", "jobs", "jobs", "events", "pictures", "pictures", "finetunes", "notes", "picture_tags", "logs"),
    "uploads",
)
_NAMED: Mapping[str, str] = {
    "parameters that are no JSON": "UPDATE jobs SET parameters = '{'",
    "parameters very deep": "UPDATE jobs SET parameters = '{\"a\":' || replace(hex(zeroblob(900)), '0', '[')"
    " || replace(hex(zeroblob(900)), '0', ']') || '}'",
    "parameters that are a number": "UPDATE jobs SET parameters = 7",
    "a note that is no JSON": "UPDATE notes SET value = '{'",
    "a note of bytes": "UPDATE notes SET value = x'fffe'",
    "a title that is no text": "UPDATE jobs SET title = x'ff00fe'",
    "letters that are no letters": "UPDATE jobs SET title = CAST(x'ff41fe' AS TEXT)",
    "a key that is no letters": "UPDATE notes SET key = CAST(x'ff41fe' AS TEXT)",
    "costs without end": "UPDATE jobs SET cost_credits = 9e999, estimate_credits = -9e999",
    "costs that are words": "UPDATE jobs SET cost_credits = 'much', estimate_credits = 'more'",
    "times that are none": "UPDATE jobs SET created_at = 'yesterday', updated_at = 7, submitted_at = ''",
    "times at the end of time": "UPDATE jobs SET created_at = '9999-12-31T23:59:59.999999-23:59'",
    "an unknown state": "UPDATE jobs SET state = 'odd'",
    "paths that lead out": "UPDATE pictures SET path = '../../../../etc/passwd' WHERE number = 1",
    "pixels without number": "UPDATE pictures SET width = 9223372036854775807, height = 9223372036854775807",
    "a seed that is words": "UPDATE pictures SET seed = 'x', rating = 'y', starred = 'z'",
    "tags of bytes": "UPDATE picture_tags SET tag = x'fffe'",
    "a view for a table": "DROP TABLE jobs; CREATE VIEW jobs AS SELECT 1 AS id",
    "a trigger that refuses": "CREATE TRIGGER odd BEFORE UPDATE ON jobs BEGIN SELECT raise(ABORT, 'no'); END",
    "a trigger that deletes": "CREATE TRIGGER odd AFTER UPDATE ON jobs BEGIN DELETE FROM pictures; END",
    "a column that is gone": "ALTER TABLE jobs DROP COLUMN response",
    "a table that is gone": "DROP TABLE uploads",
    "no index": "DROP INDEX pictures_in_gallery",
    "no words": "DROP TABLE IF EXISTS picture_words",
    "words that are damaged": "UPDATE picture_words_data SET block = x'ffffffffffffffff'",
    "words that are gone": "DELETE FROM picture_words_data",
    "a newer version": "PRAGMA user_version = 99",
    "a version below zero": "PRAGMA user_version = -1",
    "version zero": "PRAGMA user_version = 0",
    "an older version": "PRAGMA user_version = 3",
    "another program": "PRAGMA application_id = 7",
    "leases far ahead": "UPDATE jobs SET lease_owner = 'x', lease_until = '9999-01-01T00:00:00+00:00'",
    "leases that are none": "UPDATE jobs SET lease_owner = x'ff', lease_until = 'never'",
}


class JournalDoor:
    """Opens, reads, writes and repairs journals that are not as they were written."""

    name = "journal"
    named = tuple(_NAMED)
    bound = 15.0
    cost = 20.0
    overhead = 0.0

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fluxtui-fuzz-")
        self._sound = Path(self._folder.name) / "sound.sqlite3"
        self._content = b""

    async def open(self) -> None:
        """Write a journal with a bit of everything."""
        async with Journal(self._sound) as journal:
            await _fill(journal)
        with contextlib.closing(sqlite3.connect(self._sound)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
        self._content = self._sound.read_bytes()

    async def close(self) -> None:
        """Take everything away."""
        self._folder.cleanup()

    async def attempt(self, case: str, chance: Random) -> str:
        """Damage a copy, use it as the program does, and repair another."""
        with tempfile.TemporaryDirectory(dir=self._folder.name) as name:
            used, mended = Path(name) / "used" / "j.sqlite3", Path(name) / "mended" / "j.sqlite3"
            used.parent.mkdir()
            mended.parent.mkdir()
            whole = self._damage(used, case, chance)
            shutil.copy(used, mended)
            kind = await self._use(used)
            repaired = await self._repair(mended, whole)
            if kind != "used" and repaired == "nothing to repair":
                raise Fault("it cannot be used as it is, and the repair finds nothing wrong with it")
            return f"{kind}, {repaired}"

    def _damage(self, path: Path, case: str, chance: Random) -> bool:
        """Write a damaged journal; return whether SQLite itself finds nothing wrong with it."""
        path.write_bytes(self._content)
        if case in _NAMED:
            _run(path, _NAMED[case])
            return True
        if chance.random() < 0.6:
            _run(path, *_change(chance, path))
            return True
        content = bytearray(self._content)
        draw = chance.random()
        if draw < 0.5:
            for _ in range(chance.choice((1, 2, 8, 60, 600))):
                at = chance.randrange(len(content))
                content[at] = chance.choice(
                    (0, 255, content[at] ^ 1, content[at] ^ 128, chance.randrange(256))
                )
        elif draw < 0.6:
            del content[chance.randrange(len(content)) :]
        elif draw < 0.75:
            page = 4096 * chance.randrange(len(content) // 4096)
            content[page : page + 4096] = bytes(4096)
        elif draw < 0.9:
            one, other = (4096 * chance.randrange(len(content) // 4096) for _ in range(2))
            content[one : one + 4096] = content[other : other + 4096]
        else:
            at = chance.randrange(100)
            content[at : at + 4] = chance.randbytes(4)
        path.write_bytes(bytes(content))
        return False

    async def _use(self, path: Path) -> str:
        journal = Journal(path, lock_timeout=0.05)
        try:
            await journal.open()
        except StorageError as error:
            check_error(error)
            return "not opened"
        failed = 0
        try:
            for step in _steps(journal):
                try:
                    await step()
                except StorageError as error:
                    check_error(error)
                    failed += 1
        finally:
            await journal.close()
        if not path.exists():
            raise Fault("the journal was deleted")
        return "used in part" if failed else "used"

    async def _repair(self, path: Path, whole: bool) -> str:
        before = path.read_bytes()
        try:
            repair = repair_journal(path)
        except StorageError as error:
            check_error(error)
            if path.read_bytes() != before:
                raise Fault("a journal that was not repaired was changed") from error
            return "not repaired"
        if repair is None:
            return "nothing to repair"
        check_shown(repair.sentence(), "the word on a repair")
        if hashlib.sha256(repair.aside.read_bytes()).digest() != hashlib.sha256(before).digest():
            raise Fault("the damaged journal was not kept as it was")
        async with Journal(path, lock_timeout=0.05) as journal:
            for step in _steps(journal):
                try:
                    await step()
                except StorageError as error:
                    if not error.message.startswith("There is no job"):
                        raise
            kept = len(await journal.jobs.recent(1_000))
        told = "jobs" in repair.lost or "jobs" in repair.incomplete
        if whole and kept < len(JobState) and not told:
            raise Fault(f"{len(JobState) - kept} jobs vanished without a word")
        return "repaired"


def _run(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            with contextlib.suppress(sqlite3.Error):
                connection.executescript(statement)


def _change(chance: Random, path: Path) -> list[str]:
    """Return statements that change some columns of a table to anything at all."""
    found = []
    for _ in range(chance.choice((1, 1, 2, 5))):
        table = chance.choice(_TABLES)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        where = "" if chance.random() < 0.3 else f" WHERE rowid = {chance.randrange(1, 12)}"
        column = chance.choice(columns)
        found.append(f"UPDATE {table} SET {column} = {_literal(chance)}{where}")  # noqa: S608
    return found


def _literal(chance: Random) -> str:
    draw = chance.random()
    if draw < 0.15:
        return f"x'{chance.randbytes(chance.randrange(12)).hex()}'"
    if draw < 0.3:
        return f"CAST(x'{chance.randbytes(chance.randrange(1, 12)).hex()}' AS TEXT)"
    if draw < 0.45:
        return chance.choice(("NULL", "0", "-1", "9e999", "-9e999", "9223372036854775807", "1e300", "0.5"))
    if draw < 0.7:
        text = shapes.bytes_of(chance, shapes.value(chance)).decode("utf-8", "replace")
    else:
        text = chance.choice((*shapes.TEXTS, *shapes.DATES)).encode("utf-8", "replace").decode()
    return "'" + text.replace("\x00", "").replace("'", "''") + "'"


async def _fill(journal: Journal) -> None:
    for number, state in enumerate(JobState):
        await journal.jobs.add([_job(f"job-{number}", state)])
        await journal.logs.put(f"job-{number}", "a line\nanother")
    for number in range(6):
        await journal.pictures.add(_picture(number))
    numbers = list(await journal.gallery.numbers(GalleryFilter()))
    await journal.marks.tag(numbers[:3], "good")
    await journal.marks.star(numbers[:2], True)
    await journal.finetunes.put(Finetune(profile="bfl", id="f", name="Fox", lora_rank=16, raw={"a": [1]}))
    await journal.notes.set("draft.generate", {"prompt": "a fox"})
    await PresetService(journal).save(_trainer(), "Mine", {"steps": 500})
    await journal.notes.set("pause.bfl", {"reason": "user"})
    await journal.uploads.remember("bfl", "a" * 64, "https://x.example/a", START + timedelta(days=9_000))


def _trainer() -> Trainer:
    return Trainer("fal", "fal", "fal.ai", FastTrainer)


def _job(job_id: str, state: JobState) -> Job:
    return Job(
        id=job_id,
        work=GenerationWork(),
        state=state,
        profile="bfl",
        provider="bfl",
        endpoint="flux-dev",
        title="a fox",
        parameters={"prompt": "a fox", "seed": 7},
        estimate_credits=2.5,
        cost_credits=2.5,
        response={"submission": {"id": "a"}},
        created_at=START,
        updated_at=START,
    )


def _picture(number: int) -> Picture:
    return Picture(
        id=f"picture-{number}",
        job_id="job-0",
        path=f"pictures/2026-11-30/{number}.png",
        format="PNG",
        width=1024,
        height=768,
        size=12345,
        sha256=f"{number}" * 64,
        prompt="a fox in the snow",
        seed=7,
        endpoint="flux-dev",
        parameters={"prompt": "a fox"},
        created_at=START,
    )


Step = Callable[[], Awaitable[Any]]


def _steps(journal: Journal) -> list[Step]:
    """Return what the program reads and writes while it is used, each step by itself."""
    jobs, gallery = journal.jobs, journal.gallery
    filters = [
        GalleryFilter(),
        *(GalleryFilter(order=order) for order in GalleryOrder),
        GalleryFilter.parse("fox seed=7 tag:good"),
    ]

    async def entries() -> None:
        numbers = await gallery.numbers(GalleryFilter())
        await gallery.entries(numbers[:10])

    async def history() -> None:
        for view in SpendingView:
            await journal.spending.history(view, START - timedelta(days=30), START + timedelta(days=1))

    return [
        jobs.active,
        jobs.recent,
        lambda: jobs.in_states(frozenset(JobState)),
        lambda: jobs.get("job-1"),
        lambda: jobs.story("job-1"),
        lambda: jobs.ended_since(START - timedelta(days=1)),
        lambda: jobs.done(JobKind.GENERATION, "bfl", "flux-dev"),
        lambda: jobs.update("job-1", progress=0.5),
        lambda: jobs.claim("job-1", "me", 10),
        lambda: jobs.release("me"),
        lambda: jobs.arrange("bfl", lambda found: [job.id for job in found]),
        *((lambda wanted=wanted: gallery.numbers(wanted)) for wanted in filters),
        entries,
        gallery.facets,
        journal.pictures.recent,
        lambda: journal.pictures.for_job("job-0"),
        lambda: journal.prompts.search("fox", 20),
        lambda: journal.trash.unfinished(),
        lambda: journal.finetunes.all(),
        lambda: journal.spending.since(START),
        lambda: journal.spending.possible_since(START),
        lambda: journal.spending.committed([START]),
        history,
        lambda: journal.uploads.known("bfl", "a" * 64, timedelta()),
        lambda: journal.logs.get("job-1"),
        lambda: journal.notes.get("draft.generate"),
        lambda: journal.notes.beginning(""),
        PresetService(journal).list,
        StyleService(journal).list,
        BatchRecords(journal).all,
        Pauses(journal).all,
        journal.version,
        lambda: journal.notes.set("place", "generate"),
    ]
