"""Whatever a controller can ask, some dialog asks."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest

import fluxtui
from fluxtui.controllers.questions import Question
from fluxtui.widgets.dialogs import dialog_of

ROOMS = ("fluxtui.controllers", "fluxtui.widgets", "fluxtui.screens")


def questions() -> list[type[Question[Any]]]:
    """Return every kind of question, once all that may register a dialog for it is imported."""
    for module in pkgutil.walk_packages(fluxtui.__path__, "fluxtui."):
        if module.name.startswith(ROOMS):
            importlib.import_module(module.name)
    found: list[type[Question[Any]]] = []
    begun = Question.__subclasses__()
    while begun:
        kind = begun.pop()
        begun += kind.__subclasses__()
        if kind.__module__.startswith("fluxtui."):
            found.append(kind)
    return sorted(found, key=lambda kind: kind.__qualname__)


@pytest.mark.parametrize("kind", questions(), ids=lambda kind: kind.__name__)
def test_a_dialog_asks_it(kind: type[Question[Any]]) -> None:
    assert dialog_of.dispatch(kind) is not dialog_of.dispatch(object)
