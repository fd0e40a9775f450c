"""`fluxtui collect` as typed, against a real service."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.domain.jobs import ACTIVE_STATES, Job, JobState
from fluxtui.services.jobs.pauses import Pause, PauseReason, Pauses
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.running import Simulator
from tests.collector.conftest import HeldClock
from tests.fakes.leases import leases_run_out

AddJobs = Callable[..., Awaitable[tuple[Job, ...]]]
StartCollector = Callable[..., subprocess.Popen[str]]
Rows = Callable[[], list[dict[str, Any]]]
WaitForJobs = Callable[..., float]

PATIENCE = 40.0


def states(rows: list[dict[str, Any]]) -> set[str]:
    return {row["state"] for row in rows}


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def test_it_collects_everything_and_tells_each_change_as_json(
    add_jobs: AddJobs, start_collector: StartCollector, simulator: Simulator
) -> None:
    jobs = await add_jobs(3)
    output, errors = start_collector("--json").communicate(timeout=PATIENCE)
    told = [json.loads(line) for line in output.splitlines()]
    assert errors == ""
    for job in jobs:
        story = [line for line in told if line["job"] == job.id]
        order = [line["state"] for line in story]
        assert (order[0], order[-1]) == ("draft", "done")
        assert [line["time"] for line in story] == sorted(line["time"] for line in story)
        assert story[-1]["cost_usd"] == 0.04
        assert story[0]["cost_usd"] is None
        with Image.open(story[-1]["picture"]) as picture:
            assert picture.size == (256, 256)
    assert len(simulator.ledger()) == 3


async def test_it_tells_people_and_returns_0_if_all_went_well(
    add_jobs: AddJobs, start_collector: StartCollector
) -> None:
    await add_jobs(1)
    process = start_collector()
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    *_, done, summary = output.splitlines()
    assert "done" in done
    assert "$0.04" in done
    assert ".jpg" in done
    assert summary == "1 picture."


def test_with_nothing_to_do_it_ends_well(start_collector: StartCollector) -> None:
    process = start_collector()
    assert process.communicate(timeout=PATIENCE) == ("There was nothing to collect.\n", "")
    assert process.returncode == 0


async def test_what_the_service_does_not_know_is_looked_for_and_said(
    add_jobs: AddJobs, start_collector: StartCollector, simulator: Simulator
) -> None:
    polling_url = f"{simulator.polling_base_url}/v1/get_result?id=gone"
    await add_jobs(1, state=JobState.WAITING, remote_id="gone", polling_url=polling_url, cost_credits=7.0)
    process = start_collector()
    assert process.stdout is not None
    lines = [process.stdout.readline(), process.stdout.readline()]
    assert "does not know this generation" in lines[1]
    assert "looked for until" in lines[1]
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGINT
    assert "1 job not finished" in output


def test_where_it_cannot_start_it_says_so(start_collector: StartCollector, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    process = start_collector("--data-dir", str(tmp_path / "file"))
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert output == ""
    assert errors.startswith("fluxtui: ")
    assert "Traceback" not in errors


async def test_a_signal_ends_it_in_good_order_and_gives_every_job_back(
    add_jobs: AddJobs,
    start_collector: StartCollector,
    simulator: Simulator,
    clock: HeldClock,
    wait_for_jobs: WaitForJobs,
    journal_rows: Rows,
) -> None:
    clock.hold()
    await add_jobs(4)
    process = start_collector()
    wait_for_jobs(lambda rows: states(rows) <= {"waiting", "running"})
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM
    assert errors == ""
    assert "not finished" in output
    assert [row["lease_owner"] for row in journal_rows()] == [None] * 4
    clock.go_on()
    assert start_collector().wait(PATIENCE) == 0
    assert len(simulator.ledger()) == 4


async def test_it_stays_for_new_jobs_if_asked(
    add_jobs: AddJobs, start_collector: StartCollector, wait_for_jobs: WaitForJobs
) -> None:
    await add_jobs(1)
    process = start_collector("--watch")
    wait_for_jobs(lambda rows: states(rows) == {"done"})
    await add_jobs(1)
    wait_for_jobs(lambda rows: [row["state"] for row in rows] == ["done", "done"])
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 128 + signal.SIGINT


async def test_it_goes_on_when_its_reader_or_its_terminal_is_gone(
    add_jobs: AddJobs, start_collector: StartCollector, journal_rows: Rows
) -> None:
    await add_jobs(2)
    reading, writing = os.pipe()
    process = start_collector(stdout=writing)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    process.send_signal(signal.SIGHUP)
    assert process.wait(PATIENCE) == 0
    assert states(journal_rows()) == {"done"}


async def test_a_queue_that_is_held_is_not_waited_for(
    add_jobs: AddJobs, start_collector: StartCollector, data_dir: Path, simulator: Simulator
) -> None:
    await add_jobs(2)
    async with Journal(StorageService(data_dir).journal_path) as journal:
        await Pauses(journal).begin("bfl", Pause(reason=PauseReason.USER, since=datetime.now(UTC)))
    process = start_collector()
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "2 jobs not finished" in output
    assert simulator.ledger() == []


async def test_the_jobs_of_a_killed_collector_are_taken_over_within_15_seconds(
    add_jobs: AddJobs,
    start_collector: StartCollector,
    simulator: Simulator,
    clock: HeldClock,
    wait_for_jobs: WaitForJobs,
    journal_rows: Rows,
    data_dir: Path,
) -> None:
    clock.hold()
    await add_jobs(5)
    first = start_collector("--json")
    wait_for_jobs(lambda rows: all(row["state"] == "waiting" and row["lease_owner"] for row in rows))
    second = start_collector("--json")
    assert second.stdout is not None
    second.stdout.readline()
    first.kill()
    killed_at = datetime.now(UTC)
    clock.go_on()
    # From then on they are anybody's.
    until = [datetime.fromisoformat(row["lease_until"]) for row in journal_rows() if row["lease_until"]]
    assert max(until) - killed_at < timedelta(seconds=15)
    leases_run_out(StorageService(data_dir).journal_path)
    active = {state.value for state in ACTIVE_STATES}
    wait_for_jobs(lambda rows: not states(rows) & active)
    second.communicate(timeout=PATIENCE)
    assert second.returncode == 0
    assert states(journal_rows()) == {"done"}
    assert len(simulator.ledger()) == 5


async def test_one_detached_collector_is_enough_and_shows_no_key(
    add_jobs: AddJobs,
    start_collector: StartCollector,
    simulator: Simulator,
    clock: HeldClock,
    wait_for_jobs: WaitForJobs,
    data_dir: Path,
    process_list: Callable[[], dict[int, str]],
) -> None:
    clock.hold()
    await add_jobs(2)
    first = start_collector("--detached")
    wait_for_jobs(lambda rows: states(rows) <= {"waiting", "running"})
    (line,) = [line for line in process_list().values() if " collect " in line and str(data_dir) in line]
    assert VALID_KEY not in line
    # It ends although nothing else can.
    second = start_collector("--detached")
    assert second.communicate(timeout=PATIENCE) == ("", "")
    assert first.poll() is None
    clock.go_on()
    assert first.communicate(timeout=PATIENCE) == ("", "")
    assert first.returncode == 0
    assert len(simulator.ledger()) == 2


@pytest.mark.parametrize("form", [(), ("--json",)])
async def test_a_data_directory_that_is_deleted_ends_it_with_what_is_left_at_the_service(
    add_jobs: AddJobs,
    start_collector: StartCollector,
    simulator: Simulator,
    data_dir: Path,
    wait_for_jobs: WaitForJobs,
    form: tuple[str, ...],
) -> None:
    simulator.faults("late-404", seconds=3600, where="delivery")
    await add_jobs(1)
    process = start_collector(*form)
    wait_for_jobs(lambda rows: states(rows) == {"collecting"})
    (task,) = simulator.ledger()
    shutil.rmtree(data_dir)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "deleted or replaced" in output
    assert task["id"] in output
    assert "nothing to collect" not in output
    assert "next start goes on" not in output
    assert len(simulator.ledger()) == 1


async def test_a_row_that_cannot_be_read_is_said_and_does_not_hold_up_the_others(
    add_jobs: AddJobs, start_collector: StartCollector, data_dir: Path, simulator: Simulator
) -> None:
    (bad,) = await add_jobs(1, state=JobState.WAITING, remote_id="task-77", submitted_at=datetime.now(UTC))
    await add_jobs(1)
    with closing(sqlite3.connect(StorageService(data_dir).journal_path)) as connection, connection:
        connection.execute("UPDATE jobs SET parameters = '{' WHERE id = ?", (bad.id,))
    process = start_collector()
    output, errors = process.communicate(timeout=PATIENCE)
    assert errors == ""
    assert process.returncode == 1, "a paid picture may be missing"
    assert "task task-77 of the profile bfl" in output
    assert "fluxtui.services.journal.repair" in output
    *_, pictures, last = output.splitlines()
    assert pictures.startswith("1 picture")
    assert last == "1 job of the journal cannot be understood."
    assert len(simulator.ledger()) == 1


async def test_a_damaged_journal_ends_it_with_the_way_out(
    add_jobs: AddJobs, start_collector: StartCollector, data_dir: Path, wait_for_jobs: WaitForJobs
) -> None:
    """Where nothing is driven here, nothing can come of waiting."""
    await add_jobs(1)
    journal = StorageService(data_dir).journal_path
    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.execute("ALTER TABLE jobs RENAME COLUMN parameters TO parameter")
    process = start_collector("--json")
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "lacks jobs.parameters" in errors
    assert "fluxtui.services.journal.repair" in errors


async def test_a_journal_that_is_damaged_meanwhile_ends_it(
    add_jobs: AddJobs, start_collector: StartCollector, data_dir: Path
) -> None:
    process = start_collector("--watch")
    await add_jobs(1)
    assert process.stdout is not None
    assert process.stdout.readline()
    with closing(sqlite3.connect(StorageService(data_dir).journal_path)) as connection, connection:
        connection.execute("DROP TABLE jobs")
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "no such table" in errors
    assert "fluxtui.services.journal.repair" in errors
