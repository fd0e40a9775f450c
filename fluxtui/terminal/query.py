"""A question to the terminal and its answer, before anybody else reads what is typed."""

from __future__ import annotations

import os
import select
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

LATE_SECONDS: Final = 0.3
"""Silence after a time-out that is believed; until then answers are still taken, or they would be typed."""
MAX_LATE_SECONDS: Final = 2.0
MAX_REPLY_BYTES: Final = 8192


def converse(
    question: bytes, is_answered: Callable[[bytes], bool], reading: int, writing: int, seconds: float
) -> bytes:
    """Ask, and return what is read until all is answered or the time is over; the terminal is as before."""
    try:
        with _unbuffered(reading):
            os.write(writing, question)
            data = _read(is_answered, reading, b"", seconds)
            late = time.monotonic() + MAX_LATE_SECONDS
            while not is_answered(data) and time.monotonic() < late:
                before = data
                data = _read(is_answered, reading, before, LATE_SECONDS)
                if data == before:
                    break
            return data
    except (termios.error, OSError):
        return b""


@contextmanager
def _unbuffered(reading: int) -> Iterator[None]:
    """Keys without echo and without waiting for Enter, for as long as the context lasts."""
    before = termios.tcgetattr(reading)
    try:
        tty.setcbreak(reading, termios.TCSANOW)
        yield
    finally:
        termios.tcsetattr(reading, termios.TCSANOW, before)


def _read(is_answered: Callable[[bytes], bool], reading: int, data: bytes, seconds: float) -> bytes:
    """Return the bytes so far and those that come within the time, until all is answered."""
    deadline = time.monotonic() + seconds
    while not is_answered(data) and len(data) < MAX_REPLY_BYTES:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(reading, 1024) if ready else b""
        if not chunk:
            break
        data += chunk
    return data
