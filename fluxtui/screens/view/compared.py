"""The room for pictures that are compared: the same for each of them."""

from __future__ import annotations

from textual.containers import Container
from textual.events import Resize

SIDE_BY_SIDE_SHAPE = 2.2
"""Columns to a row of the terminal from which on pictures stand beside each other."""
MOST_IN_A_ROW = 3
GUTTER = 1
"""Cells between two that stand side by side."""


def columns_for(count: int, width: int, height: int) -> int:
    """Return how many of some pictures stand beside each other in a room of so many cells."""
    if count > MOST_IN_A_ROW:
        return 2
    return count if width >= height * SIDE_BY_SIDE_SHAPE else 1


class ComparedPictures(Container):
    """Gives each of its children exactly as many cells as the others, so that all are seen alike."""

    DEFAULT_CSS = """
    ComparedPictures {
        layout: grid;
        grid-gutter: 0 1;
        width: 1fr;
        height: 1fr;
        align-horizontal: center;
    }
    """

    def on_resize(self, event: Resize) -> None:
        """Share the room out."""
        width, height = event.size
        columns = columns_for(len(self.children), width, height)
        rows = max(1, -(-len(self.children) // columns))
        self.styles.grid_size_columns, self.styles.grid_size_rows = columns, rows
        self.styles.grid_columns = str(max(1, (width - GUTTER * (columns - 1)) // columns))
        self.styles.grid_rows = str(max(1, height // rows))
