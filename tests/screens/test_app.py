"""The application as a whole: start, places, leaving, faults."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from textual.widgets import TextArea

from fluxtui.app.app import FluxApp
from fluxtui.app.state import OPEN_DEMO
from fluxtui.app.tabs import PLACES
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.screens.lists import MessagesScreen
from fluxtui.screens.models import ModelsScreen
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.welcome import WelcomeScreen
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.dialogs.choice import ChoiceDialog
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.top_bar import TopBar
from tests.piloting.waiting import settled, until, until_screen

AppFactory = Callable[..., FluxApp]


def is_shown(app: FluxApp, place: str) -> bool:
    return app.current_mode == place


def is_typed(app: FluxApp, text: str) -> bool:
    """Whether a text stands in the prompt of a place that has one."""
    return any(area.text == text for area in app.screen.query(TextArea))


def is_cramped(app: FluxApp) -> bool:
    """Whether there is a sentence in the place of everything else."""
    return (
        any(sentence.display for sentence in app.screen.query(".too-small"))
        and not app.screen.query_one(TopBar).display
    )


def is_open(app: FluxApp) -> bool:
    return isinstance(app.screen, PlaceScreen | WelcomeScreen)


def is_in(app: FluxApp, place: str) -> bool:
    return app.current_mode == place


async def test_every_place_opens_with_its_key_even_while_typing(make_app: AppFactory) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: is_open(app))
        for place in (*PLACES, *reversed(PLACES)):
            await pilot.press(place.function_key)
            await until(pilot, partial(is_in, app, place.name))
            assert app.return_code is None


async def test_a_small_window_gets_a_sentence_and_loses_nothing(make_app: AppFactory) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: is_open(app))
        await pilot.press("f4", *"a lantern")
        await until(pilot, lambda: is_typed(app, "a lantern"))
        for size in ((79, 24), (80, 21), (20, 5), (1, 1)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: is_cramped(app))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not is_cramped(app) and is_typed(app, "a lantern"))
        await until(pilot, lambda: app.screen.focused is app.screen.query_one(TextArea))
        assert app.screen.query_one(TopBar).display


async def test_the_last_place_is_there_again(make_app: AppFactory) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: is_open(app))
        await pilot.press("f6")
        await until(pilot, lambda: not any(worker.group == "place" for worker in app.workers))
    again = make_app()
    async with again.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: is_open(again))
        assert again.current_mode == "jobs"


async def test_a_first_start_asks_for_a_key_and_keeps_only_a_good_one(
    make_app: AppFactory, simulator: Simulator, tmp_path: Path
) -> None:
    app = make_app(simulator.base_url, key=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, WelcomeScreen)
        field = app.screen.query_one(LineInput)
        await pilot.press("enter")
        assert app.screen.focused is field
        field.value = "bfl_wrong"
        await pilot.press("enter")
        answer = app.screen.query_one("#welcome-answer")
        await until(pilot, lambda: "not kept" in str(answer.render()))
        assert not (tmp_path / "config.toml").exists()
        field.value = "sim-valid"
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, WelcomeScreen))
        await until(pilot, lambda: app.balance is not None)
    written = tmp_path / "config.toml"
    assert "sim-valid" in written.read_text()
    assert written.stat().st_mode & 0o777 == 0o600
    assert simulator.ledger() == []


async def test_the_first_start_offers_the_demo(make_app: AppFactory) -> None:
    app = make_app(key=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, WelcomeScreen)
        # The pilot would wait for ever for an application that ends at a key.
        pressing = asyncio.create_task(pilot.press("ctrl+d"))
        async with asyncio.timeout(50):
            while app.return_value is None:
                await asyncio.sleep(0.02)
        pressing.cancel()
    assert app.return_value == OPEN_DEMO


async def test_without_a_network_it_works_on_what_it_has_and_says_so(make_app: AppFactory) -> None:
    app = make_app("http://127.0.0.1:9")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: is_open(app))
        await until(pilot, lambda: not app.connected)
        await pilot.press("f4", "f3", "f6")
        assert app.return_code is None


async def test_leaving_with_active_jobs_asks(make_app: AppFactory, simulator: Simulator) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: is_open(app))
        simulator.faults("latency", seconds=1.0, where="poll")
        await app.services.inference.generate("demo", "flux-pro-1.1", {"prompt": "a lantern"}, count=2)
        await until(pilot, lambda: any(job.is_active for job in app.jobs))
        await pilot.press("ctrl+q")
        await until_screen(pilot, ConfirmDialog)
        await pilot.press("n")
        await until_screen(pilot, PlaceScreen)
        await until(pilot, lambda: {job.state for job in app.jobs} == {JobState.DONE})
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.return_value == 0)


async def test_a_damaged_journal_ends_with_a_sentence(make_app: AppFactory, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    app = make_app()
    journal = StorageService(data).journal_path
    journal.write_bytes(b"not a database at all, but long enough to look like one" * 40)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.return_code == 2)
    assert journal.read_bytes().startswith(b"not a database")


async def test_news_that_are_cut_say_which_key_shows_all(make_app: AppFactory) -> None:
    """While typing as well; what is short says nothing of it."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: is_open(app))
        app.tell("Short.", severity="error")
        await settled(pilot)
        line = app.screen.query_one(Flash)
        assert str(line.render()) == "✗ error: Short."
        app.tell("It is long. " * 20, severity="error")
        await settled(pilot)
        shown = str(line.render())
        assert shown.endswith("… Alt+M shows all")
        assert len(shown) == line.content_size.width
        await pilot.press("alt+m")
        await until_screen(pilot, MessagesScreen)


