"""Leads a LoRA into BFL's dashboard: asks for name and place of the copy, then tells what is left to do."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input

from fluxtui.app.state import StatefulApp
from fluxtui.controllers.models.questions import DashboardCopy
from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import dashboard_name
from fluxtui.screens.key_entry import AnswerLine
from fluxtui.services.lora import DashboardFile
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.paths import PathKind, expanded
from fluxtui.widgets.plain import PlainLabel, set_title


class DashboardDialog(Dialog[DashboardCopy]):
    """Answers with name and folder.

    Args:
        name: of the finetune; the nearest that the dashboard takes is put in.
    """

    HELP = "Enter goes on from the name to the folder, and makes the copy there. Escape or `ctrl+c` leaves."

    DEFAULT_CSS = """
    DashboardDialog {
        .dialog { width: 74; }
        .dialog PlainLabel { width: 1fr; }
        .export-title { margin-top: 1; color: $text-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="dashboard.cancel"),
    ]

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name_wanted = dashboard_name(name)

    def compose(self) -> ComposeResult:
        """Lay out what will happen, and the two lines."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, "Prepare for BFL's dashboard")
            yield PlainLabel(
                "The dashboard is the only way in for a LoRA: the file is put where your browser finds it, "
                "then you are told each step. Nothing is sent."
            )
            yield PlainLabel(
                "Its name there: small letters, digits, - and _; it is how you generate with it",
                classes="export-title",
            )
            yield LineInput(self._name_wanted, placeholder=self._name_wanted, id="export-name")
            yield AnswerLine()
            yield PlainLabel("Folder for the copy", classes="export-title")
            yield PathInput(
                kind=PathKind.FOLDER, placeholder="export, in the data directory", id="export-folder"
            )
            yield PlainLabel("Enter goes on · Esc or ctrl+c cancels", classes="dialog-keys")

    def on_mount(self) -> None:
        """Let the name be changed at once."""
        self.query_one("#export-name", LineInput).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Bring the name into its form, then go on to the folder, and from there to the answer."""
        event.stop()
        line = self.query_one("#export-name", LineInput)
        typed = line.value.strip()
        name = dashboard_name(typed or self._name_wanted)
        if event.input.id == "export-name":
            line.show(name)
            if typed and typed != name:
                self.query_one(AnswerLine).show_doing("That is the nearest name that can be given there.")
            self.query_one("#export-folder", PathInput).focus()
            return
        folder = self.query_one("#export-folder", PathInput).value.strip()
        self.dismiss(DashboardCopy(name, expanded(folder) if folder else None))


class StepsDialog(Dialog[None]):
    """Tells what is left to do with a LoRA that is ready for the dashboard."""

    HELP = "`y` copies the path of the file, `i` its name there; Enter, `q` or Escape closes."

    DEFAULT_CSS = """
    StepsDialog {
        .dialog { width: 76; }
        .dialog PlainLabel { width: 1fr; }
        .steps { height: auto; max-height: 15; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q,escape,ctrl+c", "dismiss", "Close", id="steps.close"),
        Binding("y", "copy_path", "Copy path", id="steps.copy_path"),
        Binding("i", "copy_name", "Copy name", id="steps.copy_name"),
    ]

    app = getters.app(StatefulApp)

    def __init__(self, prepared: DashboardFile) -> None:
        super().__init__()
        self._prepared = prepared

    def compose(self) -> ComposeResult:
        """Lay out the steps, one below the other."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, f"{self._prepared.name} is ready for BFL's dashboard")
            with VerticalScroll(classes="steps"):
                for number, step in enumerate(self._prepared.steps, start=1):
                    yield PlainLabel(f"{number}. {step}")
            yield PlainLabel("y copies the path · i the name · Enter or Esc closes", classes="dialog-keys")

    def on_mount(self) -> None:
        """Let the steps be scrolled."""
        self.query_one(VerticalScroll).focus()

    def action_copy_path(self) -> None:
        """Copy where the file is."""
        self._copy(str(self._prepared.path), "path")

    def action_copy_name(self) -> None:
        """Copy what it is to be called there."""
        self._copy(self._prepared.name, "name")

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(safe_text(text))
        self.query_one(".dialog-keys", PlainLabel).show(f"✓ The {what} is copied · Enter or Esc closes")
