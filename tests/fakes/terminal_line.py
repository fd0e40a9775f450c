"""The way of files to a terminal in a test: keeps what is written, and answers as kitty where it is one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from tests.fakes.kitty import COMMAND, Kitty


class FakeLine:
    """See `TerminalLine`; `taken_away` lets an iTerm2 take no more pieces, as at the end of the program."""

    def __init__(self, kitty: Kitty | None = None) -> None:
        self.kitty = kitty
        self.received = bytearray()
        self.taken_away = False
        self.full: asyncio.Event | None = None
        """Where it is set, room is waited for until this is."""
        self.waited_for = asyncio.Event()
        self._listener: Callable[[str], None] | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Nobody else is there."""
        yield

    async def room(self) -> None:
        """Take everything at once, but where it is full."""
        self.waited_for.set()
        if self.full is not None:
            await self.full.wait()

    def write(self, sequence: str) -> None:
        """Keep what is written, and hand on what kitty says to it."""
        self.received += sequence.encode()
        if self.kitty is None:
            return
        for reply in COMMAND.finditer(self.kitty.answer(sequence.encode())):
            if self._listener is not None:
                self._listener(reply[1].decode("ascii"))

    @contextmanager
    def transmission(self, interruption: str) -> Iterator[Callable[[str], bool]]:
        """Let pieces go out; the interruption follows where not all of them could."""

        def send(piece: str) -> bool:
            if not self.taken_away:
                self.write(piece)
            return not self.taken_away

        whole = False
        try:
            yield send
            whole = True
        finally:
            if not whole:
                self.write(interruption)

    @contextmanager
    def replies(self, listener: Callable[[str], None]) -> Iterator[None]:
        """Let a function have what kitty says."""
        self._listener = listener
        try:
            yield
        finally:
            self._listener = None
