"""Every screen draws what has moved, and every field what all terminals give the same room."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from textual.screen import Screen
from textual.widgets import Input, TextArea

import fluxtui
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.quiet_screen import QuietScreen
from fluxtui.widgets.steady_area import SteadyArea

PACKAGES = ("fluxtui.screens", "fluxtui.widgets")


def classes() -> list[type]:
    """Return every class of screens and widgets."""
    found = set()
    for module in pkgutil.walk_packages(fluxtui.__path__, "fluxtui."):
        if module.name.startswith(PACKAGES):
            members = inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
            found |= {item for _, item in members if item.__module__ == module.name}
    return sorted(found, key=lambda item: (item.__module__, item.__name__))


@pytest.mark.parametrize(("base", "own"), [(Screen, QuietScreen), (Input, LineInput), (TextArea, SteadyArea)])
def test_nothing_is_built_on_textuals_own(base: type, own: type) -> None:
    built = [item for item in classes() if issubclass(item, base)]
    assert own in built
    assert [item for item in built if not issubclass(item, own)] == []
