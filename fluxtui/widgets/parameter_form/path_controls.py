"""Inputs for parameters that take pictures: a path or address each, looked at while one types."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from fluxtui.domain.endpoint import Field
from fluxtui.domain.text import is_web_address
from fluxtui.widgets.parameter_form import entries
from fluxtui.widgets.parameter_form.controls import Entered, Passed
from fluxtui.widgets.parameter_form.picture_notes import PictureNote, note_input, note_list
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.paths import PathKind, PathNote, expanded

CHECK_DELAY_SECONDS = 0.3
"""How long typing must rest before the disk is asked."""


class Noted(Message):
    """Something was found out about what a field names; `note` is None where it names nothing.

    `found` is what is known of the file, for fields of one picture.
    """

    def __init__(self, name: str, note: PathNote | None, found: PictureNote | None = None) -> None:
        super().__init__()
        self.name = name
        self.note = note
        self.found = found


class PictureInput(PathInput):
    """The path or address of one picture; says what is there once typing rests."""

    HELP = (
        "Right takes the completion, `~` is your home directory. Down or `ctrl+g` lists other ways to "
        "name a picture, and what can be done with this one."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "ways", "Ways to fill it", id="picture.ways", key_display="↓"),
    ]

    class Checked(Message):
        """The file was looked at."""

        def __init__(self, line: PictureInput, found: PictureNote | None) -> None:
            super().__init__()
            self.line = line
            self.found = found

    class Pointed(Message):
        """The focus is on a picture, which could be shown; told again when it is another one."""

        def __init__(self, line: PictureInput) -> None:
            super().__init__()
            self.line = line

    class WaysRequested(Message):
        """The user wants to see what other ways there are to fill the line."""

        def __init__(self, line: PictureInput) -> None:
            super().__init__()
            self.line = line

    def __init__(self, field: Field, value: str) -> None:
        placeholder = entries.empty_text(field) or "path of a picture"
        super().__init__(value, kind=PathKind.PICTURE, placeholder=f"{placeholder} · ↓ ways")
        self.field = field
        self.found: PictureNote | None = None
        """What is known of the picture that is named."""

    def on_mount(self) -> None:
        """Look at a file that is named from the start."""
        if self.value:
            self.check_file(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look at the file that is named now."""
        self.check_file(CHECK_DELAY_SECONDS)

    def on_focus(self) -> None:
        """Tell that this picture could be shown."""
        self.post_message(self.Pointed(self))

    @work(exclusive=True, group="check-picture", exit_on_error=False)
    async def check_file(self, delay: float) -> None:
        """Look at the file after `delay` seconds and post `Checked`."""
        await asyncio.sleep(delay)
        text = self.value.strip()
        self.found = await asyncio.to_thread(note_input, text, self.field) if text else None
        self.post_message(self.Checked(self, self.found))
        if self.has_focus:
            self.post_message(self.Pointed(self))

    def action_ways(self) -> None:
        """Ask for other ways to fill the line."""
        self.post_message(self.WaysRequested(self))


class PictureControl(PictureInput):
    """One picture."""

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__(field, entries.input_text(value))

    def entered(self) -> Any:
        """Return the path as text with the home directory written out, None where it is empty."""
        return path_value(self.value)

    def enter(self, value: Any) -> None:
        """Show a path."""
        if path_value(self.value) != (entries.input_text(value) or None):
            self.show(entries.input_text(value))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the form; Textual calls the method of the base class as well."""
        event.stop()
        self.post_message(Entered(self.field.name))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next field."""
        event.stop()
        self.post_message(Passed())

    def on_picture_input_checked(self, event: PictureInput.Checked) -> None:
        """Tell the form what was found."""
        event.stop()
        note = event.found.note if event.found is not None else None
        self.post_message(Noted(self.field.name, note, event.found))


