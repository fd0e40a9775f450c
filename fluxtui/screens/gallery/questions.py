"""How the questions of the gallery are asked; a dialog is loaded when it is needed."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from fluxtui.controllers.gallery.exporting import ExportQuestion
from fluxtui.widgets.dialogs import dialog_of


@dialog_of.register
def _(question: ExportQuestion) -> Screen[Any]:
    from fluxtui.screens.gallery.export_dialog import ExportDialog

    return ExportDialog(question.what, question.day)
