"""How the questions of the models are asked; a dialog is loaded when it is needed."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from fluxtui.controllers.models.questions import (
    DashboardQuestion,
    DashboardSteps,
    IdQuestion,
    OwnFileQuestion,
)
from fluxtui.widgets.dialogs import dialog_of


@dialog_of.register
def _(question: IdQuestion) -> Screen[Any]:
    from fluxtui.screens.models.add_dialog import AddDialog

    return AddDialog(question.profiles)


@dialog_of.register
def _(question: DashboardQuestion) -> Screen[Any]:
    from fluxtui.screens.models.dashboard_dialogs import DashboardDialog

    return DashboardDialog(question.name)


@dialog_of.register
def _(question: DashboardSteps) -> Screen[Any]:
    from fluxtui.screens.models.dashboard_dialogs import StepsDialog

    return StepsDialog(question.prepared)


@dialog_of.register
def _(question: OwnFileQuestion) -> Screen[Any]:
    from fluxtui.screens.models.own_dialog import OwnFileDialog

    return OwnFileDialog()
