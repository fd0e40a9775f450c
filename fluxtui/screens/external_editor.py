"""Text in the user's own editor, while the program waits behind it and its jobs go on."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from fluxtui.domain.errors import InvalidInput, StorageError
from fluxtui.domain.text import file_size, safe_text
from fluxtui.services.config.environment import environ_without_keys
from fluxtui.system.ordinary_files import open_ordinary
from fluxtui.system.private_files import create_anew

MOST_BYTES = 200_000
"""More of what the editor leaves is not taken over."""

Run = Callable[[Sequence[str]], Awaitable[int]]
"""Runs a command on the terminal until it ends, and returns its exit code."""


async def run_editor(command: Sequence[str]) -> int:
    """Run a command on the terminal until it ends, without the keys of our environment; return its code."""
    process = await asyncio.create_subprocess_exec(*command, env=environ_without_keys())
    return await process.wait()


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """Return the command of the user's editor, from `VISUAL` or `EDITOR`, else `vi`.

    Raises:
        InvalidInput: the variable is no command.
    """
    try:
        words = shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "vi")
    except ValueError as error:
        raise InvalidInput(f"VISUAL or EDITOR is no command: {error}.") from error
    return words or ["vi"]


async def edit_text(app: App[Any], file: Path, text: str, *, run: Run = run_editor) -> str:
    """Return a text as it is after the user has edited it.

    The terminal is the editor's meanwhile; nothing is drawn, and jobs go on.

    Args:
        app: makes way for the editor.
        file: where the text is while it is edited; it is removed afterwards.
        text: as it is now.
        run: runs the editor.

    Raises:
        InvalidInput: there is no such editor, it failed or left too much, or the terminal cannot be given to
            it; a sentence says so, and the text stays as it was.
        StorageError: the file cannot be written or read.
    """
    command = editor_command(os.environ)
    name = safe_text(command[0], limit=60)
    try:
        await asyncio.to_thread(_write, file, text)
        try:
            with app.batch_update(), app.suspend():
                code = await run([*command, str(file)])
        except SuspendNotSupported as error:
            raise InvalidInput("This terminal cannot be given to an editor.") from error
        except OSError as error:
            raise InvalidInput(
                f"The editor {name} cannot be started: {error.strerror}.",
                next_step="Set EDITOR to one that can.",
            ) from error
        if code:
            raise InvalidInput(f"The editor {name} ended with the code {code}; the text stays as it was.")
        return await asyncio.to_thread(_read, file)
    finally:
        await asyncio.to_thread(file.unlink, missing_ok=True)


def _write(file: Path, text: str) -> None:
    try:
        # The prompt is nobody else's business.
        with create_anew(file) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise StorageError(f"The text cannot be written to {safe_text(file)}: {error.strerror}.") from error


def _read(file: Path) -> str:
    try:
        with open_ordinary(file) as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise StorageError(f"The text cannot be read from {safe_text(file)}: {error.strerror}.") from error
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"The editor left more than {file_size(MOST_BYTES)}; the text stays as it was.")
    return safe_text(content.decode("utf-8", "replace"), newlines=True).rstrip("\n")
