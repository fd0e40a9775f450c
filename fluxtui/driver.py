"""Textual's terminal driver, made to survive what terminals and people send."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from functools import partial

from textual.drivers import linux_driver


class TolerantDriver(linux_driver.LinuxDriver):
    """Takes bytes that are not UTF-8 (old mouse reports, other encodings, pasted binaries) as odd characters.

    The driver as it comes raises at the first such byte, which ends the program.
    """

    def run_input_thread(self) -> None:
        """Read keys until the program ends."""
        # The driver finds its decoder by this name; there is no other way to say how faults are treated.
        vars(linux_driver)["getincrementaldecoder"] = _tolerant
        super().run_input_thread()


def _tolerant(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
    return partial(codecs.getincrementaldecoder(encoding), errors="replace")
