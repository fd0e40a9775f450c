"""The end of the process within bounds, whatever its threads wait for: a dead disk, a stopped child."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

INTERRUPTED = 128 + signal.SIGINT
"""Exit code after Ctrl+C, as shells have it."""
INTERRUPT_SECONDS = 3.0
"""How long the end may take after Ctrl+C."""
LAST_SECONDS = 2.0
"""How long threads may take when everything is done; Python would wait for them for ever."""

_log = logging.getLogger(__name__)


def end_within(code: int, seconds: float) -> None:
    """End the process with a code after some seconds, unless it has ended by then."""

    def end() -> None:
        time.sleep(seconds)
        _log.warning("something is stuck; the process ends without it")
        logging.shutdown()
        os._exit(code)

    threading.Thread(target=end, name="end", daemon=True).start()


@contextmanager
def interruptible(seconds: float = INTERRUPT_SECONDS) -> Iterator[None]:
    """Let Ctrl+C end the process within some seconds of it, also while the main thread waits in the system.

    Python calls a signal's handler only between two of its own steps, which never comes where a disk does not
    answer. The system's own handler writes the signal's number at once, and a thread reads it. A block that
    ends by itself when signals come is put into `handling_signals`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def watch() -> None:
        with suppress(OSError):
            while numbers := os.read(reading, 64):
                if signal.SIGINT in numbers:
                    end_within(INTERRUPTED, seconds)
        os.close(reading)

    threading.Thread(target=watch, name="interrupts", daemon=True).start()
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        # The thread reads the end of it, and closes the other side.
        os.close(writing)


@contextmanager
def handling_signals() -> Iterator[None]:
    """Let `interruptible` rest through a block that limits its own end, as asyncio's handlers need it too."""
    before = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before, warn_on_full_buffer=False)
