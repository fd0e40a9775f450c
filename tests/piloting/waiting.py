"""The ways in which a test waits for a program: for a state, for a screen, and until nothing moves any more.

No test waits for a time: what takes long on a busy machine is waited for, what is quick is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from fluxtui.app.app import FluxApp

POLL_SECONDS = 0.01
"""How long a waiting test lets the program go on before it looks again."""
PATIENCE_SECONDS = 50.0
"""After how long a test gives up: a multiple of what anything takes on a machine that does much else."""
REST_SECONDS = 1.5
"""What a program has put off for less is waited for; a message that goes by itself is not."""
IN_BACKGROUND = frozenset({"runner", "balance"})
"""Groups of workers that no test waits for: they drive the jobs, and ask for the balance now and then."""

AnyScreen = TypeVar("AnyScreen", bound=Screen[Any])


async def until(
    pilot: Pilot[Any], condition: Callable[[], object], seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until a condition holds and all that was sent before has been handled.

    Raises:
        AssertionError: it did not within `seconds`, or the program ended because of a fault.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not condition():
        if loop.time() > end or pilot.app._exception is not None:
            raise AssertionError(f"it never came to this: {condition.__doc__ or condition}")
        await asyncio.sleep(POLL_SECONDS)
    await pilot._wait_for_screen()


async def until_screen(
    pilot: Pilot[Any], kind: type[AnyScreen], seconds: float = PATIENCE_SECONDS
) -> AnyScreen:
    """Wait until a screen of a kind is in front, with all it is composed of, and return it.

    Raises:
        AssertionError: there was none within `seconds`.
    """
    app: App[Any] = pilot.app

    def is_there() -> bool:
        return bool(app.screen_stack) and isinstance(app.screen, kind) and app.screen.is_mounted

    is_there.__doc__ = f"a {kind.__name__} is in front"
    await until(pilot, is_there, seconds)
    screen = app.screen
    assert isinstance(screen, kind)
    return screen


async def settled(
    pilot: Pilot[Any], *, besides: frozenset[str] = frozenset(), seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until the screen is composed, laid out and painted, and nothing is under way or put off.

    Args:
        pilot: of the program.
        besides: groups of workers that are not waited for.
        seconds: after which the test gives up.

    Raises:
        AssertionError: something still moved after `seconds`.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        # What is handled may send more: it is quiet when it was so before and after all was handled.
        moving = _moving(pilot.app, besides)
        await pilot._wait_for_screen()
        moving = moving or _moving(pilot.app, besides)
        if not moving:
            return
        if loop.time() > end:
            raise AssertionError(f"it never came to rest: {moving}")
        await asyncio.sleep(POLL_SECONDS)


def _moving(app: App[Any], besides: frozenset[str]) -> str:
    """Return the first thing that will still change what is shown, empty if there is none."""
    if app._batch_count:
        return "painting is held back"
    if app.animator._animations or app.animator._scheduled:
        return "something is animated"
    for worker in working(app):
        if worker.group not in besides:
            return f"{worker.name} goes on"
    if not app.screen.is_mounted:
        return "the screen is not mounted"
    if is_unpainted(app.screen):
        return "the screen is not laid out or painted"
    if unlaid(app):
        return "a screen behind is not laid out"
    for node in _nodes(app):
        if _messages_of(node):
            return f"{node} has messages"
        for timer in node._timers:
            if _is_near(timer):
                return f"{node} has put something off for {timer._interval} s"
    return ""


def working(app: App[Any]) -> set[Worker[Any]]:
    """Return the workers of a program that will end by themselves and have not yet.

    Those that go on only when the user has answered a dialog are not among them.
    """
    return {
        worker
        for worker in app.workers
        if not worker.is_finished and worker.group not in IN_BACKGROUND and not _asks(worker)
    }


def _asks(worker: Worker[Any]) -> bool:
    """Whether a worker waits for the answer of a dialog."""
    step: Any = None if worker._task is None else worker._task.get_coro()
    while step is not None:
        if getattr(step, "cr_code", None) is App.push_screen_wait.__code__:
            return True
        step = getattr(step, "cr_await", None)
    return False


def messages_of(app: App[Any]) -> int:
    """Return how many messages a program has still to handle, keys that wait for earlier ones among them."""
    resized = app._resize_event is not None
    return sum(map(_messages_of, _nodes(app))) + resized + is_typed_ahead(app)


def is_typed_ahead(app: App[Any]) -> bool:
    """Whether something typed has not been acted on yet, in a program that is open."""
    if not isinstance(app, FluxApp):
        return False
    keys = app._key_queue
    return keys._has_begun and not keys.is_idle


def _messages_of(node: MessagePump) -> int:
    """Return how many messages a node has still to handle, with the one that it is about to handle."""
    queue: Any = node._message_queue
    waiting = len(queue.values) + len(node._next_callbacks) + (node._pending_message is not None)
    is_at_rest = node._closed or bool(getattr(queue.ready_event, "_waiters", ()))
    return waiting + (not is_at_rest)


def is_unpainted(screen: Screen[Any]) -> bool:
    """Whether what a screen shows is not yet what is there."""
    marks = ("_layout_required", "_scroll_required", "_repaint_required", "_recompose_required")
    return any(getattr(screen, mark) for mark in (*marks, "_dirty_widgets", "_callbacks"))


def unlaid(app: App[Any]) -> tuple[Screen[Any], ...]:
    """Return the screens behind, seen around a dialog, that are to be laid out anew.

    Only our own application does so for them whenever a batch ends.
    """
    behind = app._background_screens if isinstance(app, FluxApp) else []
    return tuple(screen for screen in behind if screen._layout_required)


def _nodes(app: App[Any]) -> Iterator[MessagePump]:
    yield app
    for screen in app.screen_stack:
        yield from screen.walk_children(Widget, with_self=True)


def _is_near(timer: Any) -> bool:
    is_going = timer._task is not None and not timer._task.done() and timer._active.is_set()
    return bool(is_going and timer._repeat == 0 and timer._interval <= REST_SECONDS)
