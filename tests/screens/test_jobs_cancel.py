"""Cancelling in the Jobs place, logs, and what is said of jobs in doubt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.controllers.jobs.controller import JobStory
from fluxtui.controllers.jobs.rows import LOOKING, state_text
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.providers.base import CancelAnswer
from fluxtui.screens.jobs import JobsScreen
from fluxtui.screens.jobs.details import FINDABLE, LOOK_AGAIN, UNFINDABLE, job_details
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.table import RowTable
from tests.fakes.academy import CANCEL_ADVICE, PROFILE, Academy, Quick, opened_academy
from tests.piloting.waiting import until_screen

Until = Callable[..., Awaitable[None]]
Place = tuple[FluxApp, Pilot[int], JobsScreen]
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "jobs"


def make_job(state: JobState, **changes: object) -> Job:
    values = {
        "id": "job-1",
        "kind": JobKind.TRAINING,
        "state": state,
        "profile": "school",
        "provider": Academy.id,
        "endpoint": Quick.info.id,
        "title": "Lantern",
        "parameters": {"name": "Lantern", "steps": 100},
        "estimate_credits": 100.0,
        "created_at": NOON,
        "updated_at": NOON,
        **changes,
    }
    return Job.model_validate(values)


@pytest.fixture
def academy() -> Iterator[type[Academy]]:
    """A service whose tasks run until they are cancelled, and which cannot be asked for lost ones."""
    with opened_academy() as academy:
        yield academy


@pytest.fixture
async def place(
    make_app: Callable[..., FluxApp], academy: type[Academy], until: Until
) -> AsyncIterator[Place]:
    """The open place of a program with profiles at two services."""
    app = make_app(more=PROFILE)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.profile != "" and app.screen.id != "_default")
        await app.go("jobs")
        assert isinstance(app.screen, JobsScreen)
        yield app, pilot, app.screen


def story(screen: JobsScreen) -> str:
    return str(screen.query_one("#jobs-story", PlainStatic).render())


def asked(app: FluxApp) -> str:
    return "\n".join(str(part.render()) for part in app.screen.query("PlainLabel"))


async def train(app: FluxApp, pictures: Path) -> None:
    dataset = await app.services.datasets.inspect(pictures, Quick.rules)
    values = {"name": "Lantern"}
    await app.services.finetuning.start("school", dataset, values, endpoint_id=Quick.info.id)


async def test_what_a_running_job_may_cost_is_said_before_it_is_cancelled(
    place: Place, training_pictures: Path, until: Until
) -> None:
    app, pilot, screen = place
    for number in (4, 5, 6):
        (training_pictures / f"lantern-{number}.png").unlink()
    await train(app, training_pictures)
    await until(pilot, lambda: bool(app.jobs) and app.jobs[0].state is JobState.RUNNING)
    await until(pilot, lambda: "step 41 of 100" in story(screen))
    assert "step 40 of 100 [/x]" in story(screen)
    await pilot.press("x")
    await until_screen(pilot, ConfirmDialog)
    assert CANCEL_ADVICE in asked(app)
    await pilot.press("n")
    await until(pilot, lambda: any("goes on" in notice.text for notice in app.notices))
    assert app.jobs[0].cancel_asked_at is None
    await pilot.press("x")
    await until_screen(pilot, ConfirmDialog)
    await pilot.press("y")
    await until(pilot, lambda: app.jobs[0].state is JobState.CANCELLED)
    await until(pilot, lambda: "cancelled" in str(screen.query_one(RowTable).rows[0].cells["state"]))
    assert str(screen.query_one(RowTable).rows[0].cells["cost"]) == "$0.41"
    assert app.jobs[0].cost_credits == 41.0


async def test_what_was_paid_for_and_is_away_is_looked_for_until_the_user_stops_that(
    place: Place, academy: type[Academy], until: Until
) -> None:
    app, pilot, screen = place
    academy.hidden.add("task-9")
    lost = make_job(
        JobState.EXPIRED, remote_id="task-9", error_title="Result expired", error="It cost $1.00."
    )
    await app.services.journal.jobs.add([lost])
    app.services.jobs.wake()
    await until(pilot, lambda: LOOK_AGAIN in story(screen))
    await pilot.press("l")
    await until(pilot, lambda: app.jobs[0].is_looked_for)
    await until(pilot, lambda: "asked again at" in story(screen))
    assert str(screen.query_one(RowTable).rows[0].cells["state"]) == LOOKING
    await pilot.press("x")
    await until_screen(pilot, ConfirmDialog)
    assert "may still have it" in asked(app)
    await pilot.press("y")
    await until(pilot, lambda: app.jobs[0].state is JobState.EXPIRED)
    await until(pilot, lambda: LOOK_AGAIN in story(screen))
    academy.hidden.clear()
    await pilot.press("l")
    await until(pilot, lambda: app.jobs[0].state is JobState.RUNNING)
    assert academy.ordered == []


def test_only_what_the_service_gave_an_id_can_be_looked_for_again() -> None:
    assert LOOK_AGAIN not in job_details(make_job(JobState.EXPIRED), JobStory()).plain
    assert LOOK_AGAIN in job_details(make_job(JobState.FAILED, remote_id="task-9"), JobStory()).plain


@pytest.mark.usefixtures("still_state")
async def test_words_about_a_doubt_depend_on_what_its_service_can_be_asked(
    place: Place, until: Until
) -> None:
    app, pilot, screen = place
    findable = make_job(JobState.IN_DOUBT, id="job-2", profile="demo", provider="bfl", endpoint="finetune")
    app.jobs = (findable, make_job(JobState.IN_DOUBT))
    table = screen.query_one(RowTable)
    await until(pilot, lambda: len(table.rows) == 2)
    table.select("job-1")
    await until(pilot, lambda: UNFINDABLE in story(screen))
    assert not screen.check_action("look_again", ())
    table.select("job-2")
    await until(pilot, lambda: FINDABLE in story(screen))
    assert screen.check_action("look_again", ())


@pytest.mark.usefixtures("still_state")
async def test_the_profile_stands_beside_jobs_where_there_are_several(place: Place, until: Until) -> None:
    app, pilot, screen = place

    def titles() -> list[str]:
        return [column.title.plain for column in screen.query_one(RowTable)._grid.columns]

    app.jobs = (make_job(JobState.DONE),)
    await until(pilot, lambda: len(screen.query_one(RowTable).rows) == 1)
    assert not any("Profile" in title for title in titles())
    app.jobs = (make_job(JobState.DONE), make_job(JobState.DONE, id="job-2", profile="demo"))
    await until(pilot, lambda: any("Profile" in title for title in titles()))
    await pilot.resize_terminal(80, 24)
    await until(pilot, lambda: not any("Profile" in title for title in titles()))


def test_a_job_that_is_to_be_cancelled_says_so_until_it_has_ended() -> None:
    wished = make_job(JobState.RUNNING, cancel_asked_at=NOON)
    assert state_text(wished) == "– cancelling"
    assert "the service has not answered" in job_details(wished, JobStory()).plain
    answered = make_job(JobState.RUNNING, cancel_asked_at=NOON, cancel_answer=CancelAnswer.ASKED.value)
    assert CancelAnswer.ASKED.value in job_details(answered, JobStory()).plain
    ended = make_job(JobState.CANCELLED, cancel_asked_at=NOON)
    assert state_text(ended) == "– cancelled"
    assert "cancelling" not in job_details(ended, JobStory()).plain


def test_only_the_end_of_a_log_is_shown_and_as_text() -> None:
    log = "\n".join(f"step {number} [/x]\x1b[31m" for number in range(1, 101))
    text = job_details(make_job(JobState.RUNNING), JobStory(log=log)).plain
    assert "step 100 [/x]" in text
    assert "step 80 " not in text
    assert "\x1b" not in text


async def test_the_cursor_stays_on_a_job_that_was_acted_on(
    place: Place, academy: type[Academy], until: Until
) -> None:
    app, pilot, screen = place
    academy.hidden.add("task-9")
    looking = make_job(JobState.COLLECTING, remote_id="task-9", tries_until=NOON, next_try_at=NOON)
    done = make_job(JobState.DONE, id="job-2", created_at=NOON + timedelta(hours=1))
    await app.services.journal.jobs.add([done, looking])
    app.services.jobs.wake()
    table = screen.query_one(RowTable)
    await until(pilot, lambda: len(table.rows) == 2 and table.selected_key == "job-1")
    await pilot.press("x")
    await until_screen(pilot, ConfirmDialog)
    await pilot.press("y")
    await until(pilot, lambda: [row.key for row in table.rows] == ["job-2", "job-1"])
    await app.go("models")
    await app.go("jobs")
    await until(pilot, lambda: app.screen is screen)
    assert table.selected_key == "job-1"
