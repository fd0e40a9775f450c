"""The form itself: rows made from fields, values in and out, help for the focused field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import AwaitMount, Widget

from fluxtui.domain.endpoint import Control, Field, PictureRole
from fluxtui.domain.errors import Problem
from fluxtui.domain.picture_fields import EDITS
from fluxtui.widgets.dialogs import Choice
from fluxtui.widgets.parameter_form import entries
from fluxtui.widgets.parameter_form.control_factory import make_control
from fluxtui.widgets.parameter_form.controls import SIDES, Entered, Passed
from fluxtui.widgets.parameter_form.row import FieldRow, MoreRow
from fluxtui.widgets.parameter_form.values import FindProblems, FormValues, Suggest
from fluxtui.widgets.paths import PathNote
from fluxtui.widgets.plain import PlainStatic, plain

if TYPE_CHECKING:
    from fluxtui.widgets.parameter_form.finetune_control import FinetuneControl
    from fluxtui.widgets.parameter_form.lora_stack import LoraStackControl
    from fluxtui.widgets.parameter_form.path_controls import Noted
    from fluxtui.widgets.parameter_form.picture_notes import PictureNote

WIDE_COLUMNS = 100
"""From this width on the short fields stand in two columns."""

LONGEST_TITLE = 20


class ParameterForm(Widget):
    """Inputs for a tuple of `Field`s, whatever the endpoint.

    `values` are typed: numbers, bools, strings, lists of paths, None for what is empty. Text that should be a
    number and is none stays a string, so that the endpoint's check reports it.
    """

    HELP = "Tab and Enter go from field to field; `ctrl+t` puts the default back into one."

    DEFAULT_CSS = """
    ParameterForm {
        height: 1fr;
        layout: vertical;
        .form-body { height: 1fr; scrollbar-size-vertical: 1; layout: grid; grid-size: 1; grid-rows: auto; }
        &.-wide .form-body { grid-size: 2; grid-gutter: 0 2; }
        &.-wide .form-body .-wide { column-span: 2; }
        .form-help { height: 1; color: $text-muted; text-style: italic; }
        .-advanced { display: none; }
        &.-open .-advanced { display: block; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "reset_field", "Default", id="form.reset_field"),
    ]

    class Changed(Message):
        """The user changed a value; `changed_name` is its field, `values` are all of them."""

        def __init__(self, form: ParameterForm, values: dict[str, Any], changed_name: str) -> None:
            super().__init__()
            self.form = form
            self.values = values
            self.changed_name = changed_name

        @property
        def control(self) -> ParameterForm:
            """The form, for `@on` with a selector."""
            return self.form

    def __init__(
        self,
        fields: tuple[Field, ...] = (),
        values: Mapping[str, Any] | None = None,
        *,
        suggest: Suggest | None = None,
        find_problems: FindProblems | None = None,
        finetunes: Sequence[Choice] = (),
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Args:
        fields: the parameters, in their order.
        values: what to start with, over the defaults.
        suggest: returns values that follow from others until the user edits them.
        find_problems: names what is wrong with values; asked when a field loses the focus.
        finetunes: on offer, by the value that stands in a request.
        """
        super().__init__(id=id, classes=classes)
        self._fields = fields
        self._find_problems = find_problems
        self._finetunes = finetunes
        self._form_values = FormValues(fields, values or {}, suggest)
        self._rows: dict[str, FieldRow] = {}
        """The rows that are there; those of advanced fields only once somebody needs one of them."""
        self._title_width = 0
        self._found: dict[str, PictureNote | None] = {}
        """What is known of the pictures of fields that take one."""
        self._left = ""
        self._advice: Mapping[str, str] = {}

    def compose(self) -> ComposeResult:
        """Lay out the rows and the line of help."""
        with VerticalScroll(classes="form-body", can_focus=False):
            yield from self._make_rows()
        yield PlainStatic("", classes="form-help")

    def _make_rows(self) -> Iterable[Widget]:
        titles = [len(field.title) for field in self._fields if field.control is not Control.HIDDEN]
        self._title_width = min(max(titles, default=0), LONGEST_TITLE) + 2
        self._rows = {}
        yield from self._rows_of(field for field in self._shown if not field.advanced)
        folded = [field for field in self._shown if field.advanced]
        if folded:
            yield MoreRow(tuple(field.title for field in folded), is_open=self.is_open)
            # A picture is looked at wherever it is named.
            if self.is_open or any(field.control in (Control.PICTURE, Control.PICTURES) for field in folded):
                yield from self._rows_of(folded)

    @property
    def _shown(self) -> list[Field]:
        return [field for field in self._fields if field.control is not Control.HIDDEN]

    def _rows_of(self, fields: Iterable[Field]) -> list[FieldRow]:
        made = {field.name: self._make_row(field, self._title_width) for field in fields}
        self._rows.update(made)
        return list(made.values())

    def _mount_folded(self) -> AwaitMount | None:
        """Mount the advanced fields, which are not there until somebody needs one of them."""
        missing = [field for field in self._shown if field.advanced and field.name not in self._rows]
        if not missing or not self._rows:
            return None
        return self.query_one(".form-body").mount_all(self._rows_of(missing))

    def _make_row(self, field: Field, title_width: int) -> FieldRow:
        value = self._form_values[field.name]
        row = FieldRow(field, self._make_control(field, value), title_width)
        row.set_class(field.advanced, "-advanced")
        row.show_value(value, differs=self._form_values.differs(field.name))
        return row

    def _make_control(self, field: Field, value: Any) -> Widget:
        is_side = field.name in SIDES and {item.name for item in self._fields} >= SIDES
        return make_control(field, value, is_side=is_side, finetunes=self._finetunes)

    @property
    def rows_needed(self) -> int:
        """How many rows of the terminal all that is unfolded takes, as it is laid out."""
        rows = (row for row in self.query_one(".form-body").children if row.display)
        return max((row.virtual_region.bottom for row in rows), default=0)

    @property
    def values(self) -> dict[str, Any]:
        """All values by field name."""
        return self._form_values.as_dict()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The parameters that the form shows."""
        return self._fields

    @property
    def is_open(self) -> bool:
        """Whether the advanced fields are unfolded."""
        return self.has_class("-open")

    async def set_fields(
        self,
        fields: tuple[Field, ...],
        values: Mapping[str, Any] | None = None,
        *,
        suggest: Suggest | None = None,
        find_problems: FindProblems | None = None,
    ) -> None:
        """Show other fields. `values` go first, then what the user entered where both know the field."""
        self._form_values = self._form_values.carried_to(fields, values or {}, suggest)
        self._find_problems = find_problems
        if fields == self._fields:
            self._draw_values(self._rows)
            return
        self._fields = fields
        self._found = {}
        if not self.is_mounted:
            return
        focused = self._focused_name()
        body = self.query_one(".form-body")
        with self.app.batch_update():
            # Both begin before anything is awaited: values and rows never differ, even if this is cancelled.
            removed = body.remove_children()
            mounted = body.mount_all(tuple(self._make_rows()))
            await removed
            await mounted
            if focused in self._rows:
                self._rows[focused].input.focus(scroll_visible=False)
            self._draw_help()

    def set_value(self, name: str, value: Any) -> None:
        """Enter a value as the user would, without posting `Changed`."""
        changed = self._form_values.edit(name, value)
        self._draw_values(changed | {name})

    def set_finetunes(self, finetunes: Sequence[Choice]) -> None:
        """Offer other finetunes, by the value that stands in a request. What is chosen stays chosen."""
        self._finetunes = finetunes
        for row in self._rows.values():
            if row.field.control in (Control.FINETUNE, Control.LORA_STACK):
                cast("FinetuneControl | LoraStackControl", row.input).offer(finetunes)

    def show_advice(self, advice: Mapping[str, str]) -> None:
        """Say more under the help of fields, by name; under `''` stands what is said without a focus."""
        if advice != self._advice:
            self._advice = dict(advice)
            self._draw_help()

    def show_note(self, name: str, note: PathNote | None) -> None:
        """Say something about the value of a field, or nothing for None."""
        if note is not None and self._is_folded(name):
            self._mount_folded()
        if name in self._rows:
            self._rows[name].show_note(note)

    def reset(self, name: str) -> None:
        """Put the default, or what is suggested, back into a field and post `Changed`."""
        changed = self._form_values.reset(name)
        self._draw_values(changed)
        self._mark(name)
        self._draw_problem(name)
        if changed:
            self.post_message(self.Changed(self, self.values, name))

    def reset_all(self) -> None:
        """Put the defaults back into all fields and post `Changed` for each that changed."""
        for name in self._form_values.fields:
            self.reset(name)

    def focus(self, scroll_visible: bool = True) -> ParameterForm:
        """Put the focus into the first field."""
        if self._rows:
            self.focus_field(next(iter(self._rows)))
        return self

    def focus_field(self, name: str) -> None:
        """Put the focus into a field, unfolding the advanced ones where it is among them."""
        made = self._mount_folded() if self._is_folded(name) else None
        row = self._rows.get(name)
        if row is None:
            return
        if row.field.advanced:
            self.set_open(True)
        if made is not None:
            self.call_next(self._focus_made, made, name)
            return
        target = row.input if row.input.can_focus else row.input.query("PictureInput").first()
        target.focus()

    def _is_folded(self, name: str) -> bool:
        return any(field.name == name and field.advanced for field in self._shown)

    async def _focus_made(self, made: AwaitMount, name: str) -> None:
        await made
        self.focus_field(name)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show what is wrong under each field, nothing for the others, and focus the first."""
        reasons = {problem.field: problem.reason for problem in reversed(problems)}
        if any(self._is_folded(name) for name in reasons):
            self._mount_folded()
        for name, row in self._rows.items():
            row.show_problem(reasons.get(name, ""))
        first = next((field.name for field in self._shown if field.name in reasons), None)
        if first is not None:
            self.focus_field(first)

    def check(self) -> bool:
        """Check all values, show the problems and tell whether there are none."""
        problems = self._find_problems(self.values) if self._find_problems else ()
        self.show_problems(problems)
        return not problems

    def set_open(self, is_open: bool) -> None:
        """Unfold or fold the advanced fields."""
        if is_open:
            self._mount_folded()
        self.set_class(is_open, "-open")
        for more in self.query(MoreRow):
            more.show_open(is_open)

    def action_reset_field(self) -> None:
        """Put the default back into the focused field."""
        name = self._focused_name()
        if name:
            self.reset(name)

    def on_entered(self, event: Entered) -> None:
        """Take over what the user entered; what follows from it follows."""
        event.stop()
        row = self._rows.get(event.name)
        if row is None:
            return
        value = row.control.entered()
        if value == self._form_values[event.name] and type(value) is type(self._form_values[event.name]):
            return
        followed = self._form_values.edit(event.name, value)
        self._draw_values(followed)
        self._mark(event.name)
        if row.problem:
            self._draw_problem(event.name)
        self.post_message(self.Changed(self, self.values, event.name))

    def on_passed(self, event: Passed) -> None:
        """Go on to the next field."""
        event.stop()
        self.screen.focus_next()

    def on_noted(self, event: Noted) -> None:
        """Show what was found out about a file; a mask is judged beside its picture."""
        from fluxtui.widgets.parameter_form.picture_notes import note_mask

        event.stop()
        if event.name not in self._rows:
            return
        self._found[event.name] = event.found
        self._rows[event.name].show_note(event.note)
        rows = self._rows.values()
        mask = next((row for row in rows if row.field.role is PictureRole.MASK), None)
        source = next((row for row in rows if row.field.role in EDITS), None)
        if mask is not None and source is not None:
            known = self._found.get
            mask.show_note(note_mask(known(mask.field.name), known(source.field.name), mask.field))

    def picture_note(self, name: str) -> PictureNote | None:
        """Return what is known of the picture of a field that takes one."""
        return self._found.get(name)

    def on_more_row_toggled(self, event: MoreRow.Toggled) -> None:
        """Fold or unfold the advanced fields."""
        event.stop()
        self.set_open(not self.is_open)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Explain the field that has the focus; check the one that lost it."""
        name = self._focused_name()
        if self._left != name:
            self._leave()
        self._left = name
        row = self._rows.get(name)
        if row is not None:
            row.show_current(True)
        self._draw_help()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Check the field that was left for something outside of the form."""
        self.call_later(self._check_left)

    def on_resize(self, event: events.Resize) -> None:
        """Use two columns where there is room."""
        self.set_class(event.size.width >= WIDE_COLUMNS, "-wide")

    def _check_left(self) -> None:
        if self.is_attached and not self._focused_name():
            self._leave()
            if self._advice:
                self._draw_help()

    def _draw_help(self) -> None:
        name = self._focused_name()
        row, advice = self._rows.get(name), self._advice.get(name, "")
        # What is advised takes the room of what is usual.
        parts = [plain(entries.help_text(row.field, with_default=not advice))] if row is not None else []
        parts += [plain(advice, "$text-accent")] if advice else []
        self.query_one(".form-help", PlainStatic).show(Content("\n").join(parts), layout=False)

    def _leave(self) -> None:
        if self._left in self._rows:
            self._rows[self._left].show_current(False)
            self._draw_problem(self._left)
        self._left = ""

    def _draw_problem(self, name: str) -> None:
        """Show what is wrong with one field; an empty one is not wrong before the form is sent."""
        row = self._rows.get(name)
        if row is None or self._find_problems is None:
            return
        value = self._form_values[name]
        picture_note = self._find_problems(self.values) if value not in (None, "") else ()
        row.show_problem(next((problem.reason for problem in picture_note if problem.field == name), ""))

    def _draw_values(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self._rows:
                self._rows[name].control.enter(self._form_values[name])
                self._mark(name)

    def _mark(self, name: str) -> None:
        """Show whether a value is the default, and where it lies."""
        if name in self._rows:
            differs = self._form_values.differs(name)
            self._rows[name].show_value(self._form_values[name], differs=differs)

    def _focused_name(self) -> str:
        focused = self.screen.focused if self.is_attached else None
        if focused is None:
            return ""
        row = next((node for node in focused.ancestors_with_self if isinstance(node, FieldRow)), None)
        return row.field.name if row is not None and row.field.name in self._rows else ""
