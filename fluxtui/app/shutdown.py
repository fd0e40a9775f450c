"""How the program goes while jobs are active: with a collector left behind, even if its terminal is lost."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import Popen
from types import FrameType
from typing import TYPE_CHECKING

from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import plural

if TYPE_CHECKING:
    from fluxtui.collector.detached import DetachedCollector

END_SECONDS = 20.0
"""How long the end may take once it is wanted; requests on their way are waited for half of that."""
REST_SECONDS = 3.0
"""How long threads may take once everything is written and handed over; one may sit in a dead file system."""
WORDS_SECONDS = 0.5
"""How long the last words may take where the end comes by force."""

_log = logging.getLogger(__name__)


class Shutdown:
    """Leaves collectors behind, and sees to it that the program ends when its terminal does.

    Args:
        collector: how to start one; None where jobs are to wait for the next start.
    """

    def __init__(self, collector: DetachedCollector | None = None) -> None:
        self._collector = collector
        self._process: Popen[bytes] | None = None
        self._last_resort: threading.Timer | None = None
        self._is_guarding = False
        self._is_handed_over = False
        self.give_back_terminal: Callable[[], None] | None = None
        """Puts the terminal back in order from any thread, where the end comes by force."""
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

    def leave_behind(self, collector: DetachedCollector) -> None:
        """Leave this collector behind from now on, where jobs are active at the end."""
        self._collector = collector

    def leave_nothing(self) -> None:
        """Leave no collector behind: there is nothing that it could know of."""
        self._collector = None

    def leave_collector(self) -> None:
        """Start a collector, unless the one started before still runs. What fails is told to the log."""
        if self._collector is None or (self._process is not None and self._process.poll() is None):
            return
        try:
            self._process = self._collector.start()
        except FluxError as error:
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
        self._limit_the_end(128 + number, END_SECONDS)
        _log.info("the terminal or the system ends the program: %s", signal.Signals(number).name)
        return True

    def end_soon(self, code: int) -> None:
        """Let the program end with a code within bounds from now on, whatever is stuck."""
        self._limit_the_end(code, END_SECONDS)

    def rest_only(self, code: int) -> None:
        """Note that all is written and handed over: nothing is lost where what is stuck is left behind."""
        self._is_handed_over = True
        if self._last_resort is not None:
            self._last_resort.cancel()
            self._last_resort = None
        self._limit_the_end(code, REST_SECONDS)

    def _limit_the_end(self, code: int, seconds: float) -> None:
        if self._is_guarding and self._last_resort is None:
            self._last_resort = threading.Timer(seconds, self._end_now, (code,))
            self._last_resort.daemon = True
            self._last_resort.start()

    @contextmanager
    def guarding(self, hang_up: Callable[[int], None]) -> Iterator[None]:
        """While the block runs, call `hang_up` with each signal that wants the program to end.

        One that is ignored already, as under `nohup`, stays ignored.
        """

        def received(number: int, frame: FrameType | None) -> None:
            # At once, and without a word to the log: the event loop may be stuck, and we may be within it.
            self._limit_the_end(128 + number, END_SECONDS)
            hang_up(number)

        numbers = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
        before = {number: signal.getsignal(number) for number in numbers}
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
                self._last_resort = None
            self._is_guarding = False

    def tell_collector(self) -> None:
        """Say on standard error that a collector was left behind, if one was."""
        if self.collector_id is not None:
            print(
                f"fluxtui: jobs are not finished; a collector (process {self.collector_id}) brings them in.",
                file=sys.__stderr__,
            )

    def end_without_terminal(self) -> None:
        """End the process now if it was hung up: flushing to a terminal that takes nothing never ends."""
        if self.hung_up is not None:
            logging.shutdown()
            os._exit(128 + self.hung_up)

    def _end_now(self, code: int) -> None:
        if not self._is_handed_over:
            self.leave_collector()
        if self.give_back_terminal is not None:
            self.give_back_terminal()
        _log.warning("something is stuck; the program ends without it")
        logging.shutdown()
        if self._is_handed_over:
            # The terminal may take nothing; nobody waits for these words.
            words = threading.Thread(target=self.tell_collector, daemon=True)
            words.start()
            words.join(WORDS_SECONDS)
        os._exit(code)


def words_before_leaving(active: int, *, collected: bool) -> list[str]:
    """Return what becomes of the active jobs, for the user who is about to leave."""
    first = f"{plural(active, 'job')} not finished. What the service has taken goes on without us."
    if collected:
        return [
            first,
            "A collector without a screen stays behind: it brings in everything, even if you log out, and "
            "ends by itself. The next start tells what came in.",
        ]
    return [
        first,
        "It keeps a picture for ten minutes only: start FluxTUI again before then, and it collects "
        "everything by itself.",
    ]
