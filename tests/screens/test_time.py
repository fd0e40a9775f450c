"""Ages and times go on while nothing else happens, and nothing is sent while they are the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.app.tabs import PLACES
from fluxtui.controllers.navigation import PlaceName, ShowJob
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import WORKS, Job, JobKind, JobState
from fluxtui.screens.lists import MessagesScreen
from fluxtui.screens.place import PlaceScreen
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.table import RowTable
from fluxtui.widgets.table.grid import RowGrid
from tests.fakes.drawn import Terminals
from tests.piloting.snapshots import BOTH
from tests.piloting.waiting import settled, until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("still_state")


@pytest.fixture
def first_place() -> str:
    """A place that is quickly made."""
    return "jobs"


def make_job(name: str, state: JobState, kind: JobKind = JobKind.GENERATION) -> Job:
    ended = NOON - timedelta(seconds=10) if state is JobState.DONE else None
    return Job(
        id=name,
        work=WORKS[kind](),
        state=state,
        profile="demo",
        provider="bfl",
        endpoint="flux-pro-1.1",
        title=name,
        parameters={},
        estimate_credits=4.0,
        created_at=NOON - timedelta(seconds=40),
        submitted_at=NOON - timedelta(seconds=30),
        updated_at=NOON,
        finished_at=ended,
    )


DONE = make_job("done", JobState.DONE)
RUNNING = make_job("running", JobState.RUNNING)
TRAINING = make_job("training", JobState.RUNNING, JobKind.TRAINING)
FINETUNE = Finetune(
    profile="demo", id="lumi", name="Lumi", state=FinetuneState.READY, created_at=NOON, refreshed_at=NOON
)


ATTEMPTS = 6
"""On a busy machine something may still be on its way; what is drawn for every tick is drawn each time."""


async def drawn_by_ticks(app: FluxApp, pilot: Pilot[int], terminals: Terminals, *, seconds: int) -> int:
    """Return the fewest frames that were ever drawn during three ticks of so many seconds."""
    fewest: int | None = None
    for _ in range(ATTEMPTS):
        await settled(pilot)
        before, begin = terminals.frames, app.clock()
        for tick in range(1, 4):
            app.clock = lambda now=begin + timedelta(seconds=tick * seconds): now  # type: ignore[misc]
            app.seconds += 1
            await settled(pilot)
        drawn = terminals.frames - before
        fewest = drawn if fewest is None else min(fewest, drawn)
        if not fewest:
            break
    return fewest or 0


@pytest.mark.parametrize("place", [place.name for place in PLACES])
async def test_nothing_is_drawn_while_nothing_changes(
    place: PlaceName, make_app: AppFactory, terminals: Terminals
) -> None:
    app = make_app()
    app.clock = lambda: NOON
    async with app.run_test(size=BOTH[0]) as pilot:
        await until_screen(pilot, PlaceScreen)
        await app.go(place)
        app.jobs = (RUNNING, TRAINING, DONE)
        app.finetunes = (FINETUNE,)
        for size in BOTH:
            if app.size != size:
                await pilot.resize_terminal(*size)
            assert await drawn_by_ticks(app, pilot, terminals, seconds=0) == 0, size


async def test_a_running_generation_says_nothing_in_a_place_that_does_not_show_it(
    make_app: AppFactory, terminals: Terminals
) -> None:
    app = make_app()
    app.clock = lambda: NOON
    async with app.run_test(size=(120, 40)) as pilot:
        await until_screen(pilot, PlaceScreen)
        await app.go("finetune")
        app.jobs = (RUNNING,)
        assert await drawn_by_ticks(app, pilot, terminals, seconds=1) == 0


async def test_the_age_of_a_job_goes_on_and_costs_little(
    make_app: AppFactory, until: Until, terminals: Terminals
) -> None:
    app = make_app()
    app.clock = lambda: NOON
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        await app.go("jobs")
        app.jobs = (DONE,)
        table = app.screen.query_one(RowTable)
        assert str(table.rows[0].cells["age"]) == "40 s ago"
        await settled(pilot)
        before = terminals.bytes
        app.clock = lambda: NOON + timedelta(minutes=4)
        app.seconds += 1
        await until(pilot, lambda: str(table.rows[0].cells["age"]) == "4 m ago")
        await settled(pilot)
        assert 0 < terminals.bytes - before < 60


async def test_a_place_tells_the_time_when_it_comes_back(make_app: AppFactory, until: Until) -> None:
    app = make_app()
    app.clock = lambda: NOON
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        await app.go("models")
        app.finetunes = (FINETUNE,)
        age = app.screen.query_one("#age", PlainStatic)
        await until(pilot, lambda: "copy of now" in str(age.render()))
        await app.go("jobs")
        app.clock = lambda: NOON + timedelta(minutes=7)
        await app.go("models")
        await until(pilot, lambda: "copy of 7 m ago" in str(age.render()))


async def test_jobs_begin_with_the_newest_unless_the_cursor_was_moved(
    make_app: AppFactory, until: Until
) -> None:
    app = make_app()
    app.clock = lambda: NOON
    later = DONE.model_copy(update={"id": "later", "created_at": NOON})
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        await app.go("jobs")
        app.jobs = tuple(
            DONE.model_copy(update={"id": f"old-{n}", "created_at": NOON - timedelta(hours=n + 1)})
            for n in range(40)
        )
        table = app.screen.query_one(RowTable)
        await until(pilot, lambda: table.selected_key == "old-0")
        app.jobs = (later, *app.jobs)
        await until(pilot, lambda: "later" in table.shown_keys)
        assert table.selected_key == "old-0"  # What one looks at stays under the keys.
        await app.go("models")
        await app.go("jobs")
        await until(pilot, lambda: table.selected_key == "later")
        assert table.query_one(RowGrid).scroll_y == 0
        await pilot.press("down", "down")
        await until(pilot, lambda: table.selected_key == "old-1")
        app.jobs = (RUNNING, *app.jobs)
        await app.go("models")
        await app.go("jobs")
        await settled(pilot)
        assert table.selected_key == "old-1"
        await app.go("models")
        await app.go(ShowJob("old-7"))
        await until(pilot, lambda: table.selected_key == "old-7")


async def test_lists_tell_the_time(make_app: AppFactory, until: Until) -> None:
    app = make_app()
    app.clock = lambda: NOON
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        app.tell("something")
        app.action_show("messages")
        await until_screen(pilot, MessagesScreen)
        await until(pilot, lambda: any(table.rows for table in app.screen.query(RowTable)))
        table = app.screen.query_one(RowTable)
        app.clock = lambda: NOON + timedelta(minutes=7)
        app.seconds += 1
        await until(pilot, lambda: str(table.rows[0].cells["at"]) == "7 m ago")


async def test_the_time_of_a_program_that_is_closing_is_nobodys(make_app: AppFactory) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        stack, app._screen_stack[:] = list(app._screen_stack), []
        app.seconds += 1
        app._screen_stack[:] = stack
