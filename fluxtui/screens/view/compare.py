"""Two to four pictures beside each other, or one after another in the same place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.events import Resize
from textual.widgets import DataTable

from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.controllers.pictures.parameters import ParameterRow, difference_line, parameter_rows
from fluxtui.controllers.pictures.viewer import PictureViewer
from fluxtui.controllers.pictures.wording import KEYS_HINT, position_text, sending_text, state_line
from fluxtui.domain.text import safe_text
from fluxtui.screens.view.base import PictureScreen
from fluxtui.widgets.dialogs.base import OPENING_SECONDS
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.plain import PlainStatic, cell

MOST_PICTURES = 4
NAME_CELLS = 18
"""Width of the column with the names of the parameters."""


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


class CompareScreen(PictureScreen):
    """Shows pictures in the same frame, with what sets each apart; answers with the last one's number."""

    HELP = """The pictures are seen in the same frame: `+` and `-` go closer and further away in all of them,
the arrows move, `0` shows all, `1` one pixel for each of the terminal. Under each stands what sets it
apart: `≠`.

Space shows one after another in the same place, so that the eye catches what changes; `s` puts them beside
each other again. `i` lists all parameters, those that differ first. `u` takes the parameters of the first
picture, or of the one that is seen alone, into the form of Generate."""

    CSS_PATH = "view.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,n", "flicker(1)", "One after another", id="compare.flicker"),
        Binding("p", "flicker(-1)", "The one before", id="compare.flicker_back", show=False),
        Binding("s", "side_by_side", "Beside each other", id="compare.side_by_side"),
        Binding("i", "toggle_parameters", "Parameters", id="compare.parameters"),
        Binding("u", "use_again", "Use parameters", id="compare.use"),
    ]

    def __init__(self, items: Sequence[ViewItem]) -> None:
        """Args:
        items: two to four pictures; more are left out.
        """
        super().__init__(PictureViewer(tuple(items[:MOST_PICTURES])))
        self._rows = parameter_rows(self.viewer.items)
        self._sending: dict[PictureView, str] = {}
        """How each picture came here."""

    def on_mount(self) -> None:
        """Follow how the pictures are seen."""
        self.viewer.changed.connect(self._show_line)

    def compose(self) -> ComposeResult:
        """Lay out the pictures with a line under each, the one place for all of them, and the parameters."""
        terminal, full = self.app.terminal, self.starts_in_full
        with ComparedPictures(classes="pictures"):
            for number, item in enumerate(self.viewer.items):
                with Vertical(classes="compared"):
                    yield PictureView(terminal, item.path, placeholder="", full=full)
                    apart = difference_line(self._rows, number)
                    caption = PlainStatic(safe_text(f"{number + 1} {apart}"), classes="caption")
                    caption.set_class(apart.startswith("≠"), "-differs")
                    yield caption
        yield PictureView(
            terminal, self.viewer.items[0].path, placeholder="", eager=True, full=full, id="flicker"
        )
        with VerticalScroll(classes="table-pane") as pane:
            pane.can_focus = False
            table: DataTable[object] = DataTable(cursor_type="none")
            table.can_focus = False
            yield table
        yield PlainStatic("", classes="line")

    def _list_parameters(self, width: int) -> None:
        """List the parameters within a width, those that differ first."""
        table = self.query_one(DataTable)
        table.clear(columns=True)
        table.add_column(" ", width=NAME_CELLS)
        each = (width - NAME_CELLS) // len(self.viewer.items) - 3
        for number, _ in enumerate(self.viewer.items):
            table.add_column(str(number + 1), width=max(1, each))
        for row in sorted(self._rows, key=lambda row: not row.differs):
            table.add_row(*_cells(row))

    def on_resize(self, event: Resize) -> None:
        """Fit the list of parameters to the width."""
        # The table may not be there yet when the size is told for the first time.
        self.call_after_refresh(self._list_parameters, event.size.width)

    @property
    def is_flickering(self) -> bool:
        """Whether one picture after another is shown in the same place."""
        return self.has_class("-flicker")

    @property
    def _flicker(self) -> PictureView:
        return self.query_one("#flicker", PictureView)

    def on_picture_view_displayed(self, event: PictureView.Displayed) -> None:
        """Say what was sent for a picture."""
        event.stop()
        self._sending[event.view] = sending_text(event.protocol, event.size, event.view.profile)
        self._show_line()

    def _show_line(self) -> None:
        """Say how the pictures are seen, or what is news."""
        viewer = self.viewer
        view = self._flicker if self.is_flickering else self.query(".compared PictureView").first(PictureView)
        which = viewer.position if self.is_flickering else ""
        apart = difference_line(self._rows, viewer.index) if self.is_flickering else viewer.items[0].title
        sent = self._sending.get(view, "")
        state = state_line(which, position_text(view.seen), sent, KEYS_HINT, apart)
        self.query_one(".line", PlainStatic).show(safe_text(viewer.news) or state, layout=False)

    def action_flicker(self, by: int) -> None:
        """Show the next picture in the place of the last, in the same frame."""
        index = self.viewer.index
        if self.is_flickering:
            index = (index + by) % len(self.viewer.items)
        else:
            self.app.delay_update(OPENING_SECONDS)
            self.add_class("-flicker")
        self._flicker.path = self.viewer.items[index].path
        self.viewer.select(index)

    def action_side_by_side(self) -> None:
        """Show all of them again; keys are about the first then."""
        self.app.delay_update(OPENING_SECONDS)
        self.remove_class("-flicker")
        self.viewer.select(0)

    def action_toggle_parameters(self) -> None:
        """List all parameters, or hide them."""
        self.app.delay_update(OPENING_SECONDS)
        self.toggle_class("-table")

    def action_back(self) -> None:
        """Show the pictures beside each other again, or go back."""
        if self.is_flickering:
            self.action_side_by_side()
        else:
            self.dismiss(self.viewer.index)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what these pictures have."""
        if action == "use_again":
            return self.viewer.item.can_be_used
        return True


def _cells(row: ParameterRow) -> Iterator[object]:
    style = "bold" if row.differs else "dim"
    yield cell(f"{'≠' if row.differs else ' '} {row.name}", style)
    for value in row.values:
        yield cell(value or "–", style)
