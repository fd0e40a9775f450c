"""Inputs for parameters that take pictures: a path each, looked at in a thread while one types."""

from __future__ import annotations

import asyncio
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from fluxtui.domain.endpoint import Field
from fluxtui.widgets.parameter_form import entries
from fluxtui.widgets.parameter_form.controls import Entered, Passed
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.paths import PathKind, PathNote, expanded, note_picture

CHECK_DELAY_SECONDS = 0.3
"""How long typing must rest before the disk is asked."""


class Noted(Message):
    """Something was found out about the file that a field names; `note` is None where it names none."""

    def __init__(self, name: str, note: PathNote | None) -> None:
        super().__init__()
        self.name = name
        self.note = note


class PictureInput(PathInput):
    """The path of one picture; says what is there once typing rests."""

    class Checked(Message):
        """The file was looked at."""

        def __init__(self, line: PictureInput, note: PathNote | None) -> None:
            super().__init__()
            self.line = line
            self.note = note

    def __init__(self, value: str, placeholder: str) -> None:
        super().__init__(value, kind=PathKind.PICTURE, placeholder=placeholder)

    def on_mount(self) -> None:
        """Look at a file that is named from the start."""
        if self.value:
            self.check_file(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look at the file that is named now."""
        self.check_file(CHECK_DELAY_SECONDS)

    @work(exclusive=True, group="check-picture", exit_on_error=False)
    async def check_file(self, delay: float) -> None:
        """Look at the file after `delay` seconds and post `Checked`."""
        await asyncio.sleep(delay)
        text = self.value.strip()
        note = await asyncio.to_thread(note_picture, text) if text else None
        self.post_message(self.Checked(self, note))


class PictureControl(PictureInput):
    """One picture."""

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__(entries.shown(value), entries.empty_text(field) or "path of a picture")
        self.field = field

    def entered(self) -> Any:
        """Return the path as text with the home directory written out, None where it is empty."""
        return path_value(self.value)

    def enter(self, value: Any) -> None:
        """Show a path."""
        if path_value(self.value) != (entries.shown(value) or None):
            self.show(entries.shown(value))

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
        self.post_message(Noted(self.field.name, event.note))


class PicturesControl(Vertical):
    """Several pictures: a line each, and always an empty one while more are allowed."""

    DEFAULT_CSS = """
    PicturesControl { width: 1fr; height: auto; }
    """

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__()
        self.field = field
        self._paths = [str(path) for path in value or ()]
        self._notes: dict[PictureInput, PathNote | None] = {}

    def compose(self) -> ComposeResult:
        """Make a line for each picture and an empty one."""
        yield from (self._line(path) for path in self._paths)
        if len(self._paths) < self._limit:
            yield self._line("")

    @property
    def _limit(self) -> int:
        return self.field.max_length or 64

    def _line(self, path: str) -> PictureInput:
        return PictureInput(path, entries.empty_text(self.field) or "path of a picture")

    @property
    def lines(self) -> list[PictureInput]:
        """The input lines from top to bottom."""
        return list(self.query_children(PictureInput))

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
        lines = self.lines
        if all(line.value.strip() for line in lines) and len(lines) < self._limit:
            await self.mount(self._line(""))

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
        self._notes[event.line] = event.note
        told = [note for line in self.lines if (note := self._notes.get(line)) is not None]
        note = PathNote(" | ".join(note.text for note in told), all(note.usable for note in told))
        self.post_message(Noted(self.field.name, note if told else None))


def path_value(text: str) -> str | None:
    """Return the path that a line of text means, None where it is empty."""
    return str(expanded(text)) if text.strip() else None
