"""A key asked from a command, such as a password manager's."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process

from pydantic import SecretStr

from fluxtui.domain.errors import ConfigError
from fluxtui.domain.text import safe_text
from fluxtui.services.config.checks import checked_key
from fluxtui.services.config.environment import environ_without_keys
from fluxtui.services.config.programs import trusted_program

TIME_LIMIT = 20.0
_NEXT_STEP = "Run the command by hand to see what it says, or set the key in another way."


async def key_from_command(words: tuple[str, ...], *, seconds: float = TIME_LIMIT) -> SecretStr:
    """Run a command without a shell and return what it prints as the key.

    It gets no input, and is stopped with all its children when it takes too long or the caller is cancelled.

    Raises:
        UntrustedFile: it, or the script it runs, is somebody else's or can be changed by everybody.
        ConfigError: it could not be run, failed, took too long, or printed what cannot be a key.
    """
    name = safe_text(os.path.basename(words[0]), limit=60)
    program = await asyncio.to_thread(trusted_program, words)
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            executable=program,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            env=environ_without_keys(),
            start_new_session=True,
        )
    except OSError as error:
        raise _failure(name, f"could not be run: {error.strerror}") from error
    try:
        async with asyncio.timeout(seconds):
            output, complaint = await process.communicate()
    except TimeoutError:
        await _stop(process)
        raise _failure(name, f"did not answer within {seconds:g} seconds") from None
    except asyncio.CancelledError:
        await _stop(process)
        raise
    if process.returncode:
        said = safe_text(complaint.decode("utf-8", "replace").strip(), limit=300)
        ended = f"failed with code {process.returncode}"
        raise _failure(name, f"{ended} and said: {said}" if said else ended)
    return _key_in(name, output)


def _key_in(name: str, output: bytes) -> SecretStr:
    try:
        return checked_key(output.decode("ascii"))
    except UnicodeDecodeError:
        reason = "must be one line of plain characters without spaces"
    except ValueError as error:
        reason = str(error)
    # Not chained: the first error holds the output, which may be a key.
    raise _failure(name, f"printed no key: it {reason}")


async def _stop(process: Process) -> None:
    # All of its group: a child that is left can hold the pipes open. macOS forbids to kill what is dead.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _failure(name: str, reason: str) -> ConfigError:
    return ConfigError(f"The api_key_command {name} {reason.rstrip('.')}.", next_step=_NEXT_STEP)
