"""One of a few values on one line: all of them while they fit, else the chosen one between arrows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fluxtui.controllers.questions import late
from fluxtui.domain.text import shown_text
from fluxtui.widgets.dialogs import Choice, open_dialog


class Chooser(Widget, can_focus=True):
    """Chooses one of `choices` with the arrow keys; Enter opens all of them where they do not fit.

    The value is the chosen `Choice.value`. A value that is not among the choices is kept and shown as it is.
    """

    HELP = "Left and right choose, a letter goes to the next choice that starts with it, Enter shows all."

    DEFAULT_CSS = """
    Chooser {
        width: 1fr;
        height: 1;
        padding: 0 1;
        &:focus { background: $surface-lighten-2; }
    }
    """

    SIDE_BY_SIDE: ClassVar[bool] = True
    """Whether all choices are shown where there is room for them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "choose(-1)", "Previous", id="chooser.previous", show=False),
        Binding("right,down,space", "choose(1)", "Next", id="chooser.next", show=False),
        Binding("home", "choose_end(0)", "First", id="chooser.first", show=False),
        Binding("end", "choose_end(-1)", "Last", id="chooser.last", show=False),
        Binding("enter", "open", "Show all", id="chooser.open", show=False),
    ]

    value: reactive[str] = reactive("", init=False)
    choices: reactive[Sequence[Choice]] = reactive((), init=False)

    class Changed(Message):
        """The user chose another value."""

        def __init__(self, chooser: Chooser, value: str) -> None:
            super().__init__()
            self.chooser = chooser
            self.value = value

        @property
        def control(self) -> Chooser:
            """The chooser, for `@on` with a selector."""
            return self.chooser

    class Passed(Message):
        """Enter was pressed where there is nothing more to show: the user wants to go on."""

    def __init__(
        self,
        choices: Sequence[Choice],
        value: str = "",
        *,
        title: str = "",
        none_text: str = "nothing to choose from",
        free_text: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Args:
        choices: what is on offer.
        value: the value chosen at first.
        title: heads the list that Enter opens.
        none_text: shown where there are no choices and no value.
        free_text: the placeholder of a line for any other value, or None where only the choices count.
        """
        super().__init__(id=id, classes=classes)
        self.title = title
        self.none_text = none_text
        self.free_text = free_text
        self.set_reactive(Chooser.choices, choices)
        self.set_reactive(Chooser.value, value)

    def tell_none(self, words: str) -> None:
        """Show other words where there are no choices and no value."""
        if words != self.none_text:
            self.none_text = words
            self.refresh()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the width of all choices side by side."""
        return self._inline().cell_length

    def render(self) -> RenderResult:
        """Draw all choices, or the chosen one between arrows."""
        if not self.value and self._index() is None:
            if self.choices and self._has_room():
                return self._inline()
            return Content.styled(shown_text(self.none_text), "$foreground-muted")
        return self._inline() if self.fits else self._between_arrows()

    @property
    def fits(self) -> bool:
        """Whether all choices can be seen at once."""
        return self._index() is not None and self._has_room()

    def _has_room(self) -> bool:
        return self.SIDE_BY_SIDE and self._inline().cell_length <= self.content_size.width

    def _inline(self) -> Content:
        parts = []
        for choice in self.choices:
            chosen = choice.value == self.value
            mark, style = ("●", "bold $text-accent") if chosen else ("○", "$foreground-muted")
            parts.append(Content.styled(f"{mark} {shown_text(choice.label)}", style))
        return Content("  ").join(parts)

    def _between_arrows(self) -> Content:
        index = self._index()
        place = f"  {index + 1} of {len(self.choices)}" if index is not None else ""
        label = shown_text(self.choices[index].label if index is not None else self.value)
        room = max(self.content_size.width - len(place) - 4, 4)
        shown = Content.styled(label, "bold $text-accent").truncate(room, ellipsis=True)
        return Content.assemble(
            ("‹ ", "$foreground-muted"), shown, (" ›", "$foreground-muted"), (place, "$foreground-muted")
        )

    def _index(self) -> int | None:
        return late(self.choices).place_of(self.value)

    def action_choose(self, by: int) -> None:
        """Choose the next or the previous value, round the ends."""
        if self.choices:
            index = self._index()
            start = (-1 if by > 0 else 0) if index is None else index
            self._choose(self.choices[(start + by) % len(self.choices)].value)

    def action_choose_end(self, index: int) -> None:
        """Choose the first or the last value."""
        if self.choices:
            self._choose(self.choices[index].value)

    def action_open(self) -> None:
        """Show all choices in a list, unless they are all to be seen already."""
        if self.fits and self.free_text is None:
            self.post_message(self.Passed())
            return
        from fluxtui.widgets.dialogs import ChoiceDialog

        dialog = ChoiceDialog(self.title, self.choices, self.value, free_text=self.free_text)
        open_dialog(self.app, dialog, self._chosen_in_dialog)

    def _chosen_in_dialog(self, value: str | None) -> None:
        if value is not None:
            self._choose(value)

    def on_key(self, event: events.Key) -> None:
        """Go to the next choice that starts with the letter typed."""
        letter = (event.character or "").casefold()
        if not event.is_printable or not letter.isalnum():
            return
        start = (self._index() or 0) + 1
        for place in range(start, start + len(self.choices)):
            choice = self.choices[place % len(self.choices)]
            if choice.label.casefold().startswith(letter):
                event.stop()
                self._choose(choice.value)
                return

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        if not self.fits:
            self.action_choose(1)
            return
        left = event.x - 1
        for choice in self.choices:
            width = Content(shown_text(choice.label)).cell_length + 4
            if left < width:
                self._choose(choice.value)
                return
            left -= width

    def _choose(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(self, value))
