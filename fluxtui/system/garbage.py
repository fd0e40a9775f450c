"""Looking for garbage when nobody types: to look through 250,000 objects takes a fifth of a second."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Callable
from typing import Final

YOUNG_OBJECTS: Final = 5_000
"""New objects after which the newest are looked through: a millisecond."""
YOUNG_LOOKS: Final = 4
"""Such looks after which those of the last ones are looked through again: ten milliseconds."""
OLD_LOOKS: Final = 100
"""Such looks after which everything is, even while somebody types: two million objects that stay."""
REST_SECONDS: Final = 1.0
"""How long nothing must have been typed before what is new is looked through."""
LONG_REST_SECONDS: Final = 60.0
"""And before everything is, what has been there for long as well."""
PREPARATION_SECONDS: Final = 0.1
"""How long what lets go of garbage takes until it is looked for."""

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

    def begin(self) -> None:
        """Take over: what is there now stays for as long as the program does. Needs a running event loop."""
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS, YOUNG_LOOKS, OLD_LOOKS)
        gc.enable()
        self._has_begun = True
        self.typed()

    def end(self) -> None:
        """Look no more by itself."""
        self._has_begun = False
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def typed(self) -> None:
        """Note that somebody types: nothing may be slow now, and something may have been closed."""
        self._typed_at = self._clock()
        if self._waiting is not None and self._waits_for_long:
            # What is new comes first again.
            self._waiting.cancel()
            self._waiting = None
        if self._has_begun and self._waiting is None:
            self._wait(REST_SECONDS, self._look_at_new)

    def _wait(self, seconds: float, look: Callable[[], None]) -> None:
        self._waits_for_long = seconds == LONG_REST_SECONDS
        left = max(0.05, seconds - (self._clock() - self._typed_at))
        self._waiting = asyncio.get_running_loop().call_later(left, self._look_after, seconds, look)

    def _look_after(self, seconds: float, look: Callable[[], None]) -> None:
        if self._clock() - self._typed_at < seconds:
            self._wait(REST_SECONDS, self._look_at_new)
            return
        self.prepare()
        self._waiting = asyncio.get_running_loop().call_later(PREPARATION_SECONDS, self._look, look)

    def _look(self, look: Callable[[], None]) -> None:
        self._waiting = None
        if self._clock() - self._typed_at < PREPARATION_SECONDS:
            self._wait(REST_SECONDS, self._look_at_new)
        else:
            look()

    def _look_at_new(self) -> None:
        self._collect("new")
        self._wait(LONG_REST_SECONDS, self._look_at_all)

    def _look_at_all(self) -> None:
        from fluxtui.system.memory import give_back_memory

        gc.unfreeze()
        self._collect("all")
        give_back_memory()

    def _collect(self, what: str) -> None:
        begin = time.perf_counter()
        found = gc.collect()
        gc.freeze()
        seconds = time.perf_counter() - begin
        _log.debug("looked through %s objects in %.3f s: %d were garbage", what, seconds, found)
