"""The one thing that is done with finetunes at a time, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from fluxtui.controllers.host import Host
from fluxtui.controllers.signal import Signal
from fluxtui.domain.text import file_size
from fluxtui.providers.base import Progress

REPORT_SECONDS = 0.5
"""How often at most the progress of a file is told."""


class Activity:
    """What is asked of a service, or which file moves; at most one thing at a time.

    Args:
        host: is told where something else would have to wait.
        changed: is sent when there are other words for it.
        clock: tells seconds.
    """

    def __init__(self, host: Host, changed: Signal, clock: Callable[[], float] = monotonic) -> None:
        self._host = host
        self._changed = changed
        self._clock = clock
        self._reported_at = float("-inf")
        self.words = ""
        """What is being done at the moment, or `''`."""
        self.can_be_stopped = False
        """Whether a file moves, which can be given up without harm."""

    def is_free(self) -> bool:
        """Tell whether nothing is being done, and say so if not."""
        if self.words:
            self._host.tell(f"Something is still going on: {self.words}", severity="warning")
        return not self.words

    @contextmanager
    def telling(self, words: str) -> Iterator[None]:
        """Say what is done in a block."""
        self._say(words)
        try:
            yield
        finally:
            self._say("")

    @contextmanager
    def moving(self, doing: str) -> Iterator[None]:
        """Say what is done with a file in a block, which can be stopped; `doing` begins a sentence."""
        self.can_be_stopped = True
        try:
            with self.telling(f"{doing} … · Esc stops"):
                yield
        finally:
            self.can_be_stopped = False

    def progress(self, doing: str) -> Progress:
        """Return what says how far a file has come, now and then."""

        def progress(done: int, total: int) -> None:
            now = self._clock()
            if now - self._reported_at < REPORT_SECONDS or not self.words:
                return
            self._reported_at = now
            share = f"{done * 100 // total} % of {file_size(total)}" if total else file_size(done)
            self._say(f"{doing} · {share} · Esc stops")

        return progress

    def _say(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self._changed.send()
