"""Prompts used before: a list that narrows down while one types."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.coordinate import Coordinate
from textual.widgets import DataTable, Input

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.planner import HistoryQuestion
from fluxtui.domain.durations import relative_time
from fluxtui.screens.timed import TimedScreen
from fluxtui.services.prompts import PastPrompt, PromptOrigin
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, PlainStatic, cell, set_title

if TYPE_CHECKING:
    from rich.text import Text

TYPING_REST = 0.12
"""Seconds for which typing must rest until the journal is searched."""
NOTE_CELLS = 12


class HistoryDialog(Dialog[PastPrompt], TimedScreen[PastPrompt]):
    """Answers with the prompt that is to be used again."""

    HELP = """Type words to find prompts in which all of them stand; up and down choose, Enter takes. What
stands in the form is not lost then: it is a draft at the top of this list. Escape or `ctrl+c` leaves all as
it was."""

    DEFAULT_CSS = """
    HistoryDialog {
        .dialog { width: 100; max-width: 96%; padding: 0 1; }
        DataTable { height: auto; max-height: 35vh; margin-top: 1; }
        DataTable { background: $background; overflow-x: hidden; }
        .whole { height: 4; margin-top: 1; color: $text-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="history.cancel"),
        Binding("up", "move(-1)", "Up", id="history.up", show=False),
        Binding("down,ctrl+r", "move(1)", "Down", id="history.down", show=False),
        Binding("pageup", "move(-10)", "Page up", id="history.page_up", show=False),
        Binding("pagedown", "move(10)", "Page down", id="history.page_down", show=False),
    ]

    def __init__(self, question: HistoryQuestion) -> None:
        """Args:
        question: has what searches for prompts.
        """
        super().__init__()
        self._search = question.search
        self._found: tuple[PastPrompt, ...] = ()
        self._searched: str | None = None
        """The words that the list shows the answer to."""

    def compose(self) -> ComposeResult:
        """Lay out the line to type into, the list, the whole prompt and the keys."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, "Prompts used before")
            yield LineInput(placeholder="words of a prompt")
            table: DataTable[object] = DataTable(show_header=False, cursor_type="row")
            table.can_focus = False
            yield table
            yield PlainStatic("", classes="whole")
            yield PlainLabel("Looking …", classes="dialog-keys")

    def on_mount(self) -> None:
        """Show the newest."""
        self._table.add_column("when", width=NOTE_CELLS)
        self._table.add_column("prompt")
        self.query_one(LineInput).focus()
        self._look("", 0.0)

    @property
    def _table(self) -> DataTable[object]:
        return self.query_one(DataTable)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search when typing rests."""
        event.stop()
        self._look(event.value, TYPING_REST)

    def _look(self, words: str, rest: float) -> None:
        work = self._show_found(words, rest)
        guarded(self, work, doing="looking for prompts", group="search", exclusive=True)

    async def _show_found(self, words: str, rest: float) -> None:
        await asyncio.sleep(rest)
        self._found, self._searched = await self._search(words), words
        self._table.clear()
        for item in self._found:
            self._table.add_row(self._note(item), cell(item.prompt))
        self._show_whole()
        count = f"{len(self._found)} found · Enter takes · " if self._found else "Nothing found · "
        self.query_one(".dialog-keys", PlainLabel).show(f"{count}Esc or ctrl+c leaves all as it was")

    def _note(self, item: PastPrompt) -> Text:
        is_draft = item.origin is PromptOrigin.DRAFT
        return cell(item.origin.value if is_draft else relative_time(item.at, self.app.clock()), "dim")

    def show_time(self) -> None:
        """Show how long ago it was by now."""
        for row, item in enumerate(self._found[: self._table.row_count]):
            note, place = self._note(item), Coordinate(row, 0)
            if note != self._table.get_cell_at(place):
                self._table.update_cell_at(place, note)

    def _show_whole(self) -> None:
        row = self._table.cursor_row
        text = self._found[row].prompt if row < len(self._found) else ""
        self.query_one(".whole", PlainStatic).show(text, layout=False)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show all of the marked prompt."""
        event.stop()
        self._show_whole()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Take what was clicked."""
        event.stop()
        self._take(event.cursor_row)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the marked prompt; words typed quickly are searched first."""
        event.stop()
        if event.value == self._searched:
            self._take(self._table.cursor_row)
        else:
            work = self._take_first(event.value)
            guarded(self, work, doing="looking for prompts", group="search", exclusive=True)

    async def _take_first(self, words: str) -> None:
        await self._show_found(words, 0.0)
        self._take(0)

    def _take(self, row: int) -> None:
        if row < len(self._found):
            self.dismiss(self._found[row])

    def action_move(self, by: int) -> None:
        """Move the mark."""
        row = max(0, min(self._table.cursor_row + by, len(self._found) - 1))
        self._table.move_cursor(row=row, animate=False)
