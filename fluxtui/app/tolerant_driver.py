"""Textual's terminal driver, made to survive what terminals and people send."""

from __future__ import annotations

import codecs
import os
import select
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from textual import constants
from textual.drivers.linux_driver import LinuxDriver

from fluxtui.app.input_events import InputEvents
from fluxtui.terminal.input_reader import ESC, InputReader, Replied, Token
from fluxtui.terminal.kitty_files import OPENING

READ_BYTES: Final = 4096
"""What the driver reads at once."""
GLANCE_SECONDS: Final = 0.1
"""How often it is looked whether the input is still wanted."""


class TolerantDriver(LinuxDriver):
    """Reads the keyboard itself, so that nothing that comes can stop it, and no reply is taken for keys.

    The driver as it comes waits for the end of a paste for ever, takes the pieces of replies for keys, and
    ends the program at the first byte that is not UTF-8 (old mouse reports, other encodings, pasted
    binaries). Here such a byte is an odd character, and replies go to the one who listens, or nowhere.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listener: Callable[[str], None] | None = None

    def listen(self, listener: Callable[[str], None] | None) -> None:
        """Let a function have the inside of each reply about files; it is called on the event loop."""
        self._listener = listener

    def run_input_thread(self) -> None:
        """Read keys until the program ends."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        reader = InputReader(constants.ESCAPE_DELAY)
        made = InputEvents(self._debug)
        while not self.exit_event.is_set():
            if self._wait_for_input(reader.due):
                data = os.read(self.fileno, READ_BYTES)
                if not data:  # the other side is closed; reading again would return at once, for ever
                    self.exit_event.wait(GLANCE_SECONDS)
                self._hand_out(reader.feed(decoder.decode(data), time.monotonic()), made)
            else:
                self._hand_out(reader.tick(time.monotonic()), made)

    def _wait_for_input(self, due: float | None) -> bool:
        """Wait until there is something to read, a moment, or until something is due; True for the first."""
        patience = GLANCE_SECONDS if due is None else min(GLANCE_SECONDS, max(0.0, due - time.monotonic()))
        # Not poll, which knows no terminals on some macOS.
        return bool(select.select([self.fileno], [], [], patience)[0])

    def _hand_out(self, tokens: Iterable[Token], made: InputEvents) -> None:
        for token in tokens:
            if isinstance(token, Replied) and (ESC + token.text).startswith(OPENING):
                inside = (ESC + token.text).removeprefix(OPENING)
                self._loop.call_soon_threadsafe(self._hand_on, inside)
            for event in made.of(token):
                self.process_message(event)

    def _hand_on(self, reply: str) -> None:
        if self._listener is not None:
            self._listener(reply)
