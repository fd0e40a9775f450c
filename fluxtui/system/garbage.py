"""Looking for garbage in small pieces: to look through 250,000 objects takes a fifth of a second."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Callable
from contextvars import Context
from typing import Final

YOUNG_OBJECTS: Final = 5_000
"""New objects after which the newest are looked through: a millisecond."""
YOUNG_LOOKS: Final = 2
"""Such looks after which those of the last ones are looked through again: three to five milliseconds."""
OLD_LOOKS: Final = 100
"""Such looks after which Python looks through everything by itself, where nothing here does."""
SHORT_REST_SECONDS: Final = 0.2
"""How long nothing must have been typed before what is new is looked through, if it is more than a little."""
REST_SECONDS: Final = 1.0
"""And before it is in any case."""
LONG_REST_SECONDS: Final = 60.0
"""And before everything is, what has been there for long as well, and memory is given back."""
A_LITTLE: Final = 1
"""How many looks must have left something before a short rest is one: about 10,000 objects."""
MUCH: Final = 3
"""And before somebody who types without a rest has to wait for a look."""
PREPARATION_SECONDS: Final = 0.05
"""How long what lets go of garbage takes until it is looked for."""
GROWN_OBJECTS: Final = 50_000
"""What must have been added to all that stays before everything is looked through: it may be garbage."""

_log = logging.getLogger(__name__)


class IdleGarbage:
    """Collects garbage when nothing has been typed for a while, and keeps what stays out of every look.

    Args:
        clock: tells seconds that only grow.

    Attributes:
        prepare: is called shortly before garbage is looked for, to let go of what is not needed.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.prepare: Callable[[], None] = lambda: None
        self._typed_at = clock()
        self._waiting: asyncio.TimerHandle | None = None
        self._waits_for_long = False
        self._has_begun = False
        self._known = 0

    def begin(self) -> None:
        """Take over: what is there now stays for as long as the program does. Needs a running event loop."""
        gc.freeze()
        self._known = gc.get_freeze_count()
        gc.set_threshold(YOUNG_OBJECTS, YOUNG_LOOKS, OLD_LOOKS)
        gc.enable()
        self._has_begun = True
        self.typed()

    def end(self) -> None:
        """Look no more by itself."""
        self._has_begun = False
        self._wait_no_more()

    def typed(self) -> None:
        """Note that somebody types: nothing may be slow now, and something may have been closed."""
        self._typed_at = self._clock()
        if self._waits_for_long:
            # What is new comes first again.
            self._wait_no_more()
        if self._has_begun and self._waiting is None:
            self._wait(SHORT_REST_SECONDS, self._consider)

    def _prepare(self) -> None:
        self.prepare()
        self._wait(PREPARATION_SECONDS, self._look_at_new)

    def _wait(self, seconds: float, then: Callable[[], None], *, long: bool = False) -> None:
        self._waits_for_long = long
        # Without what this is called within, which would stay until then: a screen that is being closed.
        self._waiting = asyncio.get_running_loop().call_later(seconds, then, context=Context())

    def _wait_no_more(self) -> None:
        self._waits_for_long = False
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _rested(self) -> float:
        return self._clock() - self._typed_at

    def _consider(self) -> None:
        """Look through what is new as soon as that is due."""
        rested, left = self._rested(), gc.get_count()[2]
        if rested >= REST_SECONDS or left >= (A_LITTLE if rested >= SHORT_REST_SECONDS else MUCH):
            self._prepare()
        else:
            self._wait(SHORT_REST_SECONDS, self._consider)

    def _look_at_new(self) -> None:
        self._collect("new")
        if self._rested() >= REST_SECONDS:
            self._wait(LONG_REST_SECONDS, self._look_at_all, long=True)
        else:
            self._wait(SHORT_REST_SECONDS, self._consider)

    def _look_at_all(self) -> None:
        from fluxtui.system.memory import give_back_memory

        self._wait_no_more()
        if gc.get_freeze_count() >= self._known + GROWN_OBJECTS:
            gc.unfreeze()
            self._collect("all")
            self._known = gc.get_freeze_count()
        give_back_memory()

    def _collect(self, what: str) -> None:
        begin = time.perf_counter()
        found = gc.collect()
        gc.freeze()
        seconds = time.perf_counter() - begin
        _log.debug("looked through %s objects in %.3f s: %d were garbage", what, seconds, found)
