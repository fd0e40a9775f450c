"""A program in a pseudo-terminal, watched from outside: what it writes, when, and the memory it takes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ANSWERS = {
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[>q": b"\x1bP>|benchmark 1\x1b\\",
    b"\x1b[>0q": b"\x1bP>|benchmark 1\x1b\\",
    b"\x1b[16t": b"\x1b[6;20;10t",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[5n": b"\x1b[0n",
}
"""What a plain modern terminal without graphics answers to questions."""


SLOW_READ = 2048
"""Bytes taken at once from a program behind a slow line."""


@dataclass(frozen=True)
class Output:
    """What came in a stretch of time: bytes, milliseconds to the first and to the last of them."""

    size: int
    first: float
    last: float


class PseudoTerminal:
    """Runs a command in a terminal of its own and plays the terminal.

    Args:
        command: program and arguments.
        columns: width in cells.
        rows: height in cells.
        cell: width and height of a cell in pixels; (0, 0) for a terminal that does not tell.
        environ: variables beside those of this process.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int,
        rows: int,
        cell: tuple[int, int] = (0, 0),
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.started = time.perf_counter()
        self.process, self._master = pty.fork()
        if self.process == 0:
            os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor", **(environ or {})})
            # An installed program has its modules compiled.
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            os.execvp(command[0], list(command))
        size = struct.pack("HHHH", rows, columns, columns * cell[0], rows * cell[1])
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)
        self.written = b""
        self.rate: float | None = None
        """Bytes a second that the line carries; None for as many as come."""

    def __enter__(self) -> PseudoTerminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self._master)

    def until(self, text: str, seconds: float = 20.0) -> float:
        """Read until `text` was written; return milliseconds since the start. Raises TimeoutError."""
        end = time.perf_counter() + seconds
        while text.encode() not in self.written:
            if time.perf_counter() > end:
                raise TimeoutError(f"{text!r} did not appear; the last words: {self.written[-300:]!r}")
            self._read(0.05)
        return (time.perf_counter() - self.started) * 1000

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._master, text.encode())

    def press(
        self, keys: bytes, quiet: float = 0.6, most: float = 3.0, also: Callable[[], bool] = lambda: True
    ) -> Output:
        """Type `keys` and return what came until `quiet` seconds passed without output; see `listen`."""
        os.write(self._master, keys)
        return self.listen(quiet, most, also)

    def listen(
        self, quiet: float = 0.25, most: float = 3.0, also: Callable[[], bool] = lambda: True
    ) -> Output:
        """Return what comes until `quiet` seconds pass without output, `most` seconds at the most.

        `also` has to be true as well for an end before `most`.
        """
        begin = last = time.perf_counter()
        first = 0.0
        size = 0
        while (now := time.perf_counter()) - begin < most and (now - last < quiet or not also()):
            chunk = self._read(0.01)
            if chunk:
                last = time.perf_counter()
                first = first or (last - begin) * 1000
                size += len(chunk)
        return Output(size, first, (last - begin) * 1000 if size else 0.0)

    def until_written(self, path: Path, keys: bytes, seconds: float = 10.0) -> str:
        """Type `keys`, read on until the program has written a file, and return its text."""
        os.write(self._master, keys)
        end = time.perf_counter() + seconds
        while not path.exists():
            if time.perf_counter() > end:
                raise TimeoutError(f"{path} was not written")
            self._read(0.02)
        return path.read_text()

    def memory(self) -> float:
        """Return the resident memory of the program in MiB (Linux)."""
        with open(f"/proc/{self.process}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _read(self, seconds: float) -> bytes:
        readable, _, _ = select.select([self._master], [], [], seconds)
        if not readable:
            return b""
        try:
            chunk = os.read(self._master, 1 << 16 if self.rate is None else SLOW_READ)
        except OSError:
            raise SystemExit(f"the program ended; its last words: {self.written[-500:]!r}") from None
        self.written += chunk
        if self.rate is not None:
            time.sleep(len(chunk) / self.rate)
        for question, answer in ANSWERS.items():
            # One that is cut in two is asked once as well.
            before = self.written[-len(chunk) - len(question) + 1 : -len(chunk)]
            for _ in range((before + chunk).count(question)):
                os.write(self._master, answer)
        return chunk
