"""How the questions of the settings are asked; a dialog is loaded when it is needed."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from fluxtui.controllers.settings.controller import KeyQuestion, NewProfileQuestion
from fluxtui.widgets.dialogs import dialog_of


@dialog_of.register
def _(question: KeyQuestion) -> Screen[Any]:
    from fluxtui.screens.settings.key_dialog import KeyDialog

    return KeyDialog(question.state)


@dialog_of.register
def _(question: NewProfileQuestion) -> Screen[Any]:
    from fluxtui.screens.settings.new_profile import NewProfileDialog

    return NewProfileDialog()
