"""Asks for a new key of a profile and keeps it once the service has taken it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr
from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.settings.keys import give_key, present_text
from fluxtui.domain.errors import FluxError
from fluxtui.providers.registry import provider_hosts
from fluxtui.screens.key_entry import CHECKING, AnswerLine, KeyInput
from fluxtui.screens.key_place import KeyPlaceLine
from fluxtui.services.profiles import ProfileState
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.plain import PlainLabel, set_title


class KeyDialog(Dialog[str]):
    """Answers with what is to be told of the key that it has kept."""

    HELP = "Paste the key and press Enter: it is checked without cost, then kept. Escape or `ctrl+c` leaves."

    DEFAULT_CSS = """
    KeyDialog {
        .dialog { width: 74; }
        .dialog PlainLabel { width: 1fr; }
        KeyInput { margin: 1 0; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="key.cancel"),
    ]

    app = getters.app(StatefulApp)

    def __init__(self, state: ProfileState) -> None:
        super().__init__()
        self._state = state

    def compose(self) -> ComposeResult:
        """Lay out whose key it is, the line for it and the answer."""
        state = self._state
        with Vertical(classes="dialog") as frame:
            set_title(frame, f"New key for {state.name}")
            yield PlainLabel(f"{state.title} at {state.profile.base_url}")
            yield PlainLabel(present_text(state))
            yield KeyInput()
            yield KeyPlaceLine(state.key_place)
            yield PlainLabel(f"It is {provider_hosts(state.profile.provider).key_help}.")
            yield AnswerLine()
            yield PlainLabel("Enter checks it without cost · Esc or ctrl+c cancels", classes="dialog-keys")

    def on_mount(self) -> None:
        """Let the key be pasted at once."""
        self.query_one(KeyInput).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Check the key, then keep it."""
        event.stop()
        typed = event.value.strip()
        if not typed:
            self.query_one(AnswerLine).show_fault("There is no key in the field yet.")
            return
        self.query_one(AnswerLine).show_doing(CHECKING)
        guarded(self, self._keep(SecretStr(typed)), doing="checking the key", group="key", exclusive=True)

    async def _keep(self, key: SecretStr) -> None:
        place = self.query_one(KeyPlaceLine).place
        try:
            told = await give_key(self.app.services, self._state.name, key, place)
        except FluxError as error:
            self.query_one(AnswerLine).show_fault(f"{error.sentence()} The key was not kept.")
            return
        self.dismiss(told)
