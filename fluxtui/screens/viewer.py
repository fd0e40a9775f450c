"""One picture in the whole terminal."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer

from fluxtui.state import StatefulApp
from fluxtui.widgets.picture_view import PictureView
from fluxtui.widgets.plain import PlainStatic


class PictureScreen(Screen[None]):
    """Shows a picture as large as the terminal allows, with its path and what it was made of."""

    HELP = "`y` copies the path; Escape, `q` or Enter go back."

    DEFAULT_CSS = """
    PictureScreen {
        PictureView { height: 1fr; }
        .line { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        .recipe { color: $text-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "Back", id="viewer.back", key_display="Esc q"),
        Binding("y", "copy", "Copy path", id="viewer.copy"),
    ]

    app = getters.app(StatefulApp)

    def __init__(self, path: Path, title: str = "", recipe: str = "") -> None:
        """Args:
        path: of the picture.
        title: a line about it, such as its prompt.
        recipe: its parameters in words.
        """
        super().__init__()
        self._path = path
        self._title = title
        self._recipe = recipe

    def compose(self) -> ComposeResult:
        """Lay out the picture and a line each for title, path and recipe."""
        yield PictureView(self.app.terminal, self._path)
        if self._title:
            yield PlainStatic(self._title, classes="line")
        if self._recipe:
            yield PlainStatic(self._recipe, classes="line recipe")
        yield PlainStatic(str(self._path), classes="line path")
        yield Footer(compact=True, show_command_palette=False)

    def action_copy(self) -> None:
        """Copy the path to the clipboard of the terminal."""
        self.app.copy_to_clipboard(str(self._path))
        self.query_one(".path", PlainStatic).show(f"Copied: {self._path}")
