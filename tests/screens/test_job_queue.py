"""The queue in the Jobs place: its order, its pause, and what the line above the jobs says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.jobs import JobState
from fluxtui.screens.jobs.queue_line import queue_line
from fluxtui.services.jobs import Pause, PauseReason, QueueState
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.table import RowTable

Until = Callable[..., Awaitable[None]]
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "jobs"


@pytest.fixture
async def queued(
    make_app: Callable[..., FluxApp], simulator: Simulator, until: Until
) -> AsyncIterator[tuple[FluxApp, Pilot[int], list[str]]]:
    """The application at Jobs, with three jobs in a paused queue, and their ids."""
    app = make_app(simulator.base_url)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.profile != "" and app.screen.id != "_default")
        await app.services.jobs.pause("demo")
        values = {"prompt": "a lantern", "width": 256, "height": 256}
        jobs = await app.services.inference.generate("demo", "flux-pro-1.1", values, count=3)
        await app.go("jobs")
        await until(pilot, lambda: bool(app.queues) and len(app.queues[0].order) == 3)
        yield app, pilot, [job.id for job in jobs]


async def test_jobs_are_moved_with_keys(queued: tuple[FluxApp, Pilot[int], list[str]], until: Until) -> None:
    app, pilot, ids = queued
    table = app.screen.query_one(RowTable)
    await until(pilot, lambda: [row.key for row in table.rows] == ids)
    table.select(ids[2])
    await pilot.press("t")
    await until(pilot, lambda: app.queues[0].order == (ids[2], ids[0], ids[1]))
    await pilot.press("J")
    await until(pilot, lambda: app.queues[0].order == (ids[0], ids[2], ids[1]))
    await pilot.press("K")
    await until(pilot, lambda: app.queues[0].order == (ids[2], ids[0], ids[1]))
    await until(pilot, lambda: [row.key for row in table.rows] == [ids[2], ids[0], ids[1]])
    assert table.selected_key == ids[2], "the cursor stays on the job that was moved"
    assert "no. 1" in str(table.rows[0].cells["progress"])


async def test_queue_is_resumed_and_paused_with_a_key(
    queued: tuple[FluxApp, Pilot[int], list[str]], until: Until, simulator: Simulator
) -> None:
    app, pilot, _ = queued
    line = app.screen.query_one("#jobs-queue", PlainStatic)
    assert "0 in flight, 3 queued" in str(line.visual)
    assert "paused by you since" in str(line.visual)
    assert simulator.ledger() == []
    await pilot.press("p")
    await until(pilot, lambda: all(job.state is JobState.DONE for job in app.jobs))
    await until(pilot, lambda: not line.display)
    await pilot.press("p")
    await until(pilot, lambda: app.queues[0].pause is not None)
    await until(pilot, lambda: bool(line.display))
    assert [notice.text.split(";")[0] for notice in reversed(app.notices)][
        -1
    ] == "The queue of demo is paused"


def test_line_names_profiles_only_where_there_are_several() -> None:
    alone = QueueState("demo", 2, 24, ("a", "b"))
    assert queue_line([alone, QueueState("other", 0, 24)]).plain == ("2 of 24 in flight, 2 queued · p pauses")
    pause = Pause(reason=PauseReason.CREDITS, since=NOON)
    both = queue_line([alone, QueueState("[/x]\x1b[31m", 0, None, ("c",), pause)]).plain
    assert "demo: 2 of 24" in both
    assert "[/x]: paused: out of credits since" in both
    assert "0 in flight, 1 queued" in both
    assert "\x1b" not in both


def test_line_is_empty_where_there_is_nothing_to_tell() -> None:
    assert queue_line([QueueState("demo", 0, 24)]).plain == ""
