"""Textual's terminal driver, made to survive what terminals and people send."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any

from textual.drivers import linux_driver

from fluxtui.terminal.reply_filter import ReplyFilter

READ_BYTES = 4096
"""What the driver reads at once; where it got so much, there is likely more."""


class TolerantDriver(linux_driver.LinuxDriver):
    """Takes bytes that are not UTF-8 (old mouse reports, other encodings, pasted binaries) as odd characters.

    The driver as it comes raises at the first such byte, which ends the program. Replies of the terminal that
    Textual does not know, and would take for keys, go to the one who listens, or nowhere.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listener: Callable[[str], None] | None = None

    def listen(self, listener: Callable[[str], None] | None) -> None:
        """Let a function have the inside of each reply from now on; it is called on the event loop."""
        self._listener = listener

    def run_input_thread(self) -> None:
        """Read keys until the program ends."""
        # The driver finds its decoder by this name; there is no other way to say how faults are treated.
        vars(linux_driver)["getincrementaldecoder"] = self._tolerant
        super().run_input_thread()

    def _tolerant(self, encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
        def heard(inside: str) -> None:
            self._loop.call_soon_threadsafe(self._hand_on, inside)

        replies = ReplyFilter(heard)

        class Decoder(codecs.getincrementaldecoder(encoding)):  # type: ignore[misc]
            def decode(self, data: bytes, final: bool = False) -> str:
                return replies.feed(super().decode(data, final), is_cut=len(data) >= READ_BYTES)

        return lambda: Decoder("replace")

    def _hand_on(self, inside: str) -> None:
        if self._listener is not None:
            self._listener(inside)
