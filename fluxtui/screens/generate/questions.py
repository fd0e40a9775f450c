"""How the questions of the generate place are asked whose dialogs belong to others."""

from __future__ import annotations

from fluxtui.controllers.generation.picture_inputs import MaskQuestion, PictureFileQuestion
from fluxtui.screens.generate import batch_dialog, history_dialog, preview_dialog
from fluxtui.screens.masking import MaskScreen
from fluxtui.widgets.dialogs import dialog_of
from fluxtui.widgets.path_picker import PathPicker
from fluxtui.widgets.paths import PathKind

__all__ = ["batch_dialog", "history_dialog", "preview_dialog"]


@dialog_of.register
def _(question: PictureFileQuestion) -> PathPicker:
    return PathPicker(question.start, PathKind.PICTURE)


@dialog_of.register
def _(question: MaskQuestion) -> MaskScreen:
    return MaskScreen(question.picture, question.mask)
