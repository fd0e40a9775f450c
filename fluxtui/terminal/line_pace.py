"""How much may be on its way to a terminal at the other end of a line, by how fast it takes it.

What is written over SSH is taken at once by buffers that hold a whole picture, and the next key would wait
for all of it. A terminal answers a question when it has taken everything before it.
"""

from __future__ import annotations

from collections import deque
from typing import Final

QUESTION: Final = "\x1b[5n"
ANSWER: Final = "\x1b[0n"
"""Device status report. Source: ECMA-48, 8.3.35; xterm's ctlseqs, both read 2026-12."""

AHEAD_SECONDS: Final = 0.15
"""So long may a key wait for what was written before it."""
LEAST_BYTES: Final = 16_000
FIRST_BYTES: Final = 48_000
MOST_BYTES: Final = 1_000_000
ASKED_BYTES: Final = 1_000
"""Behind less than this nothing is asked."""
ANSWER_SECONDS: Final = 2.0
"""After so long without an answer none is waited for any more: something between keeps it for itself."""


class LinePace:
    """Counts what was sent and not taken yet. Times are of a clock that never goes back, in seconds."""

    def __init__(self) -> None:
        self._asked: deque[tuple[float, int]] = deque()
        """When each open question was asked, and how many bytes went before it since the one before."""
        self._answered_at = 0.0
        self._open = 0
        self.window = FIRST_BYTES
        """How many bytes may be on their way."""
        self.is_answered = True
        """Whether the terminal is believed to answer."""

    def sent(self, size: int, now: float) -> None:
        """Note that bytes were written, with the question behind them."""
        self._asked.append((now, size))
        self._open += size

    def answered(self, now: float) -> None:
        """Note an answer: the terminal has taken all before the oldest open question."""
        if not self._asked:
            return
        asked, size = self._asked.popleft()
        self._open -= size
        # While others wait the line is full, and the time between two answers is what it needs.
        seconds = max(now - max(asked, self._answered_at), 1e-3)
        self._answered_at = now
        wanted = int(size / seconds * AHEAD_SECONDS)
        self.window = min(max((self.window + wanted) // 2, LEAST_BYTES), MOST_BYTES)

    def has_room(self) -> bool:
        """Whether more may be sent now."""
        return not self._asked or self._open < self.window

    def is_late(self, now: float) -> bool:
        """Whether the oldest question should have been answered long ago."""
        return bool(self._asked) and now - max(self._asked[0][0], self._answered_at) > ANSWER_SECONDS

    def give_up(self) -> None:
        """Believe that the terminal does not answer."""
        self._asked.clear()
        self._open = 0
        self.is_answered = False
