"""Keys that come faster than the program follows them: each is acted on where the one before it has led."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from textual.app import ScreenStackError
from textual.events import Event, Key, MouseEvent, MouseMove, Paste
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from fluxtui.app.state import RESTORING, StatefulApp
from fluxtui.widgets.quiet_screen import QuietScreen

LEADING_SECONDS = 1.0
"""How long the next key may wait for work that the one before it began, and that may open a screen."""
STAYING_KEYS = frozenset(("up", "down", "left", "right", "home", "end", "pageup", "pagedown"))
STAYING_ACTIONS = (
    *(
        "cursor_",
        "scroll",
        "page_",
        "move",
        "focus",
        "choose(",
        "choose_end",
        "select_all",
        "select_word",
        "select_line",
    ),
    *("delete_left", "delete_right", "delete_word", "delete_to", "cut", "copy", "paste", "undo", "redo"),
)
"""Keys that are bound to nothing, and how the names of actions begin, that never lead to another screen."""
PATIENCE_SECONDS = 3.0
"""How long the next key may wait for the one before it; a widget that is stuck must not stop all keys."""
LEAVING_KEYS = ("ctrl+q", "ctrl+c")
LEADING_GLANCE_SECONDS = 0.01
GLANCE_SECONDS = 0.05
"""How often it is looked whether a widget that should answer still exists."""


class KeyQueue:
    """Hands keys, clicks and pasted text on in their order.

    A key whose work opens a screen or a dialog, at once or after a look into the journal, is followed by the
    next one only when that is there.

    Textual hands each key to the queue of the widget with the focus at once, and looks for its binding when
    the key comes back. If that takes longer than the next key, a function key overtakes letters typed before
    it, and those do what they mean in the new place: `3` leads away again, `d` deletes.

    Args:
        app: whose keys they are.
        deliver: acts on an event the usual way.

    Everything waits until `begin`, before which no place can be shown; keys that leave the program do not.
    """

    def __init__(self, app: StatefulApp, deliver: Callable[[Event], Awaitable[None]]) -> None:
        self._app = app
        self._deliver = deliver
        self._has_begun = False
        self._waiting: deque[Event] = deque()
        self._settling: asyncio.Task[None] | None = None
        self._caught_up = asyncio.Event()

    @staticmethod
    def is_typed(event: Event) -> bool:
        """Whether an event is one of those that are kept in order."""
        is_input = isinstance(event, (Key, Paste, MouseEvent)) and not isinstance(event, MouseMove)
        return is_input and not event.is_forwarded

    @property
    def is_idle(self) -> bool:
        """Whether all that was typed has been acted on."""
        return self._settling is None and not self._waiting

    async def begin(self) -> None:
        """Act on what was typed so far, as soon as the first screen has restored what it shows.

        Returns when that is there.
        """
        self._has_begun = True
        self._settling = settling = asyncio.create_task(self._wait_for_the_first())
        await asyncio.wait({settling})

    async def _wait_for_the_first(self) -> None:
        # A place that is stuck must hold up neither keys nor jobs, which go on behind it.
        with suppress(TimeoutError):
            await asyncio.wait_for(_done(self._app.screen), PATIENCE_SECONDS)
        restoring = [work._task for work in self._app.begun if work.group == RESTORING]
        waited_for = [task for task in restoring if task is not None]
        if waited_for:
            await asyncio.wait(waited_for, timeout=PATIENCE_SECONDS)
        self._app.call_later(self._act_on_next)

    async def catch_up(self, seconds: float) -> None:
        """Wait until all that was typed before `begin` has been acted on, `seconds` at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._caught_up.wait(), seconds)

    async def take(self, event: Event) -> None:
        """Act on an event, now or when everything typed before it has been acted on."""
        if not self._has_begun and isinstance(event, Key) and event.key in LEAVING_KEYS:
            await self._deliver(event)
        elif not self.is_idle or not self._has_begun:
            self._waiting.append(event)
        else:
            await self._act_on(event)

    async def _act_on(self, event: Event) -> None:
        screen = self._app.screen
        if isinstance(screen, QuietScreen) and not screen.is_seen_at(event.time):
            return
        if isinstance(event, MouseEvent):
            await self._deliver(event)
            return
        target = self._app.focused or screen
        leads = isinstance(event, Key) and not _stays(screen, target, event)
        self._app.begun.clear()
        await self._deliver(event)
        if not (_is_text_for(target, event) and self._waiting and _is_text_for(target, self._waiting[0])):
            self._settling = asyncio.create_task(self._settle(target, screen if leads else None))

    async def _act_on_next(self) -> None:
        self._settling = None
        while self._waiting and self._settling is None:
            await self._act_on(self._waiting.popleft())
        if self.is_idle:
            self._caught_up.set()

    async def _settle(self, target: Widget, left: Screen[Any] | None) -> None:
        """Follow an event from its widget up to the application, and wait until what it opened is there.

        A program that is being left has no screen any more, and nothing to wait for.

        Args:
            target: the widget that the event was for.
            left: the screen that it may lead away from, None where it leads nowhere.
        """
        with suppress(TimeoutError, ScreenStackError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                for node in list(target.ancestors_with_self):
                    await _done(node)
                await _done(self._app.screen)
                if left is not None:
                    await self._arrive(left)
        self._app.call_later(self._act_on_next)

    async def _arrive(self, left: Screen[Any]) -> None:
        """Wait until no work that was begun may still open something, such as the list of a new screen."""
        with suppress(TimeoutError, ScreenStackError):
            async with asyncio.timeout(LEADING_SECONDS):
                while leading := [work for work in self._app.begun if self._may_lead(work, left)]:
                    # Work that has opened a screen goes on, so that its end alone tells nothing.
                    await asyncio.wait(
                        [work._task for work in leading if work._task is not None],
                        timeout=LEADING_GLANCE_SECONDS,
                    )
                await _done(self._app.screen)

    def _may_lead(self, work: Worker[None], left: Screen[Any]) -> bool:
        """Whether work goes on in the screen in front; whatever has opened another one waits for that."""
        # What was replaced before it began ends without its worker being told.
        if work.is_finished or work._task is None or work._task.done():
            return False
        node, front = work.node, self._app.screen
        return (node.screen if isinstance(node, Widget) and node.is_attached else left) is front


def _stays(screen: Screen[Any], target: Widget, event: Key) -> bool:
    """Whether a key does no more than type or move about."""
    from textual.widgets import TextArea

    if _is_text_for(target, event) or (event.key == "enter" and isinstance(target, TextArea)):
        return True
    active = screen.active_bindings.get(event.key)
    if active is None:
        return event.key in STAYING_KEYS
    return active.binding.action.rpartition(".")[2].startswith(STAYING_ACTIONS)


def _is_text_for(target: Widget, event: Event) -> bool:
    """Whether an event is a letter for a field: those keep their order in its queue, and lead nowhere."""
    return isinstance(event, Key) and target.check_consume_key(event.key, event.character)


async def _done(node: MessagePump) -> None:
    """Wait until a node has dealt with all that it has been sent so far, or is gone."""
    done = asyncio.Event()
    if node.call_later(done.set):
        while not done.is_set() and node.is_running:
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), GLANCE_SECONDS)
