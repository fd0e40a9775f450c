"""The command palette, as one of the program's own screens."""

from __future__ import annotations

from textual.command import CommandPalette

from fluxtui.widgets.quiet_screen import QuietScreen


class Palette(CommandPalette, QuietScreen[None]):
    """Textual's palette, without the id that lets no second one exist: each place can have its own."""
