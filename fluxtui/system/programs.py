"""Other programs that are asked something: within bounds of time and output, ended with all they started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from typing import Any

from fluxtui.system.dataclass import dataclass

MOST_OUTPUT = 64 * 1024
"""Bytes that are read of each of the two outputs, where nothing else is said."""
_PIECE = 16 * 1024
_DRAIN_SECONDS = 2.0
_DYING_SECONDS = 0.2


class TooMuchOutput(Exception):
    """A program printed more than anybody wants of it."""


@dataclass(frozen=True)
class ProgramResult:
    """How a program ended: its exit code, what it printed, and what it complained of."""

    code: int
    output: bytes
    complaint: bytes


async def run_program(
    words: Sequence[str],
    *,
    seconds: float,
    environ: Mapping[str, str],
    executable: str | None = None,
    given: bytes | None = None,
    most: int = MOST_OUTPUT,
) -> ProgramResult:
    """Run a program without a shell and return how it ended.

    It is stopped with all its children when it takes too long, prints too much, or the caller is cancelled.

    Args:
        words: the program and its arguments.
        seconds: how long it may take.
        environ: its variables.
        executable: the file that is run; what the first word names if None.
        given: its input; none if None.
        most: how many bytes are read of each of its two outputs.

    Raises:
        OSError: it could not be run.
        TimeoutError: it took too long.
        TooMuchOutput: it printed more.
    """
    running = asyncio.create_task(_ran(words, executable, given, environ, seconds, most))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        # It is told once, and stops the program then however often the caller is cancelled.
        running.cancel()
        await asyncio.wait({running})
        raise


class _Starting(asyncio.Task[Process]):
    """The start of a process, which takes milliseconds and is not broken off by whoever is cancelled.

    Where asyncio is cancelled before it has connected the pipes, it forgets the process, or waits for ever.
    """

    def cancel(self, msg: Any | None = None) -> bool:
        """Go on to the end."""
        return False

    def give_up(self) -> None:
        """Break it off: the loop's end has cancelled what it waits for."""
        super().cancel()


async def _ran(
    words: Sequence[str],
    executable: str | None,
    given: bytes | None,
    environ: Mapping[str, str],
    seconds: float,
    most: int,
) -> ProgramResult:
    starting = _Starting(
        asyncio.create_subprocess_exec(
            *words,
            executable=executable,
            stdin=DEVNULL if given is None else PIPE,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=True,
            env=environ,
        )
    )
    cancelled: asyncio.CancelledError | None = None
    while not starting.done():
        try:
            await asyncio.wait({starting}, timeout=None if cancelled is None else _DRAIN_SECONDS)
        except asyncio.CancelledError as error:
            cancelled = error
            continue
        if not starting.done():
            starting.give_up()
    process = starting.result()
    try:
        if cancelled is not None:
            raise cancelled
        async with asyncio.timeout(seconds):
            output, complaint = await _exchanged(process, given, most)
            code = await process.wait()
    except BaseException:
        await _stop(process)
        raise
    finally:
        await _let_go(process)
    return ProgramResult(code, output, complaint)


def output_of(
    command: Sequence[str], environ: Mapping[str, str], *, seconds: float, most: int = MOST_OUTPUT
) -> bytes | None:
    """Return what a program prints, or None if it cannot be run, fails, takes too long or prints too much.

    It gets no input. Waits: not to be called on an event loop.

    Args:
        command: the program and its arguments.
        environ: its environment.
        seconds: how long it may take.
        most: how many bytes it may print.
    """
    try:
        ended = asyncio.run(run_program(command, seconds=seconds, environ=environ, most=most))
    except (OSError, ValueError, TooMuchOutput):
        return None
    return ended.output if ended.code == 0 else None


async def _exchanged(process: Process, given: bytes | None, most: int) -> tuple[bytes, bytes]:
    reading = [asyncio.ensure_future(_read(stream, most)) for stream in (process.stdout, process.stderr)]
    giving = asyncio.ensure_future(_give(process.stdin, given))
    try:
        await asyncio.gather(*reading, giving)
    finally:
        for task in (*reading, giving):
            task.cancel()
        await asyncio.gather(*reading, giving, return_exceptions=True)
    output, complaint = (task.result() for task in reading)
    return output, complaint


async def _read(stream: asyncio.StreamReader | None, most: int) -> bytes:
    content = bytearray()
    while stream is not None and (piece := await stream.read(_PIECE)):
        content += piece
        if len(content) > most:
            raise TooMuchOutput
    return bytes(content)


async def _give(stream: asyncio.StreamWriter | None, given: bytes | None) -> None:
    if stream is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stream.write(given or b"")
        await stream.drain()
    stream.close()


async def _stop(process: Process) -> None:
    # All of its group: a child that is left can hold the pipes open. macOS forbids to kill what is dead.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            # Where a pipe is full and nobody reads it, the end of the process is not told.
            await asyncio.gather(*map(_drained, (process.stdout, process.stderr)))
    await process.wait()


async def _let_go(process: Process) -> None:
    """Close the pipes: what a child of a child holds open is not waited for, nor read by anybody."""
    if process.stdin is not None and not _is_closed(process.stdin.transport):
        process.stdin.transport.abort()
    # There is no other way to it; what is left open is told as a fault when the loop is gone.
    transport: asyncio.SubprocessTransport = vars(process)["_transport"]
    transport.close()
    _reap(transport.get_extra_info("subprocess"))
    await asyncio.sleep(0)


_unreaped: list[subprocess.Popen[bytes]] = []
"""Killed, and held by the system all the same, as by a dead disk; kept so that none counts as forgotten."""


def _reap(process: subprocess.Popen[bytes]) -> None:
    """See the end of a killed process whose end nobody waited for: whoever did was cancelled again."""
    if process.returncode is None:
        try:
            process.wait(_DYING_SECONDS)
        except subprocess.TimeoutExpired:
            _unreaped.append(process)


def _is_closed(transport: asyncio.WriteTransport) -> bool:
    # One that is closed with something left to write waits for somebody to read that.
    return transport.is_closing() and not transport.get_write_buffer_size()


async def _drained(stream: asyncio.StreamReader | None) -> None:
    while stream is not None and await stream.read(_PIECE):
        continue
