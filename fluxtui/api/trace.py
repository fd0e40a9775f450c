"""What was asked and answered, without anything secret, for people who want to look."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Exchange:
    """One attempt of a request. No query, no headers and no bodies: those can hold keys and signatures.

    Nor is there the path on a host that asks for no key: whoever knows it can fetch the file.

    `sent` and `received` are bytes of bodies; `error` is the kind of failure in a few words where the
    answer did not come or was not taken, or empty.
    """

    at: datetime
    method: str
    host: str
    path: str
    status: int | None
    milliseconds: float
    sent: int = 0
    received: int = 0
    error: str = ""


class Trace:
    """The last exchanges, oldest first."""

    def __init__(self, limit: int = 500) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=limit)
        self.listener: Callable[[Exchange], None] | None = None

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges that are kept."""
        return tuple(self._exchanges)

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange, forgetting the oldest beyond the limit, and tell the listener."""
        self._exchanges.append(exchange)
        if self.listener is not None:
            self.listener(exchange)
