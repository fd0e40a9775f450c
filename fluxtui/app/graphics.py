"""How pictures are drawn, changed while the program runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fluxtui.app.state import StatefulApp
from fluxtui.terminal.profile import PROTOCOL_TITLES, GraphicsProtocol, TerminalProfile
from fluxtui.terminal.ttys import cell_size_of

NOTES: Final = {
    GraphicsProtocol.KITTY: "kitty, Ghostty",
    GraphicsProtocol.ITERM2: "iTerm2, WezTerm, VS Code, Konsole; the fewest bytes",
    GraphicsProtocol.SIXEL: "xterm, foot, mlterm, Windows Terminal",
    GraphicsProtocol.HALFCELL: "any terminal with colours",
    GraphicsProtocol.NONE: "name and size in words",
}
"""Where each way to draw pictures works."""


class Graphics:
    """Lets an application draw its pictures in another way at any time."""

    def __init__(self, app: StatefulApp) -> None:
        self._app = app

    def next_protocol(self) -> None:
        """Draw pictures in the next way, round and round."""
        protocols = list(GraphicsProtocol)
        at = protocols.index(self._app.terminal.protocol)
        self.draw_pictures_by(protocols[(at + 1) % len(protocols)])

    def choose_protocol(self) -> None:
        """Let the user choose how pictures are drawn."""
        from fluxtui.widgets.dialogs import Choice, ChoiceDialog
        from fluxtui.widgets.dialogs.base import open_dialog

        choices = [Choice(item.value, PROTOCOL_TITLES[item], NOTES[item]) for item in GraphicsProtocol]
        dialog = ChoiceDialog("Draw pictures by", choices, self._app.terminal.protocol.value)
        open_dialog(self._app, dialog, self._take_protocol)

    def _take_protocol(self, chosen: str | None) -> None:
        if chosen is not None:
            self.draw_pictures_by(GraphicsProtocol(chosen))

    def draw_pictures_by(self, protocol: GraphicsProtocol) -> None:
        """Draw all pictures by another protocol until the program ends."""
        self._draw_pictures(replace(self._app.terminal, protocol=protocol))
        where = f" ({NOTES[protocol]})" if protocol.draws_pixels else ""
        self._app.tell(
            f"Pictures are drawn by {PROTOCOL_TITLES[protocol]}{where}, until you leave the program."
        )

    def _draw_pictures(self, terminal: TerminalProfile) -> None:
        from fluxtui.widgets.pictures.channel import channel_of

        self._app.use_terminal(terminal)
        channel_of(self._app, terminal).use(terminal)

    def measure_cells(self) -> None:
        """Learn the size of the cells anew: a resize can be one of the letters."""
        cell = cell_size_of(2)
        if cell is not None and cell != (self._app.terminal.cell_width, self._app.terminal.cell_height):
            self._draw_pictures(replace(self._app.terminal, cell_width=cell[0], cell_height=cell[1]))
