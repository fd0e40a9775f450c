"""Screens that show ages and times, which go on while nothing else happens."""

from __future__ import annotations

from typing import TypeVar

from textual import getters
from textual.events import ScreenResume

from fluxtui.app.state import StatefulApp
from fluxtui.widgets.quiet_screen import QuietScreen

Answer = TypeVar("Answer")


class TimedScreen(QuietScreen[Answer]):
    """A screen whose ages and times are right whenever it is in front.

    `show_time` is called once a second and when the screen comes to the front. It hands the widgets what they
    show by now; these draw only what is not the same as before.
    """

    app = getters.app(StatefulApp)

    _tells_time = False
    """Whether all that is composed is there."""

    def on_mount(self) -> None:
        """Follow the time."""
        self._tells_time = True
        self.watch(self.app, "seconds", self._follow_time, init=False)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Tell the time that it is by now."""
        if self._tells_time:
            self.show_time()

    def _follow_time(self) -> None:
        if self.is_active:
            self.show_time()

    def show_time(self) -> None:
        """Draw the ages and times that are others by now."""
