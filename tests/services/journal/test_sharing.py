"""Several programs on one journal, and programs that die while they write."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import sys
import threading
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path

import fluxtui
from fluxtui.domain.jobs import IllegalTransition, Job, JobState
from fluxtui.services.journal import Journal
from fluxtui.services.journal.database import Database

WRITER = """
import asyncio, sys
from pathlib import Path
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.journal import Journal
from fluxtui.system.clock import utc_now

async def main(path, name):
    async with Journal(Path(path)) as journal:
        for number in range(10_000):
            now = utc_now()
            job = Job(
                id=f"{name}-{number}", work={"kind": "generation"}, state="draft",
                profile="p", provider="bfl", endpoint="e", title="t", parameters={},
                estimate_credits=1, created_at=now, updated_at=now,
            )
            await journal.jobs.add([job])
            await journal.jobs.move(job.id, JobState.SUBMITTING)
            print(job.id, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def write_until_killed(path: Path, name: str, count: int) -> list[str]:
    """Run a writing program, kill it after some commits, and return what it said it had written."""
    environment = {**os.environ, "PYTHONPATH": str(Path(fluxtui.__file__).parents[1])}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(path), name, stdout=PIPE, env=environment
    )
    assert process.stdout is not None
    written = []
    async with asyncio.timeout(30):
        async for line in process.stdout:
            written.append(line.decode().strip())
            if len(written) == count:
                process.kill()
        await process.wait()
    assert len(written) >= count
    return written


async def test_what_was_committed_survives_kill_9(path: Path) -> None:
    written = await asyncio.gather(write_until_killed(path, "a", 20), write_until_killed(path, "b", 35))
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    async with Journal(path) as journal:
        jobs = {job.id: job for job in await journal.jobs.recent(10_000)}
        for job_id in (*written[0], *written[1]):
            assert jobs[job_id].state is JobState.SUBMITTING
        for job in jobs.values():
            story = await journal.jobs.story(job.id)
            assert story[-1].state is job.state, "a state and its event are written together"


async def test_journals_opened_at_once_on_a_new_file(path: Path) -> None:
    journals = [Journal(path) for _ in range(6)]
    await asyncio.gather(*(journal.open() for journal in journals))
    assert [await journal.jobs.recent() for journal in journals] == [()] * 6
    await asyncio.gather(*(journal.close() for journal in journals))


async def test_one_of_many_wins_a_move(journal: Journal, path: Path, make_job: Callable[..., Job]) -> None:
    await journal.jobs.add([make_job(str(number)) for number in range(10)])
    async with contextlib.AsyncExitStack() as stack:
        journals = [await stack.enter_async_context(Journal(path)) for _ in range(4)]
        for number in range(10):
            attempts = [one.jobs.move(str(number), JobState.SUBMITTING) for one in journals]
            results = await asyncio.gather(*attempts, return_exceptions=True)
            assert sum(isinstance(result, Job) for result in results) == 1
            assert sum(isinstance(result, IllegalTransition) for result in results) == 3
            assert len(await journal.jobs.story(str(number))) == 2


async def test_one_of_many_wins_a_lease(journal: Journal, path: Path, make_job: Callable[..., Job]) -> None:
    await journal.jobs.add([make_job(str(number)) for number in range(10)])
    async with contextlib.AsyncExitStack() as stack:
        journals = [await stack.enter_async_context(Journal(path)) for _ in range(4)]
        for number in range(10):
            claims = [one.jobs.claim(str(number), f"owner {who}", 30) for who, one in enumerate(journals)]
            assert sorted(await asyncio.gather(*claims)) == [False, False, False, True]


async def test_the_version_follows_every_program(
    journal: Journal, other: Journal, make_job: Callable[..., Job]
) -> None:
    versions = [await journal.version()]
    assert await journal.version() == versions[0]
    await other.jobs.add([make_job()])
    versions.append(await journal.version())
    await journal.jobs.move("job", JobState.SUBMITTING)
    versions.append(await journal.version())
    await other.jobs.update("job", progress=0.5)
    versions.append(await journal.version())
    assert versions == sorted(set(versions))
    assert await journal.jobs.claim("job", "me", 10)
    await journal.notes.set("draft", 1)
    assert await journal.version() == versions[-1], "our own leases and notes are no news"


async def test_a_write_is_finished_when_its_caller_is_cancelled(
    path: Path, journal: Journal, make_job: Callable[..., Job]
) -> None:
    database = Database(path)
    await database.open()
    begun, go_on = threading.Event(), threading.Event()

    def block(connection: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(50)

    blocking = asyncio.create_task(database.read(block))
    await asyncio.to_thread(begun.wait, 10)
    sql = "INSERT INTO notes VALUES ('paid', '1', '')"
    waiting = asyncio.create_task(database.write(lambda connection: connection.execute(sql).rowcount))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    go_on.set()
    await blocking
    await database.close()
    assert await journal.notes.get("paid") == 1
