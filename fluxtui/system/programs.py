"""Asking another program something: within bounds, whatever it prints and however long it takes."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

MOST_BYTES = 64_000
"""Of an answer; one that is longer is none."""


def output_of(
    command: Sequence[str], environ: Mapping[str, str], *, seconds: float, most: int = MOST_BYTES
) -> bytes | None:
    """Return what a program prints, or None if it cannot be run, fails, takes too long or prints too much.

    It gets no input. What it leaves running is not waited for.

    Args:
        command: the program and its arguments.
        environ: its environment.
        seconds: how long it may take.
        most: how many bytes it may print.
    """
    try:
        process = subprocess.Popen(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, ValueError):
        return None
    end = time.monotonic() + seconds
    try:
        answer = _read(process, end, most)
        code = process.wait(max(end - time.monotonic(), 0.0))
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.stdout is not None:
            process.stdout.close()
        process.kill()
        # A process that does not even end by that is left; it is collected with ours.
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    return answer if code == 0 else None


def _read(process: subprocess.Popen[bytes], end: float, most: int) -> bytes:
    """Return all that a process prints. Raises `TimeoutExpired` where that takes too long or is too much."""
    answer = b""
    with selectors.DefaultSelector() as selector:
        if process.stdout is None:
            return answer
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0 and len(answer) <= most:
            if not selector.select(left):
                continue
            block = os.read(process.stdout.fileno(), 65_536)
            if not block:
                return answer
            answer += block
    raise subprocess.TimeoutExpired(process.args, 0)
