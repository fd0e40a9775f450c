"""How a controller lets work go on beside what the user does."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol


class Running(Protocol):
    """Work that was begun."""

    def cancel(self) -> object:
        """Break it off, unless it has ended."""


class Background(Protocol):
    """Runs work while keys go on being acted on; what it raises becomes one message to the user."""

    def __call__(
        self, work: Coroutine[Any, Any, None], *, doing: str, group: str, exclusive: bool = False
    ) -> Running:
        """Begin work.

        Args:
            work: the coroutine to run.
            doing: what it does, in words that fit before "failed".
            group: names those that belong together.
            exclusive: cancel what runs in the group.
        """
