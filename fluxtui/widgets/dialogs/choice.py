"""One of many: a list that narrows down while one types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Input

from fluxtui.controllers.questions import Choice, late
from fluxtui.domain.text import is_web_address
from fluxtui.widgets.dialogs.base import Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, cell, set_title

MAX_SHOWN = 500
"""More rows than anyone reads; typing narrows them down."""
ROOMY_CELLS = 78
"""The width of a dialog with more room, as its style has it."""
OWN_CELLS = 10
"""What border, paddings, the gaps of two columns and the scrollbar take of a dialog's width."""
LEAST_MENU_ROWS = 14
AROUND_ROWS = 12
"""Rows of the terminal that a menu leaves, its own frame and lines among them."""
USUAL_CELLS = 54
"""What is longer than this, label and note together, gets more room."""


class ChoiceDialog(Dialog[str]):
    """Answers with the value of the chosen `Choice`.

    Where `free_text` is given, what was typed stands in a row of its own, which is an answer as well. It is
    marked only by the user, or where it is the address of something.
    """

    HELP = """Type to narrow the list down, up and down choose, Enter takes, Escape or `ctrl+c` leaves.
What is called so comes first; a word with a `$` is looked for in prices."""

    DEFAULT_CSS = """
    ChoiceDialog {
        .dialog { padding: 0 1; }
        .dialog.-roomy { width: 78; max-width: 96%; }
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
        self,
        title: str,
        choices: Sequence[Choice],
        value: str = "",
        *,
        free_text: str | None = None,
        as_menu: bool = False,
    ) -> None:
        """Args:
        title: stands in the border.
        choices: what is on offer.
        value: the value that is marked at first.
        free_text: the placeholder that invites any other value, or None where only the choices count.
        as_menu: whether notes are keys at the right edge, and it goes when another place is shown.
        """
        super().__init__()
        self.is_menu = as_menu
        self._title = title
        self._choices = choices
        self._value = value
        self._free_text = free_text
        self._shown: tuple[Choice, ...] = ()
        self._lines: tuple[Choice | None, ...] = ()
        """What stands in each row of the list: a choice, or None for the heading of a group."""

    def compose(self) -> ComposeResult:
        """Lay out the line to type into, the list and the keys."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, self._title)
            roomy = self.is_menu or _cells(self._choices[:MAX_SHOWN]) > USUAL_CELLS
            frame.set_class(roomy, "-roomy")
            yield LineInput(placeholder=self._free_text or "type to narrow down")
            table: DataTable[object] = DataTable(show_header=False, cursor_type="row")
            table.can_focus = False
            if self.is_menu:
                table.styles.max_height = max(LEAST_MENU_ROWS, self.app.size.height - AROUND_ROWS)
            yield table
            yield PlainLabel("", classes="dialog-keys")

    def on_mount(self) -> None:
        """Show everything, with the present value marked."""
        table = self._table
        notes = max((len(choice.note) for choice in self._choices[:MAX_SHOWN]), default=0)
        room = min(ROOMY_CELLS, round(self.app.size.width * 0.96)) - OWN_CELLS - notes
        table.add_column("choice", width=room if self.is_menu else None)
        table.add_column("note", width=notes if self.is_menu else None)
        self._show("")
        values = [choice.value if choice is not None else None for choice in self._lines]
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
        """Take what is marked."""
        event.stop()
        if self._table.show_cursor:
            self._take(self._table.cursor_row)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Take what was clicked."""
        event.stop()
        self._take(event.cursor_row)

    def _take(self, row: int) -> None:
        choice = self._lines[row] if row < len(self._lines) else None
        if choice is not None:
            self.dismiss(choice.value)

    def action_move(self, by: int) -> None:
        """Move the mark, past headings."""
        if not self._lines:
            return
        if not self._table.show_cursor:
            self._mark_typed()
            return
        last = len(self._lines) - 1
        row = max(0, min(self._table.cursor_row + by, last))
        step = 1 if by > 0 else -1
        onward = range(row, last + 1 if step > 0 else -1, step)
        back = range(row, -1 if step > 0 else last + 1, -step)
        found = next((index for index in (*onward, *back) if self._lines[index] is not None), None)
        if found is not None:
            self._table.move_cursor(row=found, animate=False)
            # A heading above the first choice is seen again.
            if all(line is None for line in self._lines[:found]):
                self._table.scroll_home(animate=False)

    def _mark_typed(self) -> None:
        """Mark the row of what was typed, which is the only one."""
        self._table.show_cursor = True
        self.query_one(".dialog-keys", PlainLabel).show(self._keys(0))

    def _show(self, words: str) -> None:
        typed = self._typed(words)
        matching = _narrowed(self._choices, words)
        shown = (*matching[:MAX_SHOWN], *typed)
        table = self._table
        if shown != self._shown or not shown:
            self._shown = shown
            self._draw()
        table.show_cursor = bool(matching) or any(is_web_address(choice.value) for choice in typed)
        self.query_one(".dialog-keys", PlainLabel).show(self._keys(len(matching)))

    def _draw(self) -> None:
        table = self._table
        table.clear()
        self._lines = tuple(_with_headings(self._shown))
        groups = iter(dict.fromkeys(choice.group for choice in self._shown if choice.group))
        for line in self._lines:
            if line is None:
                table.add_row(cell(next(groups), "bold"), cell(""))
            else:
                align: Literal["left", "right"] = "right" if self.is_menu else "left"
                table.add_row(cell(line.label), cell(line.note, "dim", align=align))
        if self._lines and self._lines[0] is None:
            table.move_cursor(row=1, animate=False)

    def _typed(self, words: str) -> tuple[Choice, ...]:
        """Return the row of what was typed, where it is no choice already."""
        text = words.strip()
        if self._free_text is None or not text or late(self._choices).place_of(text) is not None:
            return ()
        kind = "address" if is_web_address(text) else "id"
        return (Choice(text, f"use “{text}” as an {kind}"),)

    def _keys(self, matching: int) -> str:
        if matching:
            return f"{matching} of {len(self._choices)} · Enter takes · Esc or ctrl+c leaves"
        if self._shown and self._table.show_cursor:
            return "Nothing known matches · Enter takes what you typed · Esc or ctrl+c leaves"
        if self._shown:
            return "Nothing known matches · ↓ marks what you typed · Esc or ctrl+c leaves"
        return "Nothing matches · Esc or ctrl+c leaves"


def _narrowed(choices: Sequence[Choice], words: str) -> Sequence[Choice]:
    """Return the choices that words name, the best first, those of a group together."""
    if not words.strip():
        return choices
    ranks = {choice: found for choice in choices if (found := choice.rank(words)) is not None}
    best: dict[str, int] = {}
    for choice, found in ranks.items():
        best[choice.group] = min(found, best.get(choice.group, found))
    order = {group: place for place, group in enumerate(sorted(best, key=lambda group: best[group]))}
    return tuple(sorted(ranks, key=lambda choice: (order[choice.group], ranks[choice])))


def _with_headings(choices: Sequence[Choice]) -> Iterator[Choice | None]:
    """Yield choices, and None before the first of each group."""
    seen = {""}
    for choice in choices:
        if choice.group not in seen:
            seen.add(choice.group)
            yield None
        yield choice


def _cells(choices: Sequence[Choice]) -> int:
    """Return how many cells the longest label and the longest note take side by side."""
    labels = max((len(choice.label) for choice in choices), default=0)
    return labels + max((len(choice.note) for choice in choices), default=0)
