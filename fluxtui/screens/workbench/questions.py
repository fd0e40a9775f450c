"""How the questions of the workbench are asked; a dialog is loaded when it is needed."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from fluxtui.controllers.dataset.bulk_actions import BulkEditQuestion
from fluxtui.widgets.dialogs import dialog_of


@dialog_of.register
def _(question: BulkEditQuestion) -> Screen[Any]:
    from fluxtui.screens.workbench.bulk_dialog import BulkDialog

    return BulkDialog(question)
