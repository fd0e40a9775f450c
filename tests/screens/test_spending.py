"""The Spending screen: sums, plot, periods, export, budgets that follow, hostile names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from fluxtui.app.app import FluxApp
from fluxtui.app.state_sync import StateSync
from fluxtui.controllers.navigation import GenerateAgain
from fluxtui.controllers.settings.fields import changes_between, settings_fields, settings_values
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.spending import Allowance, Period, Spent
from fluxtui.screens.spending import SpendingScreen, bars_of
from fluxtui.services.config import ConfigService
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.bar_chart import Bar, BarChart
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.table import RowTable
from tests.piloting.snapshots import Snap
from tests.piloting.waiting import until_screen

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOSTILE = "=1+1 [/x] [bold]\x1b[31m\u202etxt"
STATES = (JobState.DONE, JobState.DONE, JobState.DONE, JobState.IN_DOUBT, JobState.FAILED)

Until = Callable[..., Awaitable[None]]


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "jobs"


def make_job(number: int, **values: Any) -> Job:
    at = NOW - timedelta(hours=7 * number)
    state = STATES[number % len(STATES)]
    doubtful = state is JobState.IN_DOUBT
    defaults: dict[str, Any] = {
        "kind": JobKind.GENERATION,
        "state": state,
        "profile": "demo",
        "provider": "bfl",
        "endpoint": ("flux-dev", "flux-pro-1.1-ultra-finetuned")[number % 2],
        "title": "a fox",
        "parameters": {"prompt": "a fox"},
        "estimate_credits": 4.0 + number % 7,
        "cost_credits": None if doubtful else 4.0 + number % 9,
        "finetune_id": (None, "id-1", "id-2")[number % 3],
        "finetune_name": (None, "lanterns", HOSTILE)[number % 3],
        "picture": f"pictures/{number}.png" if state is JobState.DONE else None,
        "created_at": at,
        "updated_at": at,
        "submitted_at": at,
        "maybe_billed": doubtful,
    }
    return Job(id=f"job-{number}", **(defaults | values))


def history() -> list[Job]:
    training = {"kind": JobKind.TRAINING, "endpoint": "finetune", "cost_credits": 60.0, "picture": None}
    return [make_job(number, **(training if number in (31, 61) else {})) for number in range(150)]


BUDGETS = (
    Allowance(Period.DAY, 50.0, Spent(23.0, 6.0), NOW),
    Allowance(Period.MONTH, 1000.0, Spent(800.0, 43.0), NOW),
)


async def opened(app: FluxApp, pilot: Pilot[int], until: Until, jobs: list[Job]) -> RowTable:
    """Open the screen over a journal with jobs and return its table, filled."""
    await until(pilot, lambda: bool(app.profile) and app.screen.id != "_default")
    app.clock = app.services.spending._clock = lambda: NOW
    await app.services.journal.jobs.add(jobs)
    await app.go("jobs")
    await pilot.press("dollar_sign")
    await until_screen(pilot, SpendingScreen)
    table = app.screen.query_one(RowTable)
    await until(pilot, lambda: bool(table.rows) == bool(jobs) and bool(app.screen.query_one(BarChart).bars))
    return table


async def test_views_and_periods_change_the_table(make_app: Callable[..., FluxApp], until: Until) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await opened(app, pilot, until, history())
        assert table.rows[0].key == "2026-11-23"
        assert len(table.rows) == 30
        await pilot.press("f")
        await until(pilot, lambda: len(table.rows) == 3)
        assert {str(row.cells["label"]) for row in table.rows} == {
            "no finetune",
            "lanterns",
            "=1+1 [/x] [bold]txt",
        }
        await pilot.press("e")
        await until(
            pilot, lambda: table.rows[0].key in {"flux-dev", "finetune", "flux-pro-1.1-ultra-finetuned"}
        )
        assert {row.key for row in table.rows} == {"flux-dev", "finetune", "flux-pro-1.1-ultra-finetuned"}
        chart = app.screen.query_one(BarChart)
        await pilot.press("p")
        await until(pilot, lambda: len(chart.bars) == 53)
        await pilot.press("p")
        await until(pilot, lambda: len(chart.bars) == 7)
        await pilot.press("q")
        await until(pilot, lambda: not isinstance(app.screen, SpendingScreen))


async def test_new_jobs_come_in_by_themselves(make_app: Callable[..., FluxApp], until: Until) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await opened(app, pilot, until, [])
        await app.services.journal.jobs.add([make_job(0)])
        app.refresh_state("jobs")
        await until(pilot, lambda: len(table.rows) == 1)
        assert str(table.rows[0].cells["sure"]) == "$0.04"


async def test_export_writes_a_file_and_says_where(make_app: Callable[..., FluxApp], until: Until) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(app, pilot, until, history())
        await pilot.press("f")
        await until(pilot, lambda: len(table.rows) == 3)
        await pilot.press("x")
        path = app.services.storage.root / "spending" / "spending-2026-11-23-30-days-by-finetune.csv"
        flash = app.screen.query_one(Flash)
        await until(pilot, lambda: str(path.parent) in flash.text)
        assert flash.text.startswith(f"Exported as {path.name} to "), "what is cut at 80 columns is no name"
        assert "'=1+1 [/x] [bold]txt" in path.read_text()


async def test_a_budget_from_the_settings_holds_at_once(
    make_app: Callable[..., FluxApp], until: Until
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: bool(app.profile) and app.screen.id != "_default")
        assert not app.allowances
        await app.go("settings")
        field = app.screen.query("#settings-form Input").results(Input)
        day = next(item for item in field if item.placeholder == "no limit")
        day.focus()
        await pilot.press("2", ".", "5")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(app.allowances) == 1)
        assert app.allowances[0].limit == 250
        assert app.services.config.config.budget.day_usd == 2.5


async def test_generate_shows_the_figures_and_nothing_is_sent(
    make_app: Callable[..., FluxApp], until: Until, simulator: Simulator
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: bool(app.profile) and app.screen.id != "_default")
        app.services.config.save({"budget.day_usd": 0.01})
        await app.go(GenerateAgain("demo", "flux-pro-1.1", {"prompt": "a fox"}))
        form = app.screen.query_one(ParameterForm)
        await until(pilot, lambda: "prompt_upsampling" in form.values)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: any(notice.title == "Over budget" for notice in app.notices))
        refusal = next(notice.text for notice in app.notices if notice.title == "Over budget")
        assert "1 job for about $0.04 would go over today's budget of $0.01" in refusal
        assert "$0.00 is spent; $0.01 is left" in refusal
        assert await app.services.journal.jobs.recent() == ()
        assert simulator.ledger() == []


async def test_sums_start_anew_at_midnight(
    make_app: Callable[..., FluxApp], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[str, ...]] = []
    app = make_app()
    async with app.run_test() as pilot:
        await until(pilot, lambda: bool(app.profile) and app.screen.id != "_default")
        monkeypatch.setattr(StateSync, "refresh", lambda _, *kinds: read.append(kinds))
        tomorrow = app.clock() + timedelta(days=1)
        app.clock = lambda: tomorrow
        await until(pilot, lambda: ("jobs",) in read)


def test_budget_fields_may_be_empty(tmp_path: Any) -> None:
    service = ConfigService(tmp_path / "config.toml", environ={})
    fields = {field.name: field for field in settings_fields(("ansi-dark",))}
    assert fields["budget.day_usd"].nullable
    assert (fields["budget.day_usd"].minimum, fields["budget.day_usd"].default) == (0, None)
    given = {**settings_values(service.config), "budget.day_usd": 5.0}
    assert service.save(changes_between(service.config, given)).budget.day_usd == 5.0
    emptied = {**settings_values(service.config), "budget.day_usd": None}
    assert service.save(changes_between(service.config, emptied)).budget.day_usd is None


def test_weeks_are_summed_up_from_today_backwards() -> None:
    bars = bars_of([], NOW.date(), 10, 7)
    assert bars == (Bar("11-14", 0.0), Bar("11-17", 0.0))


@pytest.mark.parametrize("keys", [(), ("f",), ("e", "p")], ids=["days", "finetunes", "year"])
def test_look(
    snap: Snap,
    make_app: Callable[..., FluxApp],
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
    keys: tuple[str, ...],
) -> None:
    monkeypatch.setattr(StateSync, "refresh", lambda *_: None)
    monkeypatch.setattr(StateSync, "ask_balance", lambda *_: None)
    app = make_app()

    async def before(pilot: Pilot[int]) -> None:
        table = await opened(app, pilot, until, history())
        app.allowances = BUDGETS
        chart = app.screen.query_one(BarChart)
        for key in keys:
            shown = (table.rows, chart.bars)
            await pilot.press(key)
            await until(pilot, lambda before=shown: (table.rows, chart.bars) != before)

    assert snap(app, before)


def test_look_of_nothing_yet(
    snap: Snap,
    make_app: Callable[..., FluxApp],
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(StateSync, "refresh", lambda *_: None)
    monkeypatch.setattr(StateSync, "ask_balance", lambda *_: None)
    app = make_app()

    async def before(pilot: Pilot[int]) -> None:
        await opened(app, pilot, until, [])

    assert snap(app, before)
