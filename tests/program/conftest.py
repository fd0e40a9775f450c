"""The real program in a pseudo-terminal: typed at, read from the screen, killed."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyte
import pytest
from PIL import Image, ImageDraw

from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.picture import Picture
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService

PATIENCE = 20.0
"""Seconds that a screen may take to show what is waited for; far more than it needs."""

LOOKS = 0.3
"""Seconds to wait for a first change after a key."""

READING = 0.4
"""Seconds for which a question is read; one that costs takes no answer that comes quicker than people."""

STILL = 0.15
"""Seconds without a change after which a screen counts as painted: a busy machine has gaps within a frame."""

SURE = 0.3
"""The same where the next key must go to what is seen."""

EDITED = "3e3e3e"
"""The background of a field that has the focus, in the theme that the tests use."""

KEYS: Mapping[str, bytes] = {
    "f1": b"\x1bOP",
    "f2": b"\x1bOQ",
    "f3": b"\x1bOR",
    "f4": b"\x1bOS",
    "f5": b"\x1b[15~",
    "f6": b"\x1b[17~",
    "f7": b"\x1b[18~",
    "f8": b"\x1b[19~",
    "enter": b"\r",
    "tab": b"\t",
    "shift+tab": b"\x1b[Z",
    "escape": b"\x1b",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "delete": b"\x1b[3~",
    "backspace": b"\x7f",
    **{f"ctrl+{letter}": bytes([ord(letter) - 96]) for letter in "acdefgklnpqrstuz"},
}

# A session leader gets signals of its terminal only once the terminal is its own.
TAKE_TERMINAL = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execvp(sys.argv[1], sys.argv[1:])\n"
)


class Terminal:
    """A plain terminal (text and colours, no pictures) with the program running in it.

    Args:
        arguments: of the command line, after `fluxtui`.
        environ: variables beside those of the test.
        size: columns and rows; (0, 0) is a terminal that tells none, and shows 80x24.
        through: the command that starts the program, given its command line; none where it starts directly.
        name: what it answers when asked for its name; `''` if it does not.
        answer: is handed all that the program sends, and returns what the terminal says to that.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str] | None = None,
        size: tuple[int, int] = (80, 24),
        through: Sequence[str] = (),
        name: str = "",
        answer: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self._name = f"\x1bP>|{name}\x1b\\".encode() if name else b""
        self._answer = answer
        self._screen = pyte.Screen(*(size if all(size) else (80, 24)))
        self._stream = pyte.ByteStream(self._screen)
        self._changed = threading.Condition(threading.RLock())
        self._received = bytearray()
        self._closed = False
        self._master, slave = pty.openpty()
        self._set_size(*size)
        # These would come before the terminal's true size.
        variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", TAKE_TERMINAL, *through, sys.executable, "-m", "fluxtui", *arguments],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                env={**variables, "TERM": "xterm-256color", **(environ or {})},
            )
        finally:
            os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        # A terminal that has lost its program answers reads with an error.
        with suppress(OSError):
            while data := os.read(self._master, 65536):
                if b"\x1b[c" in data:
                    os.write(self._master, self._name + b"\x1b[?62;22c")
                if self._answer is not None:
                    os.write(self._master, self._answer(data))
                with self._changed:
                    self._received += data
                    self._stream.feed(data)
                    self._changed.notify_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        with self._changed:
            return "\n".join(self._screen.display)

    @property
    def received(self) -> bytes:
        """All bytes that the program ever sent."""
        with self._changed:
            return bytes(self._received)

    def wait_for_bytes(self, condition: Callable[[bytes], bool], seconds: float = PATIENCE) -> bytes:
        """Wait until what the program sent fulfils a condition, and return it."""
        with self._changed:
            self._changed.wait_for(lambda: condition(self.received) or self._closed, seconds)
            assert condition(self.received), f"never sent what was hoped for:\n{self.text}"
            return self.received

    @property
    def cursor_line(self) -> str:
        """The line of the screen where the cursor is: that of the field being edited."""
        with self._changed:
            return self._screen.display[self._screen.cursor.y]

    @property
    def is_editing(self) -> bool:
        """Whether the cursor is in a field that is edited, and not where the last drawing left it."""
        with self._changed:
            cursor = self._screen.cursor
            return self._screen.buffer[cursor.y][cursor.x].bg == EDITED

    def go_to(self, words: str, key: str = "tab") -> None:
        """Press a key until the cursor is in a field on a line with some words."""
        for _ in range(60):
            if not self._is_at(words):
                self.press(key)
                continue
            # On a busy machine a key before may only now take effect.
            self._settle(SURE)
            if self._is_at(words):
                return
        raise AssertionError(f"no field with {words}:\n{self.text}")

    def _is_at(self, words: str) -> bool:
        return words in self.cursor_line and self.is_editing

    def wait_for(self, *wanted: str, seconds: float = PATIENCE) -> str:
        """Wait until all of some words are on the screen, and return the screen."""
        return self.wait_until(lambda text: all(words in text for words in wanted), f"{wanted}", seconds)

    def wait_until(
        self, condition: Callable[[str], bool], what: str = "what was hoped for", seconds: float = PATIENCE
    ) -> str:
        """Wait until the screen fulfils a condition, and return it."""

        def shown() -> str:
            return "\n".join(self._screen.display)

        with self._changed:
            self._changed.wait_for(lambda: condition(shown()) or self._closed, seconds)
            text = shown()
        assert condition(text), f"the screen never showed {what}:\n{text}"
        return text

    def write(self, data: bytes) -> None:
        """Send bytes as if typed."""
        os.write(self._master, data)

    def type(self, text: str) -> None:
        """Type text, and look what came of it."""
        self._write_and_look(text.encode())

    def paste(self, data: bytes) -> None:
        """Paste bytes the way a terminal hands them over, and look what came of it."""
        self._write_and_look(b"\x1b[200~" + data + b"\x1b[201~")

    def press(self, *keys: str) -> None:
        """Press keys by name, looking after each what came of it as a person does."""
        for key in keys:
            self._write_and_look(KEYS.get(key) or key.encode())

    def confirm(self, *question: str) -> None:
        """Wait for a question, read it, and say yes."""
        self.wait_for(*question)
        time.sleep(READING)
        self.press("y")

    def _write_and_look(self, data: bytes) -> None:
        with self._changed:
            self.write(data)
            self.look()

    def look(self) -> None:
        """Wait until the screen has changed and is still again; not every key changes it."""
        with self._changed:
            if self._changed.wait(LOOKS):
                self._settle(STILL)

    def _settle(self, still: float) -> None:
        """Wait until the screen has been still for some seconds, or it is clear that it will not be."""
        with self._changed:
            end = time.monotonic() + 20 * still
            while self._changed.wait(still) and not self._closed and time.monotonic() < end:
                continue

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window; what is not told, as 0, stays on the screen as it was."""
        with self._changed:
            self._screen.resize(rows or None, columns or None)
        self._set_size(columns, rows)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for_end(self, seconds: float = PATIENCE) -> int:
        """Wait until the program has ended, and return its exit code."""
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End the program as a power cut would."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)

    def close_reading(self) -> None:
        """Read all that a program which has ended has written."""
        self._reader.join(PATIENCE)

    def close(self) -> None:
        """End the program and the terminal."""
        self.kill()
        self._reader.join(PATIENCE)
        os.close(self._master)


StartProgram = Callable[..., Terminal]


@pytest.fixture
def start_program() -> Iterator[StartProgram]:
    """Return what starts the program in a terminal of its own: `start_program("demo", ...)`."""
    terminals: list[Terminal] = []

    def start(*arguments: object, **options: Any) -> Terminal:
        terminals.append(Terminal([str(argument) for argument in arguments], **options))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


class Demo:
    """A quick demo in a directory of its own, with what it and its simulator wrote down.

    Args:
        folder: its data directory.
        start: starts a program in a terminal.
    """

    def __init__(self, folder: Path, start: StartProgram) -> None:
        self.folder = folder
        self._start = start

    def start(self, *, training: float = 1.0, image: float = 0.3, **options: Any) -> Terminal:
        """Start the program; `training` and `image` are the seconds that each takes; see `Terminal`."""
        speed = ("--seconds-per-training", training, "--seconds-per-image", image)
        return self._start("demo", "--data-dir", self.folder, *speed, **options)

    @property
    def _ready(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "simulator" / "ready.json").read_text()))

    def kill_simulator(self) -> None:
        """End the simulator as a crash would."""
        os.kill(int(self._ready["pid"]), signal.SIGKILL)

    def simulated(self, path: str) -> Any:
        """Return what the simulator answers under `/simulator/`."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        ready = self._ready
        asked = urllib.request.Request(  # noqa: S310
            f"{ready['submit_url']}/simulator/{path}", headers={"x-simulator-key": ready["admin_key"]}
        )
        with opener.open(asked, timeout=PATIENCE) as answer:
            return json.load(answer)

    async def records(self) -> tuple[tuple[Job, ...], tuple[Finetune, ...], tuple[Picture, ...]]:
        """Return all jobs (newest first), finetunes and pictures (newest first) of the journal."""
        journal = Journal(StorageService(self.folder).journal_path)
        await journal.open()
        try:
            return (
                await journal.jobs.recent(),
                await journal.finetunes.all(),
                await journal.pictures.recent(),
            )
        finally:
            await journal.close()


@pytest.fixture
def demo(tmp_path: Path, start_program: StartProgram) -> Iterator[Demo]:
    """Return a quick demo; its simulator ends with the test."""
    made = Demo(tmp_path / "demo", start_program)
    yield made
    with suppress(OSError, ValueError):
        made.kill_simulator()


@pytest.fixture
def sunsets(tmp_path: Path) -> Path:
    """Return a folder of pictures in the colours of a sunset: no green and hardly any blue."""
    folder = tmp_path / "sunsets"
    folder.mkdir()
    for number in range(6):
        picture = Image.linear_gradient("L").resize((320, 320)).rotate(number * 4)
        red = picture.point(lambda level: 150 + level * 105 // 255)
        green = picture.point(lambda level: level * 90 // 255)
        sunset = Image.merge("RGB", (red, green, Image.new("L", picture.size, 20)))
        ImageDraw.Draw(sunset).ellipse((90 + number * 20, 120, 170 + number * 20, 200), (255, 200, 40))
        sunset.save(folder / f"sunset-{number}.jpg", quality=92)
        (folder / f"sunset-{number}.txt").write_text(f"sunset number {number}", encoding="utf-8")
    return folder
