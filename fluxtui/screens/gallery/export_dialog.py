"""Asks in what form and where to pictures are exported."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from fluxtui.controllers.gallery.exporting import Export, ExportKind, proposed
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Choice, Dialog
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.paths import PathKind, expanded
from fluxtui.widgets.plain import PlainLabel, set_title

_WORDS = {
    ExportKind.FOLDER: "The files as they are, with their parameters in them, into a folder.",
    ExportKind.ZIP: "The files as they are, with their parameters in them, in one archive.",
    ExportKind.SHEET: "Small pictures side by side on one: .jpg, .png or .webp.",
    ExportKind.CSV: "Prompts, parameters and your marks as a table; no pictures.",
    ExportKind.JSONL: "Prompts, parameters and your marks, one JSON object a line; no pictures.",
}


class ExportDialog(Dialog[Export]):
    """Answers with the kind and the path."""

    HELP = "Left and right choose the form, right completes the path, Enter in the path exports."

    DEFAULT_CSS = """
    ExportDialog {
        .dialog { width: 74; }
        .dialog PlainLabel { width: 1fr; }
        Chooser, PathInput { margin-top: 1; }
        .export-words { color: $text-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="export.cancel"),
        Binding("ctrl+s", "export", "Export", id="export.export"),
    ]

    def __init__(self, what: str, day: date) -> None:
        """Args:
        what: is exported, such as `'3 pictures'`.
        day: today, for the name that is offered.
        """
        super().__init__()
        self._what = what
        self._day = day
        self._proposed = proposed(ExportKind.FOLDER, day)

    def compose(self) -> ComposeResult:
        """Lay out the form, the path and the keys."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, f"Export {self._what}")
            kinds = [Choice(kind.name, kind.value) for kind in ExportKind]
            yield Chooser(kinds, ExportKind.FOLDER.name, title="Form")
            yield PlainLabel(_WORDS[ExportKind.FOLDER], classes="export-words")
            yield PathInput(self._proposed, kind=PathKind.ANY)
            yield PlainLabel("^S or Enter in the path exports · → completes · Esc", classes="dialog-keys")

    def on_mount(self) -> None:
        """Begin with the form."""
        self.query_one(Chooser).focus()

    @property
    def _kind(self) -> ExportKind:
        return ExportKind[self.query_one(Chooser).value]

    def on_chooser_changed(self, event: Chooser.Changed) -> None:
        """Say what it is, and offer a path with its ending where the user has not typed one."""
        event.stop()
        self.query_one(".export-words", PlainLabel).show(_WORDS[self._kind])
        line = self.query_one(PathInput)
        if line.value == self._proposed:
            self._proposed = proposed(self._kind, self._day)
            line.show(self._proposed)
            line.cursor_position = len(self._proposed)

    def on_chooser_passed(self, event: Chooser.Passed) -> None:
        """Go on to the path."""
        event.stop()
        self.query_one(PathInput).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Export."""
        event.stop()
        self.action_export()

    def action_export(self) -> None:
        """Answer, where there is a path."""
        text = self.query_one(PathInput).value.strip()
        if text:
            self.dismiss(Export(self._kind, expanded(text)))
