"""One of many: a list that narrows down while one types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Input

from fluxtui.widgets.dialogs.base import Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, cell, set_title

MAX_SHOWN = 500
"""More rows than anyone reads; typing narrows them down."""


@dataclass(frozen=True)
class Choice:
    """A value on offer, its words for people and, dimmed beside them, what else tells it apart."""

    value: str
    label: str
    note: str = ""

    def matches(self, words: str) -> bool:
        """Tell whether every word stands in label, note or value, whatever its case."""
        text = f"{self.label} {self.note} {self.value}".casefold()
        return all(word in text for word in words.casefold().split())


class ChoiceDialog(Dialog[str]):
    """Answers with the value of the chosen `Choice`, or with what was typed where `free_text` is given."""

    HELP = "Type to narrow the list down, up and down choose, Enter takes, Escape or `ctrl+c` leaves."

    DEFAULT_CSS = """
    ChoiceDialog {
        .dialog { padding: 0 1; }
        DataTable {
            height: auto;
            max-height: 14;
            margin-top: 1;
            background: $background;
            overflow-x: hidden;
        }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="choice.cancel"),
        Binding("up", "move(-1)", "Up", id="choice.up", show=False),
        Binding("down", "move(1)", "Down", id="choice.down", show=False),
        Binding("pageup", "move(-10)", "Page up", id="choice.page_up", show=False),
        Binding("pagedown", "move(10)", "Page down", id="choice.page_down", show=False),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice], value: str = "", *, free_text: str | None = None
    ) -> None:
        """Args:
        title: stands in the border.
        choices: what is on offer.
        value: the value that is marked at first.
        free_text: the placeholder that invites any other value, or None where only the choices count.
        """
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self._value = value
        self._free_text = free_text
        self._shown: tuple[Choice, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the line to type into, the list and the keys."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, self._title)
            yield LineInput(placeholder=self._free_text or "type to narrow down")
            table: DataTable[object] = DataTable(show_header=False, cursor_type="row")
            table.can_focus = False
            yield table
            yield PlainLabel("", classes="dialog-keys")

    def on_mount(self) -> None:
        """Show everything, with the present value marked."""
        table = self._table
        table.add_column("choice")
        table.add_column("note")
        self._show("")
        values = [choice.value for choice in self._shown]
        if self._value in values:
            table.move_cursor(row=values.index(self._value), animate=False)
        self.query_one(LineInput).focus()

    @property
    def _table(self) -> DataTable[object]:
        return self.query_one(DataTable)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down."""
        event.stop()
        self._show(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the marked choice, or the text where nothing matches it."""
        event.stop()
        if self._shown:
            self.dismiss(self._shown[self._table.cursor_row].value)
        elif self._free_text is not None and event.value.strip():
            self.dismiss(event.value.strip())

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Take what was clicked."""
        event.stop()
        self.dismiss(self._shown[event.cursor_row].value)

    def action_move(self, by: int) -> None:
        """Move the mark."""
        self._table.move_cursor(row=self._table.cursor_row + by, animate=False)

    def _show(self, words: str) -> None:
        matching = tuple(choice for choice in self._choices if choice.matches(words))
        if matching == self._shown and matching:
            return
        self._shown = matching[:MAX_SHOWN]
        table = self._table
        table.clear()
        for choice in self._shown:
            table.add_row(cell(choice.label), cell(choice.note, "dim"))
        self.query_one(".dialog-keys", PlainLabel).show(self._keys(len(matching)))

    def _keys(self, matching: int) -> str:
        if matching:
            return f"{matching} of {len(self._choices)} · Enter takes · Esc or ctrl+c leaves"
        if self._free_text is not None:
            return "Nothing known matches · Enter takes what you typed · Esc or ctrl+c leaves"
        return "Nothing matches · Esc or ctrl+c leaves"
