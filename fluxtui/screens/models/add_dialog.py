"""Asks for a finetune that no service lists: whose it is, its id, and the word that triggers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from fluxtui.controllers.models.questions import NewFinetune
from fluxtui.domain.errors import InvalidInput
from fluxtui.screens.key_entry import AnswerLine
from fluxtui.services.models import check_id
from fluxtui.services.models.uses import ProfileOffers
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Choice, Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, set_title


class AddDialog(Dialog[NewFinetune]):
    """Answers with what was typed, once it has the form of an id.

    Args:
        profiles: whose services take an id; at least one.
    """

    HELP = "Type the id, then the trigger word if you know it. Enter goes on, Escape or `ctrl+c` leaves."

    DEFAULT_CSS = """
    AddDialog {
        .dialog PlainLabel { width: 1fr; }
        .add-title { margin-top: 1; color: $text-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="add.cancel"),
    ]

    def __init__(self, profiles: Sequence[ProfileOffers]) -> None:
        super().__init__()
        self._profiles = {answer.profile: answer for answer in profiles}
        self._profile = profiles[0].profile

    def compose(self) -> ComposeResult:
        """Lay out whose it is, what an id can be, and the two lines."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, "Add a finetune by its id")
            if len(self._profiles) > 1:
                choices = [Choice(name, name, answer.title) for name, answer in self._profiles.items()]
                yield Chooser(choices, self._profile, title="Profile", id="add-profile")
            yield PlainLabel("", id="add-help")
            yield LineInput(placeholder="id", id="add-id")
            yield AnswerLine()
            yield PlainLabel("Trigger word, if you know it", classes="add-title")
            yield LineInput(placeholder="the service may tell it", id="add-trigger")
            yield PlainLabel("Enter asks the service for it · Esc or ctrl+c cancels", classes="dialog-keys")

    def on_mount(self) -> None:
        """Let the id be typed at once."""
        self._show_help()
        self._line("#add-id").focus()

    def _show_help(self) -> None:
        abilities = self._profiles[self._profile].abilities
        self.query_one("#add-help", PlainLabel).show(abilities.id_help if abilities is not None else "")

    @on(Chooser.Changed)
    def _choose_profile(self, event: Chooser.Changed) -> None:
        event.stop()
        self._profile = event.value
        self._show_help()
        self.query_one(AnswerLine).show("")

    @on(Chooser.Passed)
    def _go_on(self, event: Chooser.Passed) -> None:
        event.stop()
        self._line("#add-id").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on from the id to the trigger word, and from there to the answer."""
        event.stop()
        finetune_id = self._line("#add-id").value.strip()
        if not self._is_good(finetune_id):
            self._line("#add-id").focus()
        elif event.input.id == "add-id":
            self._line("#add-trigger").focus()
        else:
            trigger_word = self._line("#add-trigger").value.strip()
            self.dismiss(NewFinetune(self._profile, finetune_id, trigger_word))

    def _is_good(self, finetune_id: str) -> bool:
        """Tell whether a text has the form of an id, and say so if not."""
        abilities = self._profiles[self._profile].abilities
        answer = self.query_one(AnswerLine)
        answer.show("")
        if not finetune_id:
            return False
        try:
            if abilities is not None:
                check_id(finetune_id, abilities)
        except InvalidInput as error:
            answer.show_fault(error.message)
            return False
        return True

    def _line(self, selector: str) -> LineInput:
        return self.query_one(selector, LineInput)