@pytest.mark.parametrize(("no_color", "theme"), [(None, "ansi-dark"), ("1", "fluxtui-dark")])
async def test_without_colours_the_terminals_own_are_not_used(
    make_app: AppFactory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_color: str | None, theme: str
) -> None:
    (tmp_path / "config.toml").write_text('[interface]\ntheme = "ansi-dark"\n')
    if no_color:
        monkeypatch.setenv("NO_COLOR", no_color)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: is_open(app))
        assert app.theme == theme


async def test_messages_keep_every_error(make_app: AppFactory) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: is_open(app))
        app.tell("It went [/wrong] \x1b[31mhere.", title="Trouble", severity="error")
        app.action_show("messages")
        await until_screen(pilot, MessagesScreen)
        await pilot.pause()
        full = str(app.screen.query_one(".list-full").render())
        assert full == "It went [/wrong] here."
        await pilot.press("q")
        assert isinstance(app.screen, PlaceScreen)


async def test_the_palette_goes_when_another_place_is_shown(make_app: AppFactory) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await until(pilot, lambda: is_open(app))
        for place in ("f3", "f2", "f4", "f3"):
            await pilot.press("ctrl+p")
            assert isinstance(app.screen, ChoiceDialog)
            assert not app.screen.query_one(LineInput).cursor_blink
            await pilot.press(place)
            assert not isinstance(app.screen, ChoiceDialog)
        await pilot.press("ctrl+p", "f3")
        assert isinstance(app.screen, ModelsScreen)


async def test_rows_that_cannot_be_read_are_told_and_everything_else_goes_on(
    make_app: AppFactory, simulator: Simulator
) -> None:
    """A paid job may be among them: it stays in the top line, whatever news comes after it."""
    app = make_app()
    async with app.run_test(size=(110, 24)) as pilot:
        await until(pilot, lambda: is_open(app))
        journal = app.services.journal
        now = app.clock()
        job = Job(
            id="bad",
            work=GenerationWork(),
            state=JobState.WAITING,
            profile=app.profile,
            provider="bfl",
            endpoint="flux-pro-1.1",
            title="a paid fox",
            parameters={},
            remote_id="task-77",
            estimate_credits=4.0,
            created_at=now,
            updated_at=now,
            submitted_at=now,
        )
        finetune = Finetune(profile=app.profile, id="f", name="f", state=FinetuneState.READY, raw={})
        recipe = {"prompt": "a hen", "width": 256, "height": 256}
        good = job.model_copy(
            update={"id": "good", "state": JobState.DRAFT, "parameters": recipe, "remote_id": None}
        )
        path = journal.path
    async with Journal(path) as journal:
        await journal.jobs.add([job, good])
        await journal.finetunes.put(finetune)
        await journal.notes.set("place", "jobs")
        await journal.notes.set("last_seen", "yesterday")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE jobs SET parameters = '{' WHERE id = 'bad'")
        connection.execute("UPDATE finetunes SET raw = '{'")
        connection.execute("UPDATE notes SET value = '[]' WHERE key = 'place'")
    again = make_app(base_url=simulator.base_url)
    async with again.run_test(size=(110, 24)) as pilot:
        await until(pilot, lambda: is_open(again))
        await until(pilot, lambda: any(job.state is JobState.DONE for job in again.jobs))
        assert len(simulator.ledger()) == 1
        assert "2 unreadable" in again.screen.query_one(TopBar).render_line(0).text
        assert any("task task-77 of the profile" in notice.text for notice in again.notices)
        assert all("fault in the program" not in notice.text for notice in again.notices)
