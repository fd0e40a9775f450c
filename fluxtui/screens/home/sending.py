"""Files to the terminal, piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textual.screen import Screen

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.errors import FluxError, StorageError
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.screens.home.kitty_session import KittySession
from fluxtui.terminal.kitty_files import PLACE
from fluxtui.terminal.transfer import (
    ITERM2_INTERRUPTION,
    FileTransfer,
    Sendable,
    file_transfer_of,
    iterm2_pieces,
    sendable,
)
from fluxtui.widgets.pictures.channel import SSH_BYTES_PER_SECOND, PictureChannel, channel_of

PROGRESS_PERCENT = 5
"""How far it has to come before that is drawn again."""


class Handover:
    """The pictures on their way to the terminal, which saves them.

    Args:
        screen: whose workers send, and which is drawn before each file.
        paths: of the files.
    """

    def __init__(self, screen: Screen[Any], paths: Sequence[Path]) -> None:
        self._screen = screen
        self._paths = tuple(paths)
        self._say: Callable[[str], None] = lambda text: None
        self._sending = ""
        self._is_stopped = False

    @property
    def _app(self) -> StatefulApp:
        app = self._screen.app
        if not isinstance(app, StatefulApp):
            raise TypeError("a handover needs a StatefulApp")
        return app

    @property
    def way(self) -> FileTransfer | None:
        """How the terminal takes files, or None."""
        terminal = self._app.terminal
        return file_transfer_of(terminal, terminal.brand or terminal.name.casefold())

    async def outlook(self) -> str:
        """Return how much there is to send and how long that takes, or why nothing can be sent."""
        try:
            files = await self._look()
        except FluxError as error:
            return error.sentence()
        size = file_size(sum(file.size for file in files))
        seconds = sum(file.sequence_bytes for file in files) / SSH_BYTES_PER_SECOND
        time = f", {seconds:.0f} s or more" if self._app.terminal.over_ssh else ""
        return f"{plural(len(files), 'file')}, {size}{time}; {self.way} asks first"

    async def _look(self) -> tuple[Sendable, ...]:
        return tuple(await asyncio.to_thread(lambda: [sendable(path) for path in self._paths]))

    def begin(self, say: Callable[[str], None]) -> None:
        """Send the files, unless that is under way; `say` shows how it goes."""
        if not self._sending:
            self._say = say
            self._sending = "the files"
            guarded(self._screen, self._send_all(), doing="sending to the terminal", group="transfer")

    def stop(self) -> bool:
        """Stop what is sent, if anything is, and tell whether it was; `say` is told once it has ended."""
        if not self._sending:
            return False
        self._is_stopped = True
        self._screen.workers.cancel_group(self._screen, "transfer")
        return True

    async def _send_all(self) -> None:
        try:
            files = await self._look()
            channel = channel_of(self._app, self._app.terminal)
            if self.way is FileTransfer.ITERM2:
                await self._send_to_iterm2(channel, files)
            else:
                await self._send_to_kitty(channel, files)
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

    async def _send_to_iterm2(self, channel: PictureChannel, files: Sequence[Sendable]) -> None:
        async with channel.turn():
            for number, file in enumerate(files, 1):
                what = self._begin_file(file, number, len(files))
                self._say(f"{what}: the screen stands still until it is there. Esc stops it.")
                # Nothing is drawn while the file goes out.
                await self._screen.wait_for_refresh()
                await _send_to_iterm2(channel, file)
        self._end("Sent. iTerm2 lists what it saved in its menu Downloads.")

    async def _send_to_kitty(self, channel: PictureChannel, files: Sequence[Sendable]) -> None:
        session = KittySession(channel)
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


async def _send_to_iterm2(channel: PictureChannel, file: Sendable) -> None:
    pieces = iterm2_pieces(file)
    with channel.transmission(ITERM2_INTERRUPTION) as send:
        while piece := await asyncio.to_thread(next, pieces, ""):
            await channel.room()
            if not send(piece):
                raise StorageError(
                    f"{safe_text(file.path.name)} was not sent whole: the terminal was taken away."
                )
