"""How the program goes while jobs are active: with a collector left behind, even if its terminal is lost."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import Popen
from types import FrameType

from fluxtui.collector.detached import CollectorError, DetachedCollector

END_SECONDS = 20.0
"""How long the end may take once the terminal is lost; requests on their way are waited for half of that."""

_log = logging.getLogger(__name__)


class Leaving:
    """Leaves collectors behind, and sees to it that the program ends when its terminal does.

    Args:
        collector: how to start one; None where jobs are to wait for the next start.
    """

    def __init__(self, collector: DetachedCollector | None = None) -> None:
        self._collector = collector
        self._process: Popen[bytes] | None = None
        self._last_resort: threading.Timer | None = None
        self._is_guarding = False
        self.hung_up: int | None = None
        """The signal that ended the program, or that its lost terminal stands for."""

    @property
    def leaves_collector(self) -> bool:
        """Whether a collector goes on with what is active."""
        return self._collector is not None

    @property
    def collector_id(self) -> int | None:
        """The process id of the collector that was left behind."""
        return self._process.pid if self._process is not None else None

    def leave_collector(self) -> None:
        """Start a collector, unless the one started before still runs. What fails is told to the log."""
        if self._collector is None or (self._process is not None and self._process.poll() is None):
            return
        try:
            self._process = self._collector.start()
        except CollectorError as error:
            _log.error("%s", error.sentence())
        else:
            _log.info("a collector goes on, process %d", self._process.pid)

    def hang_up(self, number: int) -> bool:
        """Note that the program ends because of a signal; False if that is known already.

        It then does so within bounds, whatever is stuck.
        """
        if self.hung_up is not None:
            return False
        self.hung_up = number
        self._limit_the_end(number)
        _log.info("the terminal or the system ends the program: %s", signal.Signals(number).name)
        return True

    def _limit_the_end(self, number: int) -> None:
        if self._is_guarding and self._last_resort is None:
            self._last_resort = threading.Timer(END_SECONDS, self._end_now, (number,))
            self._last_resort.daemon = True
            self._last_resort.start()

    @contextmanager
    def guarding(self, hang_up: Callable[[int], None]) -> Iterator[None]:
        """While the block runs, call `hang_up` with each signal that wants the program to end.

        One that is ignored already, as under `nohup`, stays ignored.
        """

        def received(number: int, frame: FrameType | None) -> None:
            # At once, and without a word to the log: the event loop may be stuck, and we may be within it.
            self._limit_the_end(number)
            hang_up(number)

        before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}
        self._is_guarding = True
        try:
            for number, handler in before.items():
                if handler is not signal.SIG_IGN:
                    signal.signal(number, received)
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            if self._last_resort is not None:
                self._last_resort.cancel()

    def end_without_terminal(self) -> None:
        """End the process now if it was hung up: flushing to a terminal that takes nothing never ends."""
        if self.hung_up is not None:
            logging.shutdown()
            os._exit(128 + self.hung_up)

    def _end_now(self, number: int) -> None:
        self.leave_collector()
        os._exit(128 + number)
