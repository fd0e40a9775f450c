"""A key asked from a command, such as a password manager's."""

from __future__ import annotations

import asyncio
import os

from pydantic import SecretStr

from fluxtui.domain.errors import ConfigError
from fluxtui.domain.text import file_size, safe_text
from fluxtui.services.config.checks import checked_key
from fluxtui.services.config.environment import environ_without_keys
from fluxtui.services.config.programs import trusted_program
from fluxtui.system.programs import MOST_OUTPUT, TooMuchOutput, run_program

TIME_LIMIT = 20.0
_NEXT_STEP = "Run the command by hand to see what it says, or set the key in another way."


async def key_from_command(words: tuple[str, ...], *, seconds: float = TIME_LIMIT) -> SecretStr:
    """Run a command without a shell and return what it prints as the key.

    It gets no input, and is stopped with all its children when it takes too long, prints far more than a key,
    or the caller is cancelled.

    Raises:
        UntrustedFile: it, or the script it runs, is somebody else's or can be changed by everybody.
        ConfigError: it could not be run, failed, took too long, or printed what cannot be a key.
    """
    name = safe_text(os.path.basename(words[0]), limit=60)
    program = await asyncio.to_thread(trusted_program, words)
    try:
        run = await run_program(words, executable=program, seconds=seconds, environ=environ_without_keys())
    except OSError as error:
        if isinstance(error, TimeoutError):
            raise _failure(name, f"did not answer within {seconds:g} seconds") from None
        raise _failure(name, f"could not be run: {error.strerror}") from error
    except TooMuchOutput:
        raise _failure(name, f"printed more than {file_size(MOST_OUTPUT)}, so it was stopped") from None
    if run.code:
        said = safe_text(run.complaint.decode("utf-8", "replace").strip(), limit=300)
        how = f"failed with code {run.code}"
        raise _failure(name, f"{how} and said: {said}" if said else how)
    return _key_in(name, run.output)


def _key_in(name: str, output: bytes) -> SecretStr:
    try:
        return checked_key(output.decode("ascii"))
    except UnicodeDecodeError:
        reason = "must be one line of plain characters without spaces"
    except ValueError as error:
        reason = str(error)
    # Not chained: the first error holds the output, which may be a key.
    raise _failure(name, f"printed no key: it {reason}")


def _failure(name: str, reason: str) -> ConfigError:
    return ConfigError(f"The api_key_command {name} {reason.rstrip('.')}.", next_step=_NEXT_STEP)
