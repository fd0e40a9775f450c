"""Files to the terminal, piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.controllers.pictures.kitty_session import KittySession
from fluxtui.domain.errors import FluxError, StorageError
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.terminal.kitty_files import PLACE
from fluxtui.terminal.profile import SSH_BYTES_PER_SECOND, TerminalProfile
from fluxtui.terminal.transfer import (
    ITERM2_INTERRUPTION,
    FileTransfer,
    Sendable,
    file_transfer_of,
    iterm2_pieces,
    sendable,
)

if TYPE_CHECKING:
    from fluxtui.controllers.background import Begin, Running
    from fluxtui.controllers.pictures.terminal_line import TerminalLine

PROGRESS_PERCENT = 5
"""How far it has to come before that is drawn again."""


class Handover:
    """The pictures on their way to the terminal, which saves them.

    Args:
        begin: begins the sending, in the background.
        terminal: which saves the files.
        line: returns the way there.
        drawn: waits until what was said is on the screen, where nothing is drawn while a file goes out.
        paths: of the files.
        say: shows how it goes.
    """

    def __init__(
        self,
        begin: Begin,
        terminal: TerminalProfile,
        line: Callable[[], TerminalLine],
        drawn: Callable[[], Awaitable[object]],
        paths: Sequence[Path],
        say: Callable[[str], None],
    ) -> None:
        self._begin = begin
        self._terminal = terminal
        self._line = line
        self._drawn = drawn
        self._paths = tuple(paths)
        self._say = say
        self._running: Running | None = None
        self._sending = ""
        self._is_stopped = False

    @property
    def way(self) -> FileTransfer | None:
        """How the terminal takes files, or None."""
        return file_transfer_of(self._terminal, self._terminal.brand or self._terminal.name.casefold())

    async def outlook(self) -> str:
        """Return how much there is to send and how long that takes, or why nothing can be sent."""
        try:
            files = await self._look()
        except FluxError as error:
            return error.sentence()
        size = file_size(sum(file.size for file in files))
        seconds = sum(file.sequence_bytes for file in files) / SSH_BYTES_PER_SECOND
        time = f", {seconds:.0f} s or more" if self._terminal.over_ssh else ""
        return f"{plural(len(files), 'file')}, {size}{time}; {self.way} asks first"

    async def _look(self) -> tuple[Sendable, ...]:
        return tuple(await asyncio.to_thread(lambda: [sendable(path) for path in self._paths]))

    def begin(self) -> None:
        """Send the files, unless that is under way."""
        if not self._sending:
            self._sending = "the files"
            work = self._send_all()
            self._running = self._begin(work, doing="sending to the terminal", group="transfer")

    def stop(self) -> bool:
        """Stop what is sent, if anything is, and tell whether it was; it is said once it has ended."""
        if not self._sending or self._running is None:
            return False
        self._is_stopped = True
        self._running.cancel()
        return True

    async def _send_all(self) -> None:
        try:
            files = await self._look()
            line = self._line()
            if self.way is FileTransfer.ITERM2:
                await self._send_to_iterm2(line, files)
            else:
                await self._send_to_kitty(line, files)
        except FluxError as error:
            self._end(error.sentence())
        except asyncio.CancelledError:
            does = "throws away" if self.way is FileTransfer.ITERM2 else "keeps"
            words = f"Stopped; {self.way} {does} what came of {self._sending}."
            self._end(words if self._is_stopped else "")
            raise
        finally:
            self._sending = ""

    def _end(self, words: str) -> None:
        """Take the next order, then say how this one ended: whoever reads that can send again."""
        self._sending, self._is_stopped = "", False
        if words:
            self._say(words)

    async def _send_to_iterm2(self, line: TerminalLine, files: Sequence[Sendable]) -> None:
        async with line.turn():
            for number, file in enumerate(files, 1):
                what = self._begin_file(file, number, len(files))
                self._say(f"{what}: the screen stands still until it is there. Esc stops it.")
                # Nothing is drawn while the file goes out.
                await self._drawn()
                await _send_to_iterm2(line, file)
        self._end("Sent. iTerm2 lists what it saved in its menu Downloads.")

    async def _send_to_kitty(self, line: TerminalLine, files: Sequence[Sendable]) -> None:
        session = KittySession(line)
        self._say(f"kitty asks whether it may save {plural(len(files), 'file')}. Esc calls it off.")
        names = []
        async with session.granted():
            for number, file in enumerate(files, 1):
                what = self._begin_file(file, number, len(files))
                names.append(await session.send(number, file, self._progress(what, file.size)))
        saved = names[0] if len(names) == 1 else plural(len(names), "file")
        self._end(f"kitty saved {saved} in {PLACE} on its machine.")

    def _begin_file(self, file: Sendable, number: int, total: int) -> str:
        self._sending = safe_text(file.path.name)
        return f"Sending {self._sending}, {number} of {total}, {file_size(file.size)}"

    def _progress(self, what: str, size: int) -> Callable[[int], None]:
        shown = -PROGRESS_PERCENT

        def show(written: int) -> None:
            nonlocal shown
            percent = written * 100 // max(size, 1)
            if percent >= shown + PROGRESS_PERCENT:
                shown = percent
                self._say(f"{what}: {percent}%. Esc stops it.")

        show(0)
        return show


async def _send_to_iterm2(line: TerminalLine, file: Sendable) -> None:
    pieces = iterm2_pieces(file)
    with line.transmission(ITERM2_INTERRUPTION) as send:
        while piece := await asyncio.to_thread(next, pieces, ""):
            await line.room()
            if not send(piece):
                raise StorageError(
                    f"{safe_text(file.path.name)} was not sent whole: the terminal was taken away."
                )
