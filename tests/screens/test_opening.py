"""The first picture is there before the program is, and the first place takes its room and loses no key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import TextArea

from fluxtui.app.app import FluxApp
from fluxtui.app.faults import FAILED_EARLY
from fluxtui.app.opening import Opening, Program
from fluxtui.app.shell import OPENING, ShellScreen
from fluxtui.domain.errors import ConfigError
from fluxtui.screens.generate import GenerateScreen
from fluxtui.screens.place import PlaceScreen
from fluxtui.services.jobs import JobService
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.widgets.flash import Flash
from tests.piloting.waiting import until, until_screen

if TYPE_CHECKING:
    from fluxtui.services.bundle import Services
    from tests.screens.conftest import AppFactory, Until


class HeldProgram:
    """A program that opens when it is let go, as one on a slow disk does."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.may_open = asyncio.Event()

    async def open(self) -> Services:
        await self.may_open.wait()
        return await self._program.open()

    def on_connection(self, listener: Callable[[str, bool], None]) -> None:
        self._program.on_connection(listener)

    async def reconnect(self) -> None:
        await self._program.reconnect()

    async def close(self) -> None:
        await self._program.close()


class FailingProgram(HeldProgram):
    """A program that cannot be opened."""

    def __init__(self, program: Program, error: Exception) -> None:
        super().__init__(program)
        self._error = error

    async def open(self) -> Services:
        raise self._error


@pytest.fixture
def held(make_app: AppFactory) -> tuple[FluxApp, HeldProgram]:
    app = make_app()
    program = HeldProgram(app._opening.program)
    app._opening.program = program
    return app, program


def lines_of(app: FluxApp) -> list[str]:
    """Return what is drawn, without the blanks at the ends of the lines."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def prompt_of(app: FluxApp) -> str:
    return next((area.text for area in app.screen.query(TextArea)), "")


async def test_the_frame_of_a_place_is_there_first(held: tuple[FluxApp, HeldProgram]) -> None:
    app, program = held
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, ShellScreen)
        before = lines_of(app)
        assert before[0] == " FluxTUI"
        assert before[22] == "   F2 Finetune  F3 Models  F4 Generate  F5 Gallery  F6 Jobs  F7 Settings"
        assert not any(before[1:22])
        program.may_open.set()
        await until_screen(pilot, PlaceScreen)
        await pilot.pause()
        after = lines_of(app)
        assert after[0].startswith(before[0])
        assert after[22] == before[22]


async def test_what_is_typed_meanwhile_reaches_the_place_that_it_leads_to(
    held: tuple[FluxApp, HeldProgram], until: Until
) -> None:
    app, program = held
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("f4", *"a lantern")
        assert isinstance(app.screen, ShellScreen)
        program.may_open.set()
        await until_screen(pilot, GenerateScreen)
        await until(pilot, lambda: prompt_of(app) == "a lantern")


@pytest.mark.parametrize("first_place", ["generate"])
async def test_what_is_restored_does_not_overwrite_what_is_typed_meanwhile(
    make_app: AppFactory, until: Until, tmp_path: Path
) -> None:
    earlier = make_app()
    async with earlier.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, GenerateScreen)
        await until(pilot, lambda: earlier._key_queue.is_idle)
        await pilot.press(*"lake ")
        await until(pilot, lambda: prompt_of(earlier) == "lake ")
    app = make_app()
    program = HeldProgram(app._opening.program)
    app._opening.program = program
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*"dawn")
        program.may_open.set()
        await until_screen(pilot, GenerateScreen)
        await until(pilot, lambda: prompt_of(app) == "lake dawn")


@pytest.mark.parametrize("keys", [["ctrl+q"], ["ctrl+c"]])
async def test_one_can_leave_before_it_is_open(held: tuple[FluxApp, HeldProgram], keys: list[str]) -> None:
    app, _ = held
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        pressing = asyncio.create_task(pilot.press(*keys))
        async with asyncio.timeout(50):
            while app.return_code is None:
                await asyncio.sleep(0.02)
        pressing.cancel()
    assert app.return_code == 0
    assert app.failure is None


async def test_the_first_picture_follows_the_size_and_tells_of_a_long_wait(
    held: tuple[FluxApp, HeldProgram], until: Until
) -> None:
    app, program = held
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(60, 10)
        await pilot.pause()
        assert lines_of(app)[8].startswith("   F2 Finetune")
        await until(pilot, lambda: app.screen.query_one(Flash).text == OPENING)
        app.tell("It takes long.", severity="warning")
        await until(pilot, lambda: "It takes long." in app.screen.query_one(Flash).text)
        await pilot.resize_terminal(80, 24)
        program.may_open.set()
        await until_screen(pilot, PlaceScreen)
        assert app.screen.size == (80, 24)


async def test_what_keeps_it_from_opening_ends_it_with_exit_code_two(make_app: AppFactory) -> None:
    app = make_app()
    app._opening.program = FailingProgram(app._opening.program, ConfigError("The configuration is broken."))
    async with app.run_test(size=(80, 24)):
        async with asyncio.timeout(50):
            while app.return_code is None:
                await asyncio.sleep(0.02)
    assert app.return_code == 2
    assert app.failure is not None
    assert app.failure.sentence() == "The configuration is broken."


async def test_a_fault_while_it_opens_ends_it_without_its_variables(
    make_app: AppFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    app._opening.program = FailingProgram(app._opening.program, RuntimeError("a fault with a key"))
    with pytest.raises(RuntimeError):
        async with app.run_test(size=(80, 24)):
            async with asyncio.timeout(50):
                while app.return_code is None:
                    await asyncio.sleep(0.02)
    assert app.return_code == 1
    told = "".join(capsys.readouterr().err.split())
    # There is no log yet.
    assert told.startswith("".join(FAILED_EARLY.partition("{fault}")[0].split()) + "RuntimeError")
    assert "key" not in told


@pytest.mark.parametrize(
    ("given", "theme"), [("nord", "nord"), ("none of them", "fluxtui-dark"), ("", "fluxtui-dark")]
)
async def test_the_first_picture_has_the_theme(make_app: AppFactory, given: str, theme: str) -> None:
    program = HeldProgram(make_app()._opening.program)
    app = FluxApp(program, TerminalProfile(), theme=given)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, ShellScreen)
        assert app.theme == theme
        assert app.screen.styles.background.rgb == app.screen.background_colors[1].rgb
        assert app.get_css_variables()["background"].lower() == app.screen.styles.background.hex.lower()


async def test_it_is_told_once_that_all_is_there(make_app: AppFactory, until: Until) -> None:
    told: list[str] = []
    app = make_app()
    app._on_complete = lambda: told.append(app.current_mode)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: bool(told))
        await pilot.press("f4")
        await until_screen(pilot, GenerateScreen)
    assert told == ["finetune"]


async def test_jobs_are_driven_also_where_the_first_place_cannot_be_shown(
    make_app: AppFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven: list[JobService] = []

    async def note(jobs: JobService) -> None:
        driven.append(jobs)

    async def fail(*_: object) -> None:
        raise RuntimeError("no place")

    monkeypatch.setattr(JobService, "run", note)
    monkeypatch.setattr(Opening, "show", fail)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: bool(driven))
        assert driven == [app.services.jobs]
        await until(pilot, lambda: any("fault in the program" in notice.text for notice in app.notices))
