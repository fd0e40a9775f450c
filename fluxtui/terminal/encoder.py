"""Encoding pictures in a process of its own.

A sixel picture is a second of work for the interpreter, and a thread that has it holds the event loop up: on
a busy machine for a tenth of a second at a time. The process is started by the first picture that is drawn in
pixels, takes pixels and gives pieces through its pipes, and ends with ours.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
from functools import cache
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any, BinaryIO

from fluxtui.system.dataclass import dataclass
from fluxtui.system.interpreter import bare_environ, module_command, module_environ
from fluxtui.terminal.encoding import encode
from fluxtui.terminal.pieces import PaintedPicture
from fluxtui.terminal.profile import TerminalProfile

if TYPE_CHECKING:
    from PIL.Image import Image

COMMAND = module_command("fluxtui.terminal.encoder")

POLITENESS = 5
"""By how much the process is nicer than ours: a key must not wait for a picture."""

_FAILURES = (OSError, EOFError, ValueError, LookupError, AttributeError, ImportError, pickle.UnpicklingError)
"""What comes of a process that cannot start, has ended, or says what nobody understands."""

Encoded = PaintedPicture | bytes


@dataclass(frozen=True)
class _Order:
    """What is to be encoded: three bytes for each pixel, and the place it takes."""

    size: tuple[int, int]
    pixels: bytes
    columns: int
    rows: int
    profile: TerminalProfile


ANSWER_SECONDS = 20.0
"""How long a picture may take there; many times what the largest does on a slow machine."""


class Encoder:
    """Encodes one picture at a time in the other process; where there can be none, here."""

    def __init__(self, command: tuple[str, ...] = COMMAND, *, seconds: float = ANSWER_SECONDS) -> None:
        self._command = command
        self._seconds = seconds
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._has_failed = False

    @property
    def process_id(self) -> int | None:
        """The process's id, None while there is none."""
        return self._process.pid if self._process is not None else None

    def encode(self, image: Image, columns: int, rows: int, profile: TerminalProfile) -> Encoded:
        """The picture in the terminal's own protocol; see `encoding.encode`. To be called in a thread."""
        with self._lock:
            if not self._has_failed:
                order = _Order(image.size, image.convert("RGB").tobytes(), columns, rows, profile)
                try:
                    return self._ask(order)
                except _FAILURES:
                    self._has_failed = True
                    self._end()
        return encode(image, columns, rows, profile)

    def _ask(self, order: _Order) -> Encoded:
        if self._process is None:
            atexit.register(self.close)
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=module_environ(bare_environ()),
                # What is typed for a suspended or interrupted program is not for it.
                start_new_session=True,
            )
        to, back = self._process.stdin, self._process.stdout
        if to is None or back is None:
            raise OSError("the encoder has no pipes")
        # One that was stopped from outside would never answer; without it, the pipes end.
        overdue = Timer(self._seconds, self._process.kill)
        overdue.daemon = True
        overdue.start()
        try:
            _write(to, order)
            answer = pickle.load(back)  # noqa: S301  our own process; no file of anybody's is in it
        finally:
            overdue.cancel()
        if not isinstance(answer, PaintedPicture | bytes):
            raise EOFError
        return answer

    def close(self) -> None:
        """End the process, also where it is waited for."""
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


@cache
def shared_encoder() -> Encoder:
    """The one encoder of this program; its process starts with the first picture."""
    return Encoder()


def _write(file: BinaryIO | Any, value: object) -> None:
    pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
    file.flush()


def main() -> None:
    """Encode what comes in until the other side closes."""
    from PIL import Image

    os.nice(POLITENESS)
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            order = pickle.load(orders)  # noqa: S301  from the program that started us
        except EOFError:
            return
        image = Image.frombytes("RGB", order.size, order.pixels)
        _write(answers, encode(image, order.columns, order.rows, order.profile))


if __name__ == "__main__":
    main()
