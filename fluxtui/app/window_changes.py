"""Hearing that the window changed, however often it is told: what was told meanwhile counts as once."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

REST_SECONDS: Final = 0.05
"""How long nothing is looked at after a look, and how often it is looked whether the terminal follows."""
READ_BYTES: Final = 65_536
NOTHING: Final[Mapping[Any, Any]] = {}


class WindowChanges:
    """Calls a function once for all signals of a while, and only while the terminal follows what is drawn.

    A handler of Python can be interrupted by the next signal before it has done anything, and that one's by
    the one after it: a flood ends in the recursion limit, at any place of the program. So the handler is a
    function of C, which is never interrupted, and the system writes the signal's number into a pipe.

    Args:
        look: looks at the size of the window, on the event loop.
        is_behind: whether the terminal still has to take what was drawn before; nothing is looked at then.
    """

    def __init__(self, look: Callable[[], None], is_behind: Callable[[], bool]) -> None:
        self._look = look
        self._is_behind = is_behind
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pipe: tuple[int, int] | None = None
        self._wakeup_before = -1
        self._resting: asyncio.TimerHandle | None = None
        self._is_told = False

    def begin(self) -> None:
        """Listen, in the main thread and on its event loop, until `end`."""
        self._loop = asyncio.get_running_loop()
        reading, writing = self._pipe = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        self._wakeup_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        signal.signal(signal.SIGWINCH, NOTHING.get)
        self._loop.add_reader(reading, self._read)

    def end(self) -> None:
        """Listen no more. Idempotent."""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        self._is_told = False
        if self._pipe is None or self._loop is None:
            return
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        signal.set_wakeup_fd(self._wakeup_before, warn_on_full_buffer=False)
        self._loop.remove_reader(self._pipe[0])
        for descriptor in self._pipe:
            os.close(descriptor)
        self._pipe = None

    def tell(self) -> None:
        """Note that the window changed, on the event loop, and look at it soon."""
        self._is_told = True
        if self._resting is None:
            self._look_once()

    def _read(self) -> None:
        """Take the numbers of signals; the handlers of all others are called all the same."""
        if self._pipe is None:
            return
        with suppress(BlockingIOError):
            if signal.SIGWINCH in os.read(self._pipe[0], READ_BYTES):
                self.tell()

    def _look_once(self) -> None:
        """Look if there is a reason to, and rest after it; then what was told meanwhile is looked at."""
        self._resting = None
        if self._loop is None or not self._is_told:
            return
        if not self._is_behind():
            self._is_told = False
            self._look()
        self._resting = self._loop.call_later(REST_SECONDS, self._look_once)
