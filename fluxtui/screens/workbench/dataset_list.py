"""All pictures of the dataset that are listed, in a table or a grid."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from fluxtui.controllers.dataset.controller import DatasetController
from fluxtui.controllers.dataset.rows import SIGNS, PictureRow
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.widgets.table import Column, Row, RowTable
from fluxtui.widgets.table.grid import RowGrid
from fluxtui.widgets.thumbnail_grid import ThumbnailGrid, Tile

STYLES = {"fault": "bold red", "stops": "bold red", "doubt": "yellow", "out": "dim", "good": "green"}


class DatasetList(Vertical):
    """Shows what the controller lists, and lets it follow the cursor."""

    class Chosen(Message):
        """Enter was pressed on a picture."""

    def __init__(self, dataset: DatasetController, terminal: TerminalProfile, rows: TableRows) -> None:
        """Args:
        dataset: whose pictures are shown.
        terminal: in which they are drawn.
        rows: makes the rows of the table.
        """
        super().__init__(id="bench-many")
        self._dataset = dataset
        self._terminal = terminal
        self._rows = rows
        self._listed: tuple[PictureRow, ...] | None = None
        """What is shown, None before anything is."""
        self._at = ""
        """Where the cursor is, as far as the controller knows."""

    def compose(self) -> ComposeResult:
        """Lay out the table and the grid, one of which is seen."""
        yield RowTable(columns(), id="bench-list")
        yield ThumbnailGrid(
            self._terminal, lambda tile: self._dataset.review.thumbnail(tile.key), id="bench-grid"
        )

    @property
    def _table(self) -> RowTable:
        return self.query_one(RowTable)

    @property
    def _grid(self) -> ThumbnailGrid:
        return self.query_one(ThumbnailGrid)

    @property
    def is_grid(self) -> bool:
        """Whether the pictures are seen small rather than in a table."""
        return self.has_class("-grid")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the pictures that are seen, after all filters, that of the table as well."""
        return tuple(row.name for row in self._listed or ()) if self.is_grid else self._table.shown_keys

    @property
    def _selected(self) -> str:
        return (self._grid if self.is_grid else self._table).selected_key or ""

    def redraw(self) -> None:
        """Show what is listed now, with the cursor on the current picture."""
        dataset = self._dataset
        is_other = dataset.review.dataset is not None and dataset.listed is not self._listed
        if is_other:
            self._listed = dataset.listed
            empty = "No picture here; p shows others." if dataset.review.rows else "There are no pictures."
            self._table.set_empty(empty)
            self._table.set_rows([self._rows.of(row) for row in dataset.listed])
            self._grid.set_tiles([self._tile(row) for row in dataset.listed])
        if dataset.current != self._at:
            self._at = dataset.current
            self._select(self._at)
        elif is_other and not dataset.is_typing:
            self._follow(self._selected)

    def _follow(self, name: str) -> None:
        """Let commands act on what is under the cursor, which is nothing for a moment in a new layout."""
        if name or not self.names:
            self._at = name
            self._dataset.go_to(name)

    def _select(self, name: str) -> None:
        self._table.select(name)
        self._grid.select(name)

    def _tile(self, row: PictureRow) -> Tile:
        edit = self._dataset.edits.present.of(row.name)
        mark = f"{edit.turns}{edit.crop.model_dump_json() if edit.crop else ''}"
        label = row.name.rpartition("/")[2]
        return Tile(row.name, label, mark, SIGNS[row.state], STYLES[row.state], row.state == "out")

    def fit(self, *, is_wide: bool) -> None:
        """Have columns for a narrow or a wide terminal."""
        self._table.set_columns(columns(is_wide=is_wide))

    def toggle_grid(self) -> None:
        """Show the table or the grid, with the cursor where it was."""
        self.toggle_class("-grid")
        self._select(self._dataset.current)
        self.call_after_refresh(self.focus_pictures)

    def focus_pictures(self) -> None:
        """Put the focus into the table or the grid."""
        self.screen.set_focus(self._grid if self.is_grid else self._table.query_one(RowGrid))

    @on(RowTable.Highlighted)
    @on(ThumbnailGrid.Highlighted)
    def _follow_cursor(self, event: RowTable.Highlighted | ThumbnailGrid.Highlighted) -> None:
        event.stop()
        in_grid = isinstance(event, ThumbnailGrid.Highlighted)
        # What was told before the cursor went on is no news any more.
        if in_grid is self.is_grid and (event.key or "") == self._selected:
            self._follow(self._selected)

    @on(RowTable.Chosen)
    @on(ThumbnailGrid.Chosen)
    def _choose(self, event: RowTable.Chosen | ThumbnailGrid.Chosen) -> None:
        event.stop()
        self.post_message(self.Chosen())


class TableRows:
    """The rows of the table, each made once for as long as its picture is the same."""

    def __init__(self) -> None:
        self._made: Mapping[str, tuple[PictureRow, Row]] = {}

    def prepare(self, pictures: tuple[PictureRow, ...]) -> None:
        """Make the rows of all pictures; to be called in a thread, for there may be thousands."""
        self._made = {picture.name: (picture, self.of(picture)) for picture in pictures}

    def of(self, picture: PictureRow) -> Row:
        """Return the row of a picture."""
        known = self._made.get(picture.name)
        return known[1] if known is not None and known[0] is picture else row_of(picture)


def columns(*, is_wide: bool = False) -> tuple[Column, ...]:
    """Return the columns for a narrow or a wide terminal."""
    return (
        Column("sign", "", 1),
        Column("name", "Picture", 22 if is_wide else 14),
        Column("size", "Pixels", 9, align="right"),
        Column("caption", "Caption"),
    )


def row_of(picture: PictureRow) -> Row:
    """Return the row of a picture: sign, name, pixels and the beginning of its caption."""
    quiet = "dim" if picture.state in {"out", "fault"} else ""
    is_fault = picture.state in {"fault", "stops"} and picture.problems
    first = picture.problems[0].reason if is_fault else picture.caption
    return Row(
        picture.name,
        {
            "sign": Text(SIGNS[picture.state], STYLES[picture.state]),
            "name": Text(picture.name, quiet),
            "size": Text(picture.size_text, "dim"),
            "caption": Text(first or "no caption", quiet if first else "dim"),
        },
        {"size": picture.width * picture.height, "sign": "✗!✓–".index(SIGNS[picture.state])},
    )
