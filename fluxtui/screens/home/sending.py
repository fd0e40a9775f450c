"""Files to the terminal, piece by piece, while nothing else is drawn."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textual.screen import Screen

from fluxtui.domain.errors import FluxError, StorageError
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.state import StatefulApp, guarded
from fluxtui.terminal.brands import Claims, brand_of
from fluxtui.terminal.transfer import (
    ITERM2_INTERRUPTION,
    FileTransfer,
    Sendable,
    file_transfer_of,
    iterm2_pieces,
    sendable,
)
from fluxtui.widgets.picture_channel import SSH_BYTES_PER_SECOND, PictureChannel, channel_of

WHAT_KITTY_NEEDS = "copies a line for a shell here: kitten transfer …"


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
        return file_transfer_of(terminal, brand_of(Claims(terminal.name), os.environ))

    async def outlook(self) -> str:
        """Return how much there is to send and how long that takes, or why nothing can be sent."""
        if self.way is FileTransfer.KITTY:
            return WHAT_KITTY_NEEDS
        try:
            files = await self._look()
        except FluxError as error:
            return error.sentence()
        size = file_size(sum(file.size for file in files))
        seconds = sum(file.sequence_bytes for file in files) / SSH_BYTES_PER_SECOND
        time = f", {seconds:.0f} s or more" if self._app.terminal.over_ssh else ""
        return f"{plural(len(files), 'file')}, {size}{time}; iTerm2 asks first"

    async def _look(self) -> tuple[Sendable, ...]:
        return tuple(await asyncio.to_thread(lambda: [sendable(path) for path in self._paths]))

    def begin(self, say: Callable[[str], None]) -> None:
        """Send the files, unless that is under way; `say` shows how it goes."""
        if not self._sending:
            self._say = say
            self._sending = "the files"
            guarded(self._screen, self._send_all(), doing="sending to the terminal", group="transfer")

    def stop(self) -> bool:
        """Stop what is sent, if anything is, and tell whether it was."""
        if not self._sending:
            return False
        self._screen.workers.cancel_group(self._screen, "transfer")
        self._say(f"Stopped; iTerm2 throws away what came of {self._sending}.")
        return True

    async def _send_all(self) -> None:
        try:
            files = await self._look()
            channel = channel_of(self._app, self._app.terminal)
            async with channel.turn():
                for number, file in enumerate(files, 1):
                    await self._announce(file, f"{number} of {len(files)}")
                    await _send(channel, file)
            self._say("Sent. iTerm2 lists what it saved in its menu Downloads.")
        except FluxError as error:
            self._say(error.sentence())
        finally:
            self._sending = ""

    async def _announce(self, file: Sendable, which: str) -> None:
        """Say what is sent, and wait until that is drawn: nothing is while the file goes out."""
        self._sending = safe_text(file.path.name)
        what = f"Sending {self._sending}, {which}, {file_size(file.size)}"
        self._say(f"{what}: the screen stands still until it is there. Esc stops it.")
        await self._screen.wait_for_refresh()


async def _send(channel: PictureChannel, file: Sendable) -> None:
    pieces = iterm2_pieces(file)
    with channel.transmission(ITERM2_INTERRUPTION) as send:
        while piece := await asyncio.to_thread(next, pieces, ""):
            await channel.room()
            if not send(piece):
                raise StorageError(
                    f"{safe_text(file.path.name)} was not sent whole: the terminal was taken away."
                )
