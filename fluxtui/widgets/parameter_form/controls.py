"""The inputs of the form, one class for each way to enter a parameter."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from fluxtui.domain.endpoint import Control, Field
from fluxtui.domain.seeds import drawn_seed
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Choice
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.parameter_form import entries

_ON, _OFF = "on", "off"
_EMPTY = ""


class Entered(Message):
    """The user changed what stands in a field."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class Passed(Message):
    """The user is done with a field and wants to go on to the next."""


class FieldControl(Protocol):
    """What the form asks of every input."""

    field: Field

    def entered(self) -> Any:
        """Return the value that stands in the input, None where it is empty."""
        ...

    def enter(self, value: Any) -> None:
        """Show a value."""
        ...


class TextControl(LineInput):
    """A short text."""

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__(entries.input_text(value), placeholder=entries.empty_text(field))
        self.field = field

    def entered(self) -> Any:
        """Return the text, None where it is empty."""
        return entries.parsed(self.field, self.value)

    def enter(self, value: Any) -> None:
        """Show a text."""
        self.show(entries.input_text(value))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(Entered(self.field.name))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next field."""
        event.stop()
        self.post_message(Passed())


class NumberControl(TextControl):
    """A number, typed or stepped with the arrow keys within its range."""

    HELP = "Up and down change the number by a step, page up and page down by ten; Enter goes on."

    DEFAULT_CSS = """
    NumberControl { width: 14; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(1)", "More", id="number.more", show=False),
        Binding("down", "step(-1)", "Less", id="number.less", show=False),
        Binding("pageup", "step(10)", "Much more", id="number.much_more", show=False),
        Binding("pagedown", "step(-10)", "Much less", id="number.much_less", show=False),
    ]

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__(field, value)
        whole = field.control is not Control.NUMBER
        self.restrict = entries.WHOLE_NUMBER_KEYS if whole else entries.NUMBER_KEYS
        self.select_on_focus = True
        self._signs_step = whole and (field.minimum or 0) >= 0 and field.minimum is not None

    def action_step(self, steps: int) -> None:
        """Change the number by some steps."""
        self.put(entries.stepped(self.field, self.entered(), steps))

    def put(self, value: Any) -> None:
        """Show a number with the cursor behind it."""
        self.enter(value)
        self.cursor_position = len(self.value)

    async def _on_key(self, event: events.Key) -> None:
        if self._signs_step and event.character in ("+", "-"):
            event.stop()
            event.prevent_default()
            self.action_step(1 if event.character == "+" else -1)


class SeedControl(NumberControl):
    """A seed: a whole number, or nothing for a new one each time."""

    HELP = "`r` draws a seed; empty means a new one each time. Up and down change it by one."

    def action_draw_seed(self) -> None:
        """Put a new random seed in."""
        self.put(drawn_seed(self.field))

    async def _on_key(self, event: events.Key) -> None:
        if event.character in ("r", "R"):
            event.stop()
            event.prevent_default()
            self.action_draw_seed()


class ChoiceControl(Chooser):
    """One of the values that the field allows, or on and off."""

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__(_choices(field), _choice_value(field, value), title=field.title)
        self.field = field

    def entered(self) -> Any:
        """Return the chosen value; True or False for a toggle, None for the empty choice."""
        if self.value == _EMPTY:
            return None
        if self.field.control is Control.TOGGLE and self.value in (_ON, _OFF):
            return self.value == _ON
        return self.value

    def enter(self, value: Any) -> None:
        """Choose a value."""
        self.value = _choice_value(self.field, value)

    def on_chooser_changed(self, event: Chooser.Changed) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(Entered(self.field.name))

    def on_chooser_passed(self, event: Chooser.Passed) -> None:
        """Go on to the next field."""
        event.stop()
        self.post_message(Passed())


def _choices(field: Field) -> tuple[Choice, ...]:
    if field.control is Control.TOGGLE:
        labels = field.labels or {}
        offered = [Choice(_ON, labels.get("true", _ON)), Choice(_OFF, labels.get("false", _OFF))]
    else:
        offered = [Choice(value, field.label_of(value)) for value in field.choices]
    if field.nullable or (field.default is None and not field.required):
        offered.insert(0, Choice(_EMPTY, field.empty or "automatic"))
    return tuple(offered)


def _choice_value(field: Field, value: Any) -> str:
    if value is None:
        return _EMPTY
    if field.control is Control.TOGGLE and isinstance(value, bool):
        return _ON if value else _OFF
    return str(value)


def is_wide(control: Widget) -> bool:
    """Tell whether an input wants the whole width of the form."""
    return not isinstance(control, NumberControl | ChoiceControl)


SIDES = frozenset({"width", "height"})
"""The names of the fields that are sides of a picture."""


class SideControl(NumberControl):
    """One side of the picture; letters ask for what concerns both."""

    HELP = (
        "Up and down change the number by a step, page up and page down by ten. `x` swaps width and height, "
        "`c` or `ctrl+g` lists common sizes with their shape and price."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "ask_size('swap')", "Swap sides", id="side.swap"),
        Binding("c", "ask_size('common')", "Common sizes", id="side.common"),
    ]

    class SizeRequested(Message):
        """The user wants both sides changed: `swap` or `common`."""

        def __init__(self, wish: str) -> None:
            super().__init__()
            self.wish = wish

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__(field, value)

    def action_ask_size(self, wish: str) -> None:
        """Ask for both sides to be changed."""
        self.post_message(self.SizeRequested(wish))

    async def _on_key(self, event: events.Key) -> None:
        wish = {"x": "swap", "c": "common"}.get((event.character or "").lower())
        if wish is not None:
            event.stop()
            event.prevent_default()
            self.action_ask_size(wish)
