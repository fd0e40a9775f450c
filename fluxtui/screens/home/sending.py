"""Files to the terminal, piece by piece beside the frames."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from fluxtui.domain.errors import InvalidInput, StorageError
from fluxtui.domain.text import file_size
from fluxtui.state import StatefulApp
from fluxtui.terminal.brands import Claims, brand_of
from fluxtui.terminal.transfer import MAX_FILE_BYTES, FileTransfer, file_transfer_of, iterm2_pieces
from fluxtui.widgets.picture_channel import channel_of


def transfer_of(app: StatefulApp) -> FileTransfer | None:
    """Return how the terminal takes files, or None."""
    return file_transfer_of(app.terminal, brand_of(Claims(app.terminal.name), os.environ))


async def send_files(app: StatefulApp, paths: Sequence[Path], progress: Callable[[int, int], None]) -> None:
    """Send files to the terminal; cancelled, it ends after a whole piece.

    Args:
        app: whose terminal it is.
        paths: the files.
        progress: is told how many pieces went out, and how many there are.

    Raises:
        StorageError: a file cannot be read.
        InvalidInput: a file is larger than a terminal is given.
    """
    channel = channel_of(app, app.terminal)
    contents = [(path.name, await asyncio.to_thread(_content, path)) for path in paths]
    pieces = [piece for name, data in contents for piece in iterm2_pieces(name, data)]
    async with channel.turn():
        for number, piece in enumerate(pieces, 1):
            await channel.room()
            channel.write(piece)
            progress(number, len(pieces))


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InvalidInput(
                f"{path.name} is larger than {file_size(MAX_FILE_BYTES)}, too large for a terminal.",
                next_step="The scp line takes it.",
            )
        return path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path.name} cannot be read.") from error
