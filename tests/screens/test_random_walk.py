"""Whatever keys are pressed, in whatever order: the program goes on, and the terminal shows what is."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from fluxtui.app.app import FluxApp
from fluxtui.simulator.running import Simulator
from tests.fakes.drawn import Terminals

AppFactory = Callable[..., FluxApp]

SEEDS = 3
"""One for each size to begin with; `benchmarks/nonsense.py` types for hours."""
STEPS = 250
LOOK_EVERY = 6
"""After how many keys the terminal is compared with a fresh drawing."""

PLACES = ("f2", "f3", "f4", "f5", "f6", "f7")
MOVES = ("tab", "tab", "shift+tab", "enter", "enter", "escape", "up", "down", "left", "right", "space")
JUMPS = ("home", "end", "pageup", "pagedown", "delete", "backspace", "f1", "f8", "f9", "f10", "f11", "f12")
TEXT = (*"abcdefghijklmnopqrstuvwxyzGHJKLRST0123456789/?:$-+=<>[]{}|_~", "ä", "狐", "\U0001f3dc")
CONTROLS = tuple(f"ctrl+{letter}" for letter in "abdefghjklnoprstuvwxy")
KINDS = (PLACES, MOVES, JUMPS, TEXT, CONTROLS)
WEIGHTS = (2, 10, 4, 7, 4)
SIZES = ((80, 24), (120, 40), (200, 55), (60, 15))


def key_event(key: str) -> events.Key:
    """Return the event of a key by its name; a character stands for itself."""
    if key == "space":
        return events.Key(key, " ")
    return events.Key(key, key if len(key) == 1 or not key.isascii() else None)


def walk(chance: random.Random) -> Iterator[str]:
    while True:
        yield chance.choice(chance.choices(KINDS, WEIGHTS)[0])


@pytest.fixture
def stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing leave the program that was meant to, and no editor open."""
    monkeypatch.setattr(FluxApp, "exit", lambda *_, **__: None)
    monkeypatch.setattr(FluxApp, "action_leave", lambda _: None)
    monkeypatch.setattr(FluxApp, "action_suspend_process", lambda _: None)
    monkeypatch.setenv("VISUAL", "true")
    monkeypatch.setenv("EDITOR", "true")


async def furnish(app: FluxApp, pilot: Pilot[int], pictures: Path) -> None:
    """Name training pictures and order two generations, so that no place is empty."""
    while not app.screen.query("#source"):
        await pilot.pause(0.02)
    app.screen.query_one("#source", Input).value = str(pictures)
    await app.go("generate")
    while not app.screen.order.form.endpoint_id:  # type: ignore[attr-defined]
        await pilot.pause(0.02)
    await pilot.press("f", "o", "x", "ctrl+s")
    while len(app.jobs) < 1 or any(job.is_active for job in app.jobs):
        await pilot.pause(0.02)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.usefixtures("stays")
async def test_no_key_ends_the_program(
    seed: int, simulator: Simulator, make_app: AppFactory, training_pictures: Path, terminals: Terminals
) -> None:
    chance = random.Random(seed)
    app = make_app(base_url=simulator.base_url)
    pressed: list[str] = []

    async def wander(pilot: Pilot[int]) -> None:
        await furnish(app, pilot, training_pictures)
        for step, key in zip(range(STEPS), walk(chance), strict=False):
            pressed.append(key)
            app.post_message(key_event(key))
            await pilot._wait_for_screen()
            assert app._exception is None
            if step % LOOK_EVERY == 0:
                await terminals.check(app)
            if step % 97 == 96:
                pressed.append("(another size)")
                await pilot.resize_terminal(*chance.choice(SIZES))

    try:
        async with app.run_test(size=SIZES[seed % 3]) as pilot:
            try:
                await wander(pilot)
            finally:
                App.exit(app)
    except BaseException as error:
        error.add_note(f"seed {seed}, after {len(pressed)} keys: {' '.join(pressed[-40:])}")
        raise
