"""How Jobs, Settings, the first start and the lists look; state is set by hand, nothing is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from fluxtui.api.trace import Exchange
from fluxtui.app.app import FluxApp
from fluxtui.app.state_sync import StateSync
from fluxtui.controllers.navigation import ShowJob
from fluxtui.domain.jobs import Job, JobEvent, JobKind, JobState
from fluxtui.domain.notices import Balance, Notice
from fluxtui.screens.key_place import KeyPlaceLine
from fluxtui.screens.welcome import WelcomeScreen
from fluxtui.services.jobs import Pause, PauseReason, QueueState
from fluxtui.services.journal.jobs import JobStore
from fluxtui.services.journal.logs import LogStore
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.table import RowTable
from tests.piloting.snapshots import Snap
from tests.piloting.waiting import settled, until, until_screen

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
Steps = Callable[[FluxApp, Pilot[int]], Awaitable[None]]


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "jobs"


def make_job(number: int, state: JobState, **changes: Any) -> Job:
    made = NOW - timedelta(minutes=7 * number)
    values: dict[str, Any] = {
        "id": f"01a20aa98da8d25cbd2bd5ea474981{number:02}",
        "kind": JobKind.GENERATION,
        "state": state,
        "profile": "demo",
        "provider": "bfl",
        "endpoint": "flux-pro-1.1-ultra-finetuned",
        "title": "TOK, three lanterns over a river",
        "parameters": {"prompt": "TOK, three lanterns over a river", "finetune_strength": 1.2, "seed": 7},
        "finetune_id": "2d85c613-e7e9-45a1-b9b8-14e5295b75d3",
        "finetune_name": "lanterns",
        "estimate_credits": 7.0,
        "seed": 7,
        "created_at": made,
        "updated_at": made,
        "submitted_at": made + timedelta(seconds=1),
    }
    return Job(**{**values, **changes})


TRAINING = make_job(
    1,
    JobState.RUNNING,
    kind=JobKind.TRAINING,
    endpoint="finetune",
    title="lanterns",
    parameters={"finetune_comment": "lanterns", "iterations": 300, "learning_rate": 0.0001},
    estimate_credits=400.0,
    progress=0.42,
    remote_status="Pending",
    remote_id="2d85c613-e7e9-45a1-b9b8-14e5295b75d3",
)
JOBS = (
    make_job(
        2,
        JobState.IN_DOUBT,
        title="a lantern [/x] in the rain",
        error_title="In doubt",
        error="The connection was lost before the service answered.",
    ),
    TRAINING,
    make_job(3, JobState.DRAFT, submitted_at=None),
    make_job(
        4, JobState.DONE, cost_credits=7.0, finished_at=NOW, picture="pictures/2026-11-23/lanterns-tok-7.jpg"
    ),
    make_job(5, JobState.FAILED, error_title="Failed", error="The service could not finish it."),
    make_job(6, JobState.CANCELLED),
)


@pytest.fixture
def look(
    snap: Snap,
    make_app: Callable[..., FluxApp],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., bool]:
    """Return a function that opens a place, takes the steps, and compares the picture."""
    monkeypatch.setattr(StateSync, "refresh", lambda *_: None)
    monkeypatch.setattr(StateSync, "ask_balance", lambda *_: None)

    async def story(_: JobStore, job_id: str) -> tuple[JobEvent, ...]:
        at = NOW - timedelta(minutes=3)
        states = (JobState.DRAFT, JobState.SUBMITTING, JobState.IN_DOUBT)
        return tuple(JobEvent(job_id=job_id, at=at, state=state) for state in states)

    monkeypatch.setattr(JobStore, "story", story)

    def compare(steps: Steps, *, key: str | None = "sim-valid") -> bool:
        app = make_app(key=key)

        async def before(pilot: Pilot[int]) -> None:
            app.clock = lambda: NOW
            await until(pilot, lambda: app.profile and app.screen.id != "_default")
            app.services.config.path = Path("/home/ada/.config/fluxtui/config.toml")
            app.services.storage.root = Path("/home/ada/.local/share/fluxtui")
            app.connected = True
            app.balances = {app.profile: Balance(9_593.0, NOW)}
            app.spent_today = 407.0
            await steps(app, pilot)

        return snap(app, before)

    return compare


def test_jobs_of_every_kind(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        app.jobs = JOBS
        await app.go("jobs")

    assert look(steps)


def test_a_queue_without_credits(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        waiting = [make_job(number, JobState.DRAFT, submitted_at=None) for number in (10, 11, 12)]
        given_up = make_job(7, JobState.CANCELLED, maybe_billed=True)
        # A time without a zone is local, so that the picture is the same everywhere.
        pause = Pause(reason=PauseReason.CREDITS, since=NOW.replace(tzinfo=None))
        order = tuple(job.id for job in (waiting[2], waiting[0], waiting[1]))
        app.queues = (QueueState("demo", 1, 24, order, pause),)
        app.jobs = (*waiting, TRAINING, given_up)
        await app.go(ShowJob(given_up.id))

    assert look(steps)


def test_a_training_with_its_story(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        app.jobs = JOBS
        await app.go(ShowJob(TRAINING.id))
        assert app.screen.query_one(RowTable).selected_key == TRAINING.id

    assert look(steps)


def test_a_job_that_is_to_be_cancelled(look: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    async def log(_: LogStore, job_id: str) -> str:
        return "\n".join(f"step {number} of 300 [/x]" for number in range(1, 127))

    monkeypatch.setattr(LogStore, "get", log)

    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        # A time without a zone is local, so that the picture is the same everywhere.
        wished = {"cancel_asked_at": NOW.replace(tzinfo=None), "cancel_answer": "the service was asked"}
        other = make_job(8, JobState.DONE, profile="second", cost_credits=7.0, finished_at=NOW)
        app.jobs = (TRAINING.model_copy(update=wished), other)
        await app.go(ShowJob(TRAINING.id))

    assert look(steps)


def test_samples_that_wait_for_their_training(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        fields = {"submitted_at": None, "after": TRAINING.id, "finetune_id": None}
        waiting = [make_job(number, JobState.DRAFT, **fields) for number in (9, 10)]
        reason = "The training ended without a finetune; nothing was paid for this picture."
        ended = make_job(11, JobState.CANCELLED, error_title="No finetune", error=reason, **fields)
        app.jobs = (TRAINING, *waiting, ended)
        await app.go(ShowJob(waiting[0].id))

    assert look(steps)


def test_no_jobs_yet(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        await app.go("jobs")

    assert look(steps)


def test_sending_a_doubtful_job_again_warns(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        app.jobs = JOBS
        await app.go("jobs")
        # What is below a dialog is laid out no more.
        await settled(pilot)
        await pilot.press("a")

    assert look(steps)


def test_settings(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        await app.go("settings")

    assert look(steps)


def test_first_start(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        await until_screen(pilot, WelcomeScreen)
        line = app.screen.query_one(KeyPlaceLine)
        await until(pilot, lambda: line.state is not None)
        path = line.query_one(".key-place-path", PlainStatic)
        path.show(f"   {app.services.config.path}")
        await pilot.press("enter")

    assert look(steps, key=None)


def test_messages(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        app.notices = (
            Notice(NOW, "error", "Out of credits", "The account has not enough credits. Nothing was billed."),
            Notice(NOW - timedelta(minutes=5), "success", "Picture", "Saved pictures/a.jpg"),
        )
        app.action_show("messages")

    assert look(steps)


def test_requests(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        trace = app.services.trace
        for number, status in enumerate((200, 422, 200)):
            at = NOW - timedelta(seconds=40 - number)
            trace.add(Exchange(at, "POST", "api.bfl.ai", "/v1/flux-dev", status, 120.0, 345, 2_345))
        trace.add(Exchange(NOW, "GET", "api.bfl.ai", "/v1/credits", None, 10_000.0, error="no connection"))
        app.action_show("requests")

    assert look(steps)


def test_errors_stay_in_the_line(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int]) -> None:
        await app.go("jobs")
        app.connected = False
        app.tell("The service could not be reached. Nothing was sent. Try again later.", severity="error")

    assert look(steps)
