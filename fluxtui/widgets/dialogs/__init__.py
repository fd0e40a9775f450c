"""Questions that stand in front of a screen, and the one way to open them; dialogs are imported late."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fluxtui.controllers.questions import Choice
from fluxtui.widgets.dialogs.asking import dialog_of
from fluxtui.widgets.dialogs.base import DeliberateDialog, Dialog, ask, open_dialog

if TYPE_CHECKING:
    from fluxtui.widgets.dialogs.choice import ChoiceDialog
    from fluxtui.widgets.dialogs.confirm import ConfirmDialog
    from fluxtui.widgets.dialogs.line import LineDialog
    from fluxtui.widgets.dialogs.name import NameDialog
    from fluxtui.widgets.dialogs.path import PathDialog
    from fluxtui.widgets.dialogs.type_word import TypeWordDialog

_MODULES = {
    "ChoiceDialog": "choice",
    "ConfirmDialog": "confirm",
    "LineDialog": "line",
    "NameDialog": "name",
    "PathDialog": "path",
    "TypeWordDialog": "type_word",
}

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


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
