"""How the questions of the generate place are asked; a dialog is loaded when it is needed."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from fluxtui.controllers.generation.batch_setup import BatchQuestion
from fluxtui.controllers.generation.picture_inputs import MaskQuestion, PictureFileQuestion
from fluxtui.controllers.generation.planner import HistoryQuestion
from fluxtui.controllers.generation.preview import PreviewQuestion
from fluxtui.widgets.dialogs import dialog_of


@dialog_of.register
def _(question: BatchQuestion) -> Screen[Any]:
    from fluxtui.screens.generate.batch_dialog import BatchDialog

    return BatchDialog(question)


@dialog_of.register
def _(question: HistoryQuestion) -> Screen[Any]:
    from fluxtui.screens.generate.history_dialog import HistoryDialog

    return HistoryDialog(question)


@dialog_of.register
def _(question: PreviewQuestion) -> Screen[Any]:
    from fluxtui.screens.generate.preview_dialog import PreviewDialog

    return PreviewDialog(question)


@dialog_of.register
def _(question: PictureFileQuestion) -> Screen[Any]:
    from fluxtui.widgets.path_picker import PathPicker
    from fluxtui.widgets.paths import PathKind

    return PathPicker(question.start, PathKind.PICTURE)


@dialog_of.register
def _(question: MaskQuestion) -> Screen[Any]:
    from fluxtui.screens.masking import MaskScreen

    return MaskScreen(question.picture, question.mask)
