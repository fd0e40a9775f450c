"""Text of several lines whose cells stand where the program thinks they do."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import TextArea

from fluxtui.domain.text import steady_text


class SteadyArea(TextArea):
    """A `TextArea` that draws only what all terminals give the same room; the text itself is kept."""

    def get_line(self, line_index: int) -> Text:
        """Return a line as it is drawn, with each character in its place."""
        line = super().get_line(line_index)
        line.plain = steady_text(line.plain)
        return line
