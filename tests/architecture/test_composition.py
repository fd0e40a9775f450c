"""Screens compose: few bases, none with one heir only, and no attribute that two classes write."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from textual.reactive import Reactive
from textual.screen import Screen

import fluxtui
from fluxtui.screens.place import PlaceScreen
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.quiet_screen import QuietScreen
from tests.architecture.source import parsed

HOME = Path(fluxtui.__file__).parent
ROOMS = ("fluxtui.screens", "fluxtui.widgets", "fluxtui.controllers", "fluxtui.app")


@cache
def classes() -> list[type]:
    """Return every class of the upper floor."""
    found: set[type] = set()
    for module in pkgutil.walk_packages(fluxtui.__path__, "fluxtui."):
        if module.name.startswith(ROOMS):
            members = inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
            found |= {item for _, item in members if item.__module__ == module.name}
    return sorted(found, key=lambda item: (item.__module__, item.__qualname__))


CLASSES = classes()
SCREENS = [item for item in CLASSES if issubclass(item, Screen)]


PROTOCOLS = [item for item in CLASSES if getattr(item, "_is_protocol", False)]


def ours(item: type) -> list[type]:
    """Return the bases of a class that are ours, itself first."""
    return [base for base in item.__mro__ if base.__module__.startswith("fluxtui.")]


def heirs(item: type) -> list[type]:
    """Return the classes of the upper floor that are built on a class."""
    return [other for other in CLASSES if item is not other and item in other.__mro__]


def written_by(item: type) -> set[str]:
    """Return the attributes of itself that a class assigns in its own methods."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(item)))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }


@pytest.mark.parametrize("screen", SCREENS, ids=lambda item: item.__name__)
def test_a_screen_has_no_base_of_ours_but_the_shared_ones(screen: type) -> None:
    shared = {*ours(PlaceScreen), *ours(Dialog), QuietScreen}
    own = [base for base in ours(screen)[1:] if base not in shared]
    assert [base.__name__ for base in own if len(heirs(base)) < 2] == []


@cache
def called() -> frozenset[str]:
    """Return every name that is called somewhere."""
    return frozenset(
        node.func.id
        for path in HOME.rglob("*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )


def is_used_itself(item: type) -> bool:
    """Whether a class is made somewhere, and not only built on."""
    return item.__name__ in called()


def test_no_base_exists_for_one_heir() -> None:
    lonely = {
        base.__name__: heirs(base)[0].__name__
        for base in CLASSES
        if base not in PROTOCOLS and len(heirs(base)) == 1 and not is_used_itself(base)
    }
    assert lonely == {"StatefulApp": "FluxApp"}


def test_no_base_calls_its_heir() -> None:
    """The application's state is the exception: it stands below the screens, which only know that."""
    abstract = {item.__name__ for item in CLASSES if getattr(item, "__abstractmethods__", frozenset())}
    assert abstract <= {"StatefulApp", "Known", "Host"}


def test_an_attribute_is_written_by_one_class() -> None:
    twice = {}
    for item in CLASSES:
        writers: dict[str, list[str]] = defaultdict(list)
        for base in ours(item):
            for name in written_by(base):
                writers[name].append(base.__name__)
        for name, by in writers.items():
            # What Textual watches is the public face of a widget: whoever is given one may set it.
            if len(by) > 1 and not isinstance(inspect.getattr_static(item, name, None), Reactive):
                twice[f"{item.__name__}.{name}"] = by
    assert twice == {}