class PicturesControl(Vertical):
    """Several pictures: a line each, and always an empty one while more are allowed."""

    HELP = (
        "A line for each picture; an emptied line goes. `shift+up` and `shift+down` move a picture, down or "
        "`ctrl+g` lists other ways to name one."
    )

    DEFAULT_CSS = """
    PicturesControl { width: 1fr; height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("shift+up", "shift(-1)", "Earlier", id="pictures.earlier", show=False),
        Binding("shift+down", "shift(1)", "Later", id="pictures.later", show=False),
    ]

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__()
        self.field = field
        self._paths = [str(path) for path in value or ()]

    def compose(self) -> ComposeResult:
        """Make a line for each picture and an empty one."""
        yield from (self._line(path) for path in self._paths)
        if len(self._paths) < self._limit:
            yield self._line("")

    @property
    def _limit(self) -> int:
        return self.field.max_length or 64

    def _line(self, path: str) -> PictureInput:
        return PictureInput(self.field, path)

    @property
    def lines(self) -> list[PictureInput]:
        """The input lines from top to bottom."""
        return list(self.query_children(PictureInput))

    @property
    def current(self) -> int:
        """The place of the line with the focus, -1 where none has it."""
        return next((number for number, line in enumerate(self.lines) if line.has_focus), -1)

    def entered(self) -> Any:
        """Return the paths that are not empty, None where all are."""
        if not self.is_mounted:
            return list(self._paths) or None
        paths = [path_value(line.value) for line in self.lines]
        return [path for path in paths if path] or None

    def enter(self, value: Any) -> None:
        """Show paths, a line each."""
        paths = [str(path) for path in value or ()]
        if paths == (self.entered() or []):
            return
        self._paths = paths
        self.call_later(self._fill)

    async def _fill(self) -> None:
        lines = self.lines
        for line, path in zip(lines, [*self._paths, *[""] * len(lines)], strict=False):
            line.show(path)
        missing = self._paths[len(lines) :]
        if missing:
            await self.mount(*(self._line(path) for path in missing))
        await self._keep_one_empty()

    async def _keep_one_empty(self) -> None:
        """Take superfluous empty lines out, but the one with the focus, or make one where there is none."""
        lines = self.lines
        empty = [line for line in lines if not line.value.strip()]
        kept = next((line for line in empty if line.has_focus or line is lines[-1]), None)
        for line in empty:
            if line is not kept:
                await line.remove()
        if kept is None and len(self.lines) < self._limit:
            await self.mount(self._line(""))

    def action_shift(self, by: int) -> None:
        """Move the picture of the line with the focus, which goes along."""
        lines, here = self.lines, self.current
        there = here + by
        if here < 0 or not 0 <= there < len(lines) or not (lines[here].value and lines[there].value):
            return
        one, other = lines[here].value, lines[there].value
        lines[here].show(other)
        lines[there].show(one)
        lines[there].focus()

    async def take_out(self, line: PictureInput) -> None:
        """Take a picture out; those after it move up."""
        paths = [item.value for item in self.lines if item is not line and item.value.strip()]
        self._paths = paths
        await self._fill()

    async def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the form; make room for one more."""
        event.stop()
        await self._keep_one_empty()
        self.post_message(Entered(self.field.name))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next line or field."""
        event.stop()
        self.post_message(Passed())

    def on_picture_input_checked(self, event: PictureInput.Checked) -> None:
        """Tell the form what was found in all lines."""
        event.stop()
        self._tell()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the picture with the focus is; a line that was emptied and left goes."""
        self._tell()
        self.call_later(self._keep_one_empty)

    def _tell(self) -> None:
        found = [line.found if line.value.strip() else None for line in self.lines]
        self.post_message(Noted(self.field.name, note_list(found, self.current)))


def path_value(text: str) -> str | None:
    """Return the path or the address that a line of text means, None where it is empty."""
    if is_web_address(text):
        return text.strip()
    return str(expanded(text)) if text.strip() else None
