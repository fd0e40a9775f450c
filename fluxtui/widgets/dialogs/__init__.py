"""Questions that stand in front of a screen, and the one way to open them."""

from fluxtui.controllers.questions import Choice
from fluxtui.widgets.dialogs.asking import dialog_of
from fluxtui.widgets.dialogs.base import DeliberateDialog, Dialog, ask, open_dialog
from fluxtui.widgets.dialogs.choice import ChoiceDialog
from fluxtui.widgets.dialogs.confirm import ConfirmDialog
from fluxtui.widgets.dialogs.line import LineDialog
from fluxtui.widgets.dialogs.name import NameDialog
from fluxtui.widgets.dialogs.path import PathDialog
from fluxtui.widgets.dialogs.type_word import TypeWordDialog

__all__ = [
    "Choice",
    "ChoiceDialog",
    "ConfirmDialog",
    "DeliberateDialog",
    "Dialog",
    "LineDialog",
    "NameDialog",
    "PathDialog",
    "TypeWordDialog",
    "ask",
    "dialog_of",
    "open_dialog",
]
