"""A terminal of tests with the real program in it: typed at, read once a frame is whole, closed, killed.

Nothing here waits for a time. The program acts on keys in their order, so keys are written as they come; what
they lead to is waited for by what is seen, and where that tells nothing by `synchronise`.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import pyte

PATIENCE = 40.0
"""Seconds after which a test has failed; with other work beside it the program takes many times as long."""

ANSWERED_SOON = 0.5
"""Seconds after which a key that was not answered is pressed again."""

DRAG = 0.05
"""Seconds between two sizes of a window that is dragged."""
FULL = 0.5
"""Seconds after which a way that has no room is full: nobody takes anything from it."""

EDITED = "3c3f47"
"""The background of a field that has the focus, in the theme that the tests use."""

DRAW_ANEW = b"\x1f"
"""Ctrl+/, which draws everything anew."""
MODES = ("1000", "1003", "1006", "1004", "2004")
"""Of the mouse, the focus and pastes, which the program sets and has to reset."""
MODES_SET = b"\x1b[?1049h"
"""Begins what is sent when everything is drawn anew."""
FRAME, FRAME_END = b"\x1b[?2026h", b"\x1b[?2026l"
"""Between these is one frame, which a terminal shows as a whole: what is seen is never half a frame.

Source: the specification of synchronized output by Christian Parpart, read 2026-11.
"""
CUT_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*)?\Z")
UNKNOWN_TO_PYTE = b"\x1b[<u"
"""What it would show as a letter."""
QUERIES = re.compile(rb"\x1b\[(?:\?2026\$p|c)")
HAS_FRAMES = b"\x1b[?2026;2$y"
WHAT_IT_IS = b"\x1b[?62;22c"

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
    # As kitty tells it: one byte alone is this key only after a pause.
    "escape": b"\x1b[27u",
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

# A session leader gets signals of its terminal only once the terminal is its own. Whoever runs the tests
# under nohup has a hang-up ignored, which the program respects.
TAKE_TERMINAL = (
    "import fcntl, os, signal, sys, termios\n"
    "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
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
        self._asked = b""
        self._begun = b""
        self._text: str | None = None
        self._closed = False
        self._master, slave = pty.openpty()
        self._way = os.ttyname(slave)
        self._wake, self._waker = os.pipe()
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
            while self._wake not in select.select([self._master, self._wake], [], [])[0]:
                data = os.read(self._master, 65536)
                if not data:
                    break
                os.write(self._master, self._replies(data))
                with self._changed:
                    self._received += data
                    self._show(data)
                    self._changed.notify_all()
        with self._changed:
            self._stream.feed(self._begun)
            self._begun = b""
            self._text = None
            self._closed = True
            self._changed.notify_all()

    def _replies(self, data: bytes) -> bytes:
        """Return what the terminal answers, questions that came in two pieces too."""
        asked = self._asked + data
        replies, end = b"" if self._answer is None else self._answer(data), 0
        for query in QUERIES.finditer(asked):
            replies += HAS_FRAMES if query[0].endswith(b"p") else self._name + WHAT_IT_IS
            end = query.end()
        self._asked = asked[max(end, len(asked) - 8) :]
        return replies

    def _show(self, data: bytes) -> None:
        """Show all but a frame that is not whole yet."""
        data = self._begun + data
        whole = data.rfind(FRAME)
        if whole <= data.rfind(FRAME_END):
            cut = CUT_SEQUENCE.search(data)
            whole = cut.start() if cut else len(data)
        self._begun = data[whole:]
        self._stream.feed(data[:whole].replace(UNKNOWN_TO_PYTE, b""))
        self._text = None

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        with self._changed:
            if self._text is None:
                self._text = "\n".join(self._screen.display)
            return self._text

    @property
    def received(self) -> bytes:
        """All bytes that the program ever sent."""
        with self._changed:
            return bytes(self._received)

    def wait_for_bytes(self, condition: Callable[[bytes], bool], since: int = 0) -> bytes:
        """Wait until what the program sent from a place on fulfils a condition, and return that."""
        with self._changed:
            self._changed.wait_for(lambda: condition(bytes(self._received[since:])) or self._closed, PATIENCE)
            sent = bytes(self._received[since:])
            assert condition(sent), f"never sent what was hoped for:\n{self.text}"
            return sent

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
            self.synchronise()
            if words in self.cursor_line and self.is_editing:
                return
            self.press(key)
        raise AssertionError(f"no field with {words}:\n{self.text}")

    def wait_for(self, *wanted: str, seconds: float = PATIENCE) -> str:
        """Wait until all of some words are on the screen, and return the screen."""
        return self.wait_until(lambda text: all(words in text for words in wanted), f"{wanted}", seconds)

    def wait_until(
        self, condition: Callable[[str], bool], what: str = "what was hoped for", seconds: float = PATIENCE
    ) -> str:
        """Wait until the screen fulfils a condition, and return it."""
        with self._changed:
            self._changed.wait_for(lambda: condition(self.text) or self._closed, seconds)
            assert condition(self.text), f"the screen never showed {what}:\n{self.text}"
            return self.text

    def write(self, data: bytes) -> None:
        """Send bytes as if typed."""
        os.write(self._master, data)

    def type(self, text: str) -> None:
        """Type text."""
        self.write(text.encode())

    def paste(self, data: bytes) -> None:
        """Paste bytes the way a terminal hands them over."""
        self.write(b"\x1b[200~" + data + b"\x1b[201~")

    def press(self, *keys: str) -> None:
        """Press keys by name."""
        for key in keys:
            self.write(KEYS.get(key) or key.encode())

    def confirm(self, *question: str) -> None:
        """Wait for a question, until it can have been read, and say yes."""
        self.wait_for(*question)
        # One that costs takes no key, not even this one, before somebody can have read it.
        self.synchronise()
        self.press("y")

    def synchronise(self) -> None:
        """Wait until every key that was pressed has been acted on, and what came of them is drawn."""
        with self._changed:
            before = len(self._received)
        end = time.monotonic() + PATIENCE

        def is_drawn() -> bool:
            modes = self._received.find(MODES_SET, before)
            return modes >= 0 and self._received.find(FRAME_END, modes) >= 0

        while True:
            self.write(DRAW_ANEW)
            with self._changed:
                if self._changed.wait_for(lambda: is_drawn() or self._closed, ANSWERED_SOON):
                    return
                assert time.monotonic() < end, f"keys are not acted on:\n{self.text}"

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window; what is not told, as 0, stays on the screen as it was."""
        with self._changed:
            self._screen.resize(rows or None, columns or None)
            self._text = None
        self._set_size(columns, rows)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def stall(self) -> None:
        """Take nothing of what the program sends any more."""
        os.write(self._waker, b"!")
        self._reader.join(PATIENCE)

    def go_on(self) -> None:
        """Take again what the program sends, after `stall`."""
        os.read(self._wake, 1)
        self._closed = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def fill(self) -> None:
        """Let the program draw until there is no room left on the way to a terminal that takes nothing."""
        end = time.monotonic() + PATIENCE
        way = os.open(self._way, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            for step in itertools.count():
                self._set_size(120, 40 + step % 2)
                # No faster than somebody can drag a window.
                time.sleep(DRAG)
                if not select.select([], [way], [], 0)[1] and not select.select([], [way], [], FULL)[1]:
                    return
                assert time.monotonic() < end, "the way to the terminal is never full"
        finally:
            os.close(way)

    def drag(self, steps: int) -> None:
        """Change the size of the window step by step, no faster than somebody can drag it."""
        for step in range(steps):
            self._set_size(120, 40 + step % 2)
            time.sleep(DRAG)

    def hang_up(self) -> None:
        """Close the window; the kernel hangs the program up."""
        self.stall()
        os.close(self._master)
        self._master = -1

    def wait_for_end(self, seconds: float = PATIENCE) -> int:
        """Wait until the program has ended, and return its exit code."""
        return self.process.wait(seconds)

    def is_given_back(self) -> None:
        """See that the program has reset every mode at its end, and that a prompt can follow what it drew."""
        sent = self.wait_for_bytes(lambda sent: b"\x1b[?1049l" in sent)
        for mode in MODES:
            assert sent.rindex(f"\x1b[?{mode}l".encode()) > sent.rindex(f"\x1b[?{mode}h".encode())
        assert sent.rindex(b"\x1b[<u") > sent.rindex(b"\x1b[>25u")
        assert sent.rindex(b"\x1b[?25h") > sent.rindex(b"\x1b[?25l")
        # Where there is no second screen to leave, the cursor is below what was drawn.
        last_line = sent.rindex(b"\x1b[24;1H\r")
        assert last_line < sent.rindex(b"\x1b[?1049l")
        assert b"F6" not in sent[last_line:]

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
        self.stall()
        for descriptor in (self._master, self._wake, self._waker):
            if descriptor >= 0:
                os.close(descriptor)
