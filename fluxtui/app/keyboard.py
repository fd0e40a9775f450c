"""The reading of the keyboard, made to survive what terminals and people send."""

from __future__ import annotations

import codecs
import os
import select
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from textual import constants

from fluxtui.app.input_events import InputEvents
from fluxtui.terminal.input_reader import ESC, InputReader, Replied, Token, Typed
from fluxtui.terminal.kitty_files import OPENING
from fluxtui.terminal.line_pace import ANSWER

if TYPE_CHECKING:
    from textual.drivers.linux_driver import LinuxDriver

READ_BYTES: Final = 4096
"""What the driver reads at once."""
GLANCE_SECONDS: Final = 0.1
"""How often it is looked whether the input is still wanted."""


class Keyboard:
    """Reads the keyboard in place of Textual, so that nothing that comes can stop it, and no reply is a key.

    Textual waits for the end of a paste for ever, takes the pieces of replies for keys, and ends the program
    at the first byte that is not UTF-8 (old mouse reports, other encodings, pasted binaries). Here such a
    byte is an odd character, and replies go to the one who listens, or nowhere.

    Args:
        driver: whose input is read, until it is told to stop; it gets the events.
    """

    def __init__(self, driver: LinuxDriver) -> None:
        self._driver = driver
        self._listener: Callable[[str], None] | None = None
        self.on_taken: Callable[[], None] = lambda: None
        """Called on the event loop when the terminal says that it has taken what was written."""

    def listen(self, listener: Callable[[str], None] | None) -> None:
        """Let a function have the inside of each reply about files; it is called on the event loop."""
        self._listener = listener

    def read(self) -> None:
        """Read keys until the program ends."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        reader = InputReader(constants.ESCAPE_DELAY)
        made = InputEvents(self._driver._debug)
        while not self._driver.exit_event.is_set():
            if self._wait_for_input(reader.due):
                data = os.read(self._driver.fileno, READ_BYTES)
                if not data:  # the other side is closed; reading again would return at once, for ever
                    self._driver.exit_event.wait(GLANCE_SECONDS)
                self._hand_out(reader.feed(decoder.decode(data), time.monotonic()), made)
            else:
                self._hand_out(reader.tick(time.monotonic()), made)

    def _wait_for_input(self, due: float | None) -> bool:
        """Wait until there is something to read, a moment, or until something is due; True for the first."""
        patience = GLANCE_SECONDS if due is None else min(GLANCE_SECONDS, max(0.0, due - time.monotonic()))
        # Not poll, which knows no terminals on some macOS.
        return bool(select.select([self._driver.fileno], [], [], patience)[0])

    def _hand_out(self, tokens: Iterable[Token], made: InputEvents) -> None:
        for token in tokens:
            if isinstance(token, Replied) and (ESC + token.text).startswith(OPENING):
                inside = (ESC + token.text).removeprefix(OPENING)
                self._driver._loop.call_soon_threadsafe(self._hand_on, inside)
            if isinstance(token, Typed) and token.text == ANSWER:
                self._driver._loop.call_soon_threadsafe(lambda: self.on_taken())
            for event in made.of(token):
                self._driver.process_message(event)

    def _hand_on(self, reply: str) -> None:
        if self._listener is not None:
            self._listener(reply)
