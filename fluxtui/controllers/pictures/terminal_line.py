"""The way of files to the terminal, as the picture channel of the application gives it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol


class TerminalLine(Protocol):
    """Takes escape sequences piece by piece, beside the frames of the interface."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Have the terminal's graphics for oneself."""

    async def room(self) -> None:
        """Wait until the terminal has taken what was written."""

    def write(self, sequence: str) -> None:
        """Hand complete escape sequences to the terminal."""

    def transmission(self, interruption: str) -> AbstractContextManager[Callable[[str], bool]]:
        """Keep everything else back while pieces go out; yields what sends one and tells whether it could."""

    def replies(self, listener: Callable[[str], None]) -> AbstractContextManager[None]:
        """Let a function have what the terminal replies."""
