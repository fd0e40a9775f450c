"""The picture view in a real terminal: what goes over the line, frames and pictures together."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

PROGRAM = """
import sys
from pathlib import Path
from textual.app import App
from textual.screen import ModalScreen
from textual.widgets import Label, Static
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.widgets.pictures.view import PictureView

class Question(ModalScreen):
    BINDINGS = [("c", "app.pop_screen", "close")]
    def compose(self):
        yield Label("QUESTION")

class Demo(App):
    BINDINGS = [("o", "open", "open"), ("q", "quit", "quit"), ("t", "other", "other")]
    def compose(self):
        yield Static("beside")
        yield PictureView(TerminalProfile(GraphicsProtocol(sys.argv[1])), Path(sys.argv[2]))
    def action_open(self):
        self.push_screen(Question())
    def action_other(self):
        self.query_one(Static).update("CHANGED", layout=False)

Demo().run()
"""

SIXEL = re.compile(rb"\x1b7\x1b\[\d+;\d+H\x1bP0;1;0q[^\x1b]*\x1b\\\x1b8")
KITTY = re.compile(rb"\x1b_G[^\x1b]*\x1b\\")


class Line:
    """A program at the other end of a terminal line."""

    def __init__(self, protocol: str, picture: Path) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        for name in ("NO_COLOR", "TMUX", "COLUMNS", "LINES"):
            environ.pop(name, None)
        environ["PYTHONPATH"] = str(Path(__file__).parents[2])
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, protocol, str(picture)],
            stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.heard = b""

    def until(self, enough: Callable[[bytes], bool], seconds: float = 40.0) -> bytes:
        """What the program writes until it is enough and nothing follows, or until it ends."""
        heard, deadline = b"", time.monotonic() + seconds
        while time.monotonic() < deadline:
            new = self._read(0.3)
            if new is None or (not new and enough(heard)):
                break
            heard += new
        assert enough(heard), heard[-300:]
        self.heard += heard
        return heard

    def _read(self, seconds: float) -> bytes | None:
        """New bytes, none if it was silent for so long, None if the program has ended."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        try:
            return os.read(self.master, 65536) if ready else b""
        except OSError:
            return None

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.process.pid, signal.SIGWINCH)

    def key(self, key: str) -> None:
        os.write(self.master, key.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait(50)
        os.close(self.master)


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    path = tmp_path / "noise.png"
    Image.merge("RGB", [Image.effect_noise((400, 400), 25) for _ in range(3)]).save(path)
    return path


@pytest.fixture
def connect(noise: Path) -> Iterator[Callable[[str], Line]]:
    lines: list[Line] = []

    def open_line(protocol: str) -> Line:
        lines.append(Line(protocol, noise))
        return lines[-1]

    yield open_line
    for line in lines:
        line.close()


def sixels(heard: bytes) -> int:
    return len(SIXEL.findall(heard))


def test_sixel_goes_around_a_dialog_and_stays_whole(connect: Callable[[str], Line]) -> None:
    line = connect("sixel")
    line.until(lambda heard: sixels(heard) > 3)
    pieces = len(set(SIXEL.findall(line.heard)))
    line.key("t")
    assert sixels(line.until(lambda heard: b"CHANGED" in heard)) == 0
    line.key("o")
    assert sixels(line.until(lambda heard: b"QUESTION" in heard)) == 0
    line.key("c")
    assert sixels(line.until(lambda heard: sixels(heard) >= pieces)) >= pieces
    assert line.heard.count(b"\x1bP0;1;0q") == sixels(line.heard)


def test_sixel_follows_a_resize(connect: Callable[[str], Line]) -> None:
    line = connect("sixel")
    assert reach(line.until(lambda heard: sixels(heard) > 3)) == (2, 24)
    line.resize(60, 12)
    assert reach(line.until(lambda heard: sixels(heard) > 1)) == (2, 12)


def reach(heard: bytes) -> tuple[int, int]:
    """The first row of a picture's pixels, and the one after the last that they can be in, counted from 1."""
    places = re.findall(rb"\x1b7\x1b\[(\d+);\d+H\x1bP0;1;0q\"1;1;\d+;(\d+)", heard)
    return min(int(row) for row, _ in places), max(int(row) + int(high) // 20 for row, high in places) - 1


def test_kitty_sends_a_picture_once_and_deletes_it_at_the_end(connect: Callable[[str], Line]) -> None:
    line = connect("kitty")
    placeholder = "\U0010eeee".encode()
    line.until(lambda heard: placeholder in heard)
    line.key("o")
    line.until(lambda heard: b"QUESTION" in heard)
    line.key("c")
    assert placeholder in line.until(lambda heard: placeholder in heard)
    line.key("q")
    line.until(lambda heard: b"a=d,d=I" in heard)
    assert sum(b"a=T" in command for command in KITTY.findall(line.heard)) == 1
