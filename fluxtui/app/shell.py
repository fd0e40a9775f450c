"""The first picture: the frame of every place, drawn before anything else of the program is imported.

What this module imports decides when the first text appears; `tests/test_imports.py` holds what may not be.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import ScreenResume
from textual.geometry import Size
from textual.widgets import Static

from fluxtui.app.state import StatefulApp
from fluxtui.domain.notices import Notice
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.places_line import places_line
from fluxtui.widgets.quiet_screen import QuietScreen

LONG_SECONDS = 1.5
"""After so long without a place it is said that the program still opens."""
OPENING = "Opening … Ctrl+Q leaves."


class ShellScreen(QuietScreen[None]):
    """The title, the places and an empty body, until the first place takes their room.

    Args:
        on_settled: called once it knows its size and its styles.
    """

    DEFAULT_CSS = """
    ShellScreen {
        layout: vertical;
        .shell-title { dock: top; height: 1; padding: 0 1; background: $panel; color: $foreground; }
        .shell-places { dock: bottom; height: 2; }
        .shell-keys { height: 1; background: $footer-background; }
    }
    """

    app = getters.app(StatefulApp)

    def __init__(self, on_settled: Callable[[], None]) -> None:
        super().__init__(id="_default")
        self._on_settled = on_settled

    def compose(self) -> ComposeResult:
        """Draw the frame."""
        yield Static(Content.styled(self.app.title, "bold $text-primary"), classes="shell-title")
        with Vertical(classes="shell-places"):
            yield Flash(places_line())
            yield Static("", classes="shell-keys")

    def on_mount(self) -> None:
        """Show what is told before there is a place, and that it goes on where it takes long."""
        self.watch(self.app, "notices", self._flash_news, init=False)
        self.set_timer(LONG_SECONDS, self._tell_of_opening)

    @on(ScreenResume)
    def _settle(self) -> None:
        # Textual works out the layout after this, and draws it as soon as it may.
        self.call_later(self._draw_once)

    def _draw_once(self) -> None:
        self.call_off_drawing()
        self._on_settled()

    def _screen_resized(self, size: Size) -> None:
        """Lay out for another size; at the start the same one is told three times."""
        if self._compositor.size != self.app.size:
            super()._screen_resized(size)

    def _flash_news(self, notices: tuple[Notice, ...]) -> None:
        if notices and self.is_active:
            self.query_one(Flash).show(notices[0].text, notices[0].severity)

    def _tell_of_opening(self) -> None:
        if self.is_active:
            self.query_one(Flash).show(OPENING)
