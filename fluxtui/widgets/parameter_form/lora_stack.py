"""The input for LoRAs that are used together: a line for each, with its switch and its weight."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from fluxtui.controllers.questions import late
from fluxtui.domain.endpoint import Control, Field
from fluxtui.domain.loras import MOST_READ, USUAL_WEIGHT, LoraRow, row_values, rows_in
from fluxtui.domain.text import shown_text
from fluxtui.widgets.dialogs import Choice, open_dialog
from fluxtui.widgets.parameter_form import entries
from fluxtui.widgets.parameter_form.controls import Entered
from fluxtui.widgets.parameter_form.finetune_control import ANY_FINETUNE

_LEAST_NAME_CELLS = 6
_HOW_TO_ADD = " · a adds one"
_TYPED = frozenset("0123456789.,-")
_LONGEST_TYPED = 6
_BEGUN_WEIGHT = re.compile(r"-?[0-9]*\.?[0-9]*")


class LoraStackControl(Widget, can_focus=True):
    """Holds the rows; the cursor stands on one, and keys change that one."""

    HELP = (
        "A line for each LoRA. Up and down go from one to the next, left and right change its weight, or "
        "type the number; Space switches it off and on. `a` adds one, Enter chooses another in its place, "
        "Delete takes it out, `shift+up` and `shift+down` move it. The first that is on is the finetune."
    )

    DEFAULT_CSS = """
    LoraStackControl { width: 1fr; height: auto; padding: 0 1; &:focus { background: $surface-lighten-2; } }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,insert", "add", "Add a LoRA", id="loras.add"),
        Binding("enter", "choose", "Choose", id="loras.choose", show=False),
        Binding("space", "switch", "On or off", id="loras.switch"),
        Binding("left", "step(-1)", "Less", id="loras.less", show=False),
        Binding("right", "step(1)", "More", id="loras.more", show=False),
        Binding("up", "go(-1)", "Previous", id="loras.previous", show=False),
        Binding("down", "go(1)", "Next", id="loras.next", show=False),
        Binding("shift+up", "shift(-1)", "Earlier", id="loras.earlier", show=False),
        Binding("shift+down", "shift(1)", "Later", id="loras.later", show=False),
        Binding("delete", "remove", "Remove", id="loras.remove", show=False),
        Binding("backspace", "rub_out", "Rub out", id="loras.rub_out", show=False),
    ]

    rows: reactive[tuple[LoraRow, ...]] = reactive((), layout=True, init=False)
    cursor: reactive[int] = reactive(0, init=False)
    typed: reactive[str] = reactive("", init=False)
    """The digits of a weight while it is being typed."""

    def __init__(self, field: Field, value: Any, finetunes: Sequence[Choice]) -> None:
        super().__init__()
        self.field = field
        self._choices = finetunes
        self.set_reactive(LoraStackControl.rows, rows_in(value))

    def entered(self) -> Any:
        """Return the rows as plain values, None where there are none."""
        return row_values(self.rows) or None

    def enter(self, value: Any) -> None:
        """Show rows; the cursor stays as far as it can."""
        rows = rows_in(value)
        if rows != self.rows:
            self.rows, self.typed = rows, ""
            self.cursor = min(self.cursor, max(len(rows) - 1, 0))

    def offer(self, finetunes: Sequence[Choice]) -> None:
        """Offer other finetunes."""
        self._choices = finetunes
        self.refresh()

    # How it looks

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return a line for each row, and one where there is none."""
        return max(len(self.rows), 1)

    def render(self) -> RenderResult:
        """Draw the rows."""
        if not self.rows:
            words = shown_text(self.field.empty or "none")
            if len(words + _HOW_TO_ADD) > self.content_size.width:
                words = words.partition(":")[0]
            return Content.styled(words + _HOW_TO_ADD, "$foreground-muted")
        return Content("\n").join(self._line(place, row) for place, row in enumerate(self.rows))

    def _line(self, place: int, row: LoraRow) -> Content:
        is_current = self.has_focus and place == self.cursor
        style = "bold $text-accent" if is_current else "" if row.on else "$foreground-muted"
        weight = f"{self.typed}▏" if is_current and self.typed else entries.input_text(row.weight)
        before, after = ("● " if row.on else "○ "), f" ×{weight}"
        room = max(self.content_size.width - len(before + after), _LEAST_NAME_CELLS)
        name = Content.styled(shown_text(self._label_of(row.finetune)), style).truncate(room, ellipsis=True)
        gap = " " * max(room - name.cell_length, 0)
        return Content.assemble((before, style), name, gap, (after, style))

    def _label_of(self, named: str) -> str:
        place = late(self._choices).place_of(named)
        return named if place is None else self._choices[place].label

    def on_focus(self) -> None:
        """Show where the cursor is."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor; what was typed of a weight stands."""
        self.typed = ""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Go to the row; at its mark, switch it."""
        if 0 <= event.y < len(self.rows):
            self.action_go(event.y - self.cursor)
            if event.x <= 2:
                self.action_switch()

    # What keys do

    def action_go(self, by: int) -> None:
        """Go to another row."""
        self.typed = ""
        self.cursor = max(0, min(self.cursor + by, len(self.rows) - 1))

    def action_step(self, steps: int) -> None:
        """Change the weight by a step."""
        row = self._current
        if row is not None:
            weight_field = replace(self.field, control=Control.NUMBER, default=USUAL_WEIGHT)
            self._put(replace(row, weight=float(entries.stepped(weight_field, row.weight, steps))))

    def action_switch(self) -> None:
        """Switch the row off or on."""
        row = self._current
        if row is not None:
            self._put(replace(row, on=not row.on))

    def action_shift(self, by: int) -> None:
        """Move the row, and the cursor with it."""
        there = self.cursor + by
        if self._current is None or not 0 <= there < len(self.rows):
            return
        rows = list(self.rows)
        rows[self.cursor], rows[there] = rows[there], rows[self.cursor]
        self.cursor = there
        self._tell(rows)

    def action_remove(self) -> None:
        """Take the row out."""
        if self._current is not None:
            rows = [row for place, row in enumerate(self.rows) if place != self.cursor]
            self.cursor = max(0, min(self.cursor, len(rows) - 1))
            self._tell(rows)

    def action_rub_out(self) -> None:
        """Take back a digit, or the row where none was typed."""
        if not self.typed:
            self.action_remove()
            return
        self._type(self.typed[:-1])

    def action_add(self) -> None:
        """Choose one more LoRA."""
        most = self.field.max_length
        if most is not None and sum(row.on for row in self.rows) >= most:
            self.notify(f"This endpoint takes {most} at once: switch one off first.", severity="warning")
            return
        if len(self.rows) >= MOST_READ:
            self.notify(f"At most {MOST_READ} LoRAs can stand here: take one out first.", severity="warning")
            return
        taken = {row.finetune for row in self.rows}
        choices = late(self._choices).without(taken)
        self._ask(choices, "", len(self.rows))

    def action_choose(self) -> None:
        """Be done with a weight that was typed; else choose another LoRA in the row's place, or the first."""
        row = self._current
        if self.typed:
            self.typed = ""
        elif row is None:
            self.action_add()
        else:
            self._ask(self._choices, row.finetune, self.cursor)

    def _ask(self, choices: Sequence[Choice], value: str, place: int) -> None:
        from fluxtui.widgets.dialogs import ChoiceDialog

        def take(named: str | None) -> None:
            if named:
                self._place(place, named)

        open_dialog(self.app, ChoiceDialog(self.field.title, choices, value, free_text=ANY_FINETUNE), take)

    def _place(self, place: int, named: str) -> None:
        rows = [row for number, row in enumerate(self.rows) if row.finetune != named or number == place]
        if place < len(rows):
            rows[place] = replace(rows[place], finetune=named)
        else:
            rows.append(LoraRow(named))
        self.cursor = min(place, len(rows) - 1)
        self._tell(rows)

    def on_key(self, event: events.Key) -> None:
        """Take the digits of a weight."""
        if event.character in _TYPED and self._current is not None and event.character is not None:
            event.stop()
            event.prevent_default()
            self._type((self.typed + event.character.replace(",", "."))[:_LONGEST_TYPED])

    def _type(self, text: str) -> None:
        """Take what may become a number; one out of range stands too, and the form's check refuses it."""
        if not _BEGUN_WEIGHT.fullmatch(text):
            return
        self.typed = text
        row = self._current
        if row is None or not text.strip("-."):
            return
        self._tell([replace(row, weight=float(text)) if item is row else item for item in self.rows])

    @property
    def _current(self) -> LoraRow | None:
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    def _put(self, row: LoraRow) -> None:
        self.typed = ""
        self._tell([row if place == self.cursor else item for place, item in enumerate(self.rows)])

    def _tell(self, rows: Sequence[LoraRow]) -> None:
        if tuple(rows) != self.rows:
            self.rows = tuple(rows)
            self.post_message(Entered(self.field.name))
