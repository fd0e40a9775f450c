"""The command palette, as one of the program's own screens."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.command import CommandInput, CommandList, CommandPalette

from fluxtui.widgets.quiet_screen import QuietScreen


class Palette(CommandPalette, QuietScreen[None]):
    """Textual's palette, without the id that lets no second one exist: each place can have its own."""

    def compose(self) -> ComposeResult:
        """Lay it out; its cursor stands still, as in every field, or two frames a second are sent for it."""
        for widget in super().compose():
            if isinstance(widget, CommandInput):
                widget.cursor_blink = False
            yield widget

    def _action_command_list(self, action: str) -> None:
        """Move in the list; before it is laid out, Textual 8.2 fails at a page up or down."""
        if self.query_one(CommandList)._lines:
            super()._action_command_list(action)
