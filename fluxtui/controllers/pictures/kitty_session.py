"""Files to kitty, which asks whether it may save them and says how far it is."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import PurePosixPath
from typing import Final

from fluxtui.controllers.pictures.terminal_line import TerminalLine
from fluxtui.domain.errors import FluxError, StorageError
from fluxtui.domain.text import safe_text
from fluxtui.terminal.kitty_files import (
    PLACE,
    Code,
    Reply,
    command,
    data_commands,
    file_command,
    read_reply,
)
from fluxtui.terminal.transfer import Sendable, file_blocks

BLOCK_BYTES: Final = 24 * 1024
SILENCE_SECONDS: Final = 60.0
"""How long kitty may say nothing while it is sent something; a slow line holds much back."""
FAREWELL_SECONDS: Final = 1.0
MOST_NAMES: Final = 100


class KittySession:
    """One session of kitty's file transfer: asked for, granted by the user, filled, ended or called off."""

    def __init__(self, line: TerminalLine) -> None:
        self._line = line
        self._id = f"fluxtui-{secrets.token_hex(8)}"
        self._replies: asyncio.Queue[Reply] = asyncio.Queue()

    @asynccontextmanager
    async def granted(self) -> AsyncIterator[None]:
        """Ask for the session and run the block once the user has granted it, however long that takes.

        Raises:
            StorageError: it is refused.
        """
        with self._line.replies(self._hear):
            self._line.write(command("send", self._id))
            try:
                reply = await self._replies.get()
                if reply.code != Code.OK:
                    raise _Refused(f"kitty saves nothing: {reply.message or reply.code}.")
                yield
                self._line.write(command("finish", self._id))
            except _Refused:
                raise
            except (asyncio.CancelledError, FluxError):
                await self._call_off()
                raise

    async def send(self, number: int, file: Sendable, progress: Callable[[int], None]) -> str:
        """Send a file, and return the name under which kitty saved it; nothing that is there is replaced.

        Args:
            number: of the file in this session.
            file: what to send.
            progress: is told how many bytes kitty has written.

        Raises:
            StorageError: the file cannot be read, or kitty cannot save it.
        """
        file_id, name = await self._begin(number, file)
        sent, blocks = 0, file_blocks(file, BLOCK_BYTES)
        while True:
            block = await asyncio.to_thread(next, blocks, b"")
            sent += len(block)
            await self._line.room()
            self._line.write(data_commands(self._id, file_id, block, is_last=sent == file.size))
            if sent == file.size:
                break
            while not self._replies.empty():
                self._check(self._replies.get_nowait(), file, progress)
        while not self._check(await self._reply(), file, progress):
            continue
        return name

    async def _begin(self, number: int, file: Sendable) -> tuple[str, str]:
        """Begin a file under a name that is free, and return its id and the name."""
        given = PurePosixPath(safe_text(file.path.name).replace("\\", "_").lstrip("~") or "picture")
        for attempt in range(1, MOST_NAMES + 1):
            name = given.name if attempt == 1 else f"{given.stem}-{attempt}{given.suffix}"
            file_id = f"f{number}.{attempt}"
            self._line.write(file_command(self._id, file_id, PLACE + name, file.modified_ns))
            reply = await self._reply()
            if reply.code != Code.STARTED:
                raise _failed(file, reply)
            if reply.size < 0:
                return file_id, name
        raise StorageError(f"kitty has {MOST_NAMES} files like {given.name} already.")

    async def _reply(self) -> Reply:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                return await self._replies.get()
        except TimeoutError as error:
            raise StorageError("kitty does not answer any more.") from error

    def _check(self, reply: Reply, file: Sendable, progress: Callable[[int], None]) -> bool:
        """Follow what kitty says of the file that is sent, and tell whether it is saved."""
        if reply.code == Code.PROGRESS:
            progress(reply.size)
            return False
        if reply.code == Code.OK:
            if reply.size != file.size:
                raise StorageError(f"kitty saved only a part of {safe_text(file.path.name)}.")
            return True
        raise _failed(file, reply)

    async def _call_off(self) -> None:
        """Call the session off, and wait a little for kitty's last word on it."""
        self._line.write(command("cancel", self._id))
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                while (await self._replies.get()).code != Code.CANCELED:
                    continue

    def _hear(self, inside: str) -> None:
        reply = read_reply(inside)
        if reply is not None and reply.session == self._id:
            self._replies.put_nowait(reply)


class _Refused(StorageError):
    """The user or kitty said no, so that there is nothing to call off."""


def _failed(file: Sendable, reply: Reply) -> StorageError:
    return StorageError(f"kitty could not save {safe_text(file.path.name)}: {reply.message or reply.code}.")
