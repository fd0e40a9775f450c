"""A terminal played by a thread at the other end of a real pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

Answers = dict[str, bytes]


class PlayedTerminal:
    """Answers questions after `delay` seconds, each question pattern with its bytes."""

    def __init__(self, answers: Answers, delay: float = 0.0, pixels: tuple[int, int] = (0, 0)) -> None:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(
            self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, pixels[0] * 80, pixels[1] * 24)
        )
        self.heard = b""
        self._answers = [
            (re.compile(pattern.encode(), re.DOTALL), answer) for pattern, answer in answers.items()
        ]
        self._delay = delay
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def _play(self) -> None:
        due: list[tuple[float, bytes]] = []
        heard = b""
        while not self._end.is_set():
            ready, _, _ = select.select([self.master], [], [], 0.01)
            if ready:
                new = os.read(self.master, 4096)
                self.heard += new
                heard += new
                due += [(time.monotonic() + self._delay, answer) for answer in self._questions_in(heard)]
                if due:
                    heard = b""
            while due and due[0][0] <= time.monotonic():
                os.write(self.master, due.pop(0)[1])

    def _questions_in(self, heard: bytes) -> list[bytes]:
        found = [(match.start(), answer) for ask, answer in self._answers for match in ask.finditer(heard)]
        return [answer for _, answer in sorted(found)]

    def left_over(self, seconds: float = 0.05) -> bytes:
        """What a program that starts now would find typed."""
        before = termios.tcgetattr(self.slave)
        raw = [*before[:3], before[3] & ~(termios.ICANON | termios.ECHO), *before[4:]]
        termios.tcsetattr(self.slave, termios.TCSANOW, raw)
        ready, _, _ = select.select([self.slave], [], [], seconds)
        found = os.read(self.slave, 4096) if ready else b""
        termios.tcsetattr(self.slave, termios.TCSANOW, before)
        return found

    def close(self) -> None:
        self._end.set()
        self._thread.join(5)
        os.close(self.master)
        os.close(self.slave)


PlayTerminal = Callable[..., PlayedTerminal]


@pytest.fixture
def play_terminal() -> Iterator[PlayTerminal]:
    played: list[PlayedTerminal] = []

    def play(answers: Answers, delay: float = 0.0, pixels: tuple[int, int] = (0, 0)) -> PlayedTerminal:
        played.append(PlayedTerminal(answers, delay, pixels))
        return played[-1]

    yield play
    for terminal in played:
        terminal.close()


@pytest.fixture
def photo() -> Image.Image:
    """A picture with gradients and noise, as hard to compress as a photograph."""
    size = (640, 480)
    noise = Image.effect_noise(size, 20)
    parts = (Image.linear_gradient("L").resize(size), Image.radial_gradient("L").resize(size), noise)
    return Image.merge("RGB", parts)


@pytest.fixture
def photo_file(photo: Image.Image, tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    photo.save(path)
    return path
