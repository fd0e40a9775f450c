"""The modes the program needs of its terminal: set again where they may be lost, and reset however it ends.

Whoever attaches anew with dtach, abduco or screen has a terminal that was never told about them. Source for
their order and meaning: xterm's ctlseqs and kitty's keyboard protocol, read 2026-11.
"""

from __future__ import annotations

import asyncio
import os
import select
import termios
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from textual import constants
from textual.events import Resize

from fluxtui.app.window_changes import WindowChanges

if TYPE_CHECKING:
    from textual.drivers.linux_driver import LinuxDriver

SETTLE_SECONDS: Final = 0.2
"""How long sizes and signals may follow each other before everything is drawn anew for them."""
GIVE_BACK_SECONDS: Final = 1.0
"""How long a terminal may take to be given back where nothing else works any more."""

KEYBOARD: Final = "\x1b[<u\x1b[>25u"
"""kitty's keyboard protocol as Textual sets it; taken away first, so that it is never set twice."""
MOUSE: Final = ("\x1b[?1000h", "\x1b[?1003h", "\x1b[?1015h", "\x1b[?1006h")
SCREEN: Final = "\x1b[?1049h\x1b[?25l\x1b[?1004h\x1b[?2004h\x1b[?7l"
SIZES_IN_BAND: Final = "\x1b[?2048h"

RESET: Final = (
    "\x18\x1b[0m\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1016l\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1000l"
    "\x1b[?1004l\x1b[<u"
)
"""Every mode back to what shells expect; a picture or a file on its way is broken off first."""
LEAVE_SCREEN: Final = "\x1b[?1049l\x1b[?25h"


def last_line(rows: int) -> str:
    """Return what puts the cursor below what was drawn, for a terminal without a second screen.

    GNU screen is one unless `altscreen on` is set; one with a second screen shows the first one again.
    """
    return f"\x1b[{max(1, rows)};1H\r\n"


class TerminalModes:
    """Keeps a driver's terminal in the modes of the program for as long as it is drawn on.

    Args:
        driver: whose terminal it is.
        doubt: called on the event loop when what is on the screen may be something else than was drawn.
        is_behind: whether the terminal still has to take what was drawn before.
    """

    def __init__(self, driver: LinuxDriver, doubt: Callable[[], None], is_behind: Callable[[], bool]) -> None:
        self._driver = driver
        self._doubt = doubt
        self._changes = WindowChanges(self._look_at_size, is_behind)
        self._told: Resize | None = None
        self._size = (0, 0)
        self._attributes: list[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self.is_on = False
        """Whether the program draws, and the terminal is in its modes."""

    def begin(self) -> None:
        """Note how the terminal is now that the driver has set it up, and look after it from now on."""
        self._loop = asyncio.get_running_loop()
        self._size = self._driver._get_terminal_size()
        self._attributes = _attributes(self._driver.fileno)
        self.is_on = True
        self._changes.begin()

    def end(self) -> None:
        """Reset what the driver's own end leaves set, and leave the cursor where a prompt can follow."""
        self.is_on = False
        self._changes.end()
        if self._waiting is not None:
            self._waiting.cancel()
        self._driver.write(f"\x1b[0m\x1b[?2026l\x1b[?1016l{last_line(self._driver._get_terminal_size()[1])}")

    def tell_size(self, told: Resize) -> None:
        """Take a size that the terminal tells by itself; may be called from any thread."""
        self._told = told
        if self._loop is not None and self.is_on:
            self._loop.call_soon_threadsafe(self._changes.tell)

    def _look_at_size(self) -> None:
        """Hand on the size of the window, and renew the terminal: it may be another one than before."""
        before, self._size = self._size, self._driver._get_terminal_size()
        told, self._told = self._told, None
        if told is not None or not self._driver._in_band_window_resize:
            self._driver.send_message(told or Resize.from_dimensions(self._size, None))
        if before != self._size:
            # Textual draws everything anew for the other size.
            self.renew()
        elif told is None:
            # Nobody changed it, so somebody looks at it with another terminal than before.
            self._doubt_soon()

    def come_back(self) -> None:
        """Go on after the program was stopped without knowing: a shell may have written and changed modes."""
        if self._attributes is not None:
            _set_attributes(self._driver.fileno, self._attributes)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._doubt_soon)

    def _doubt_soon(self) -> None:
        if self._loop is None:
            return
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = self._loop.call_later(SETTLE_SECONDS, self._doubt)

    def renew(self) -> None:
        """Set every mode again; where it is set already, nothing changes."""
        mouse = "".join(MOUSE) if self._driver._mouse else ""
        keyboard = "" if constants.DISABLE_KITTY_KEY else KEYBOARD
        in_band = SIZES_IN_BAND if self._driver._in_band_window_resize else ""
        if self.is_on:
            self._driver.write(SCREEN + keyboard + mouse + in_band)

    def give_back(self) -> None:
        """Reset the terminal from any thread, past everything that waits to be written."""
        if not self.is_on:
            return
        rows = self._driver._get_terminal_size()[1]
        _write_what_it_takes(2, (RESET + last_line(rows) + LEAVE_SCREEN).encode("ascii"))
        if self._driver.attrs_before is not None:
            _set_attributes(self._driver.fileno, self._driver.attrs_before)


def _write_what_it_takes(descriptor: int, data: bytes) -> None:
    end = time.monotonic() + GIVE_BACK_SECONDS
    while data and select.select([], [descriptor], [], max(0.0, end - time.monotonic()))[1]:
        try:
            data = data[os.write(descriptor, data[:64]) :]
        except OSError:
            return


def _attributes(descriptor: int) -> list[Any] | None:
    try:
        return termios.tcgetattr(descriptor)
    except termios.error:
        return None


def _set_attributes(descriptor: int, attributes: list[Any]) -> None:
    try:
        termios.tcsetattr(descriptor, termios.TCSANOW, attributes)
    except termios.error:
        return
