"""The first picture: the frame of every place, drawn before anything else of the program is imported.

What this module imports decides when the first text appears; `tests/test_imports.py` holds what may not be.
"""

from __future__ import annotations

from textual import getters
from textual.app import ComposeResult
from textual.content import Content
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
    """The title, the places and an empty body, until the first place takes their room."""

    DEFAULT_CSS = """
    ShellScreen {
        layout: vertical;
        .shell-title { height: 1; padding: 0 1; background: $panel; color: $foreground; }
        .shell-body { height: 1fr; padding: 1 2; color: $foreground-muted; }
        .shell-keys { dock: bottom; height: 1; background: $footer-background; }
    }
    """

    app = getters.app(StatefulApp)

    def compose(self) -> ComposeResult:
        """Draw the frame."""
        yield Static(Content.styled(self.app.title, "bold $text-primary"), classes="shell-title")
        yield Static("", classes="shell-body")
        yield Flash(places_line())
        yield Static("", classes="shell-keys")

    def on_mount(self) -> None:
        """Show what is told before there is a place, and that it goes on where it takes long."""
        self.watch(self.app, "notices", self._flash_news, init=False)
        self.set_timer(LONG_SECONDS, self._tell_of_opening)

    def _flash_news(self, notices: tuple[Notice, ...]) -> None:
        if notices and self.is_active:
            self.query_one(Flash).show(notices[0].text, notices[0].severity)

    def _tell_of_opening(self) -> None:
        if self.is_active:
            self.query_one(".shell-body", Static).update(OPENING)
