"""All actions that have keys, read from the classes that bind them."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from fluxtui.domain.shortcuts import Shortcut, ShortcutScope

_ROOMS = ("fluxtui.app", "fluxtui.screens", "fluxtui.widgets")
_LISTS = frozenset({"table", "grid"})
"""What the ids of keys in lists and grids begin with."""


@lru_cache(maxsize=1)
def all_shortcuts() -> tuple[Shortcut, ...]:
    """Return every action of every part, with the keys that it has by itself; one of a base in each heir.

    Everything that binds keys is loaded for it, which takes tenths of a second: to be called in a thread.
    """
    for room in _ROOMS:
        module = import_module(room)
        for info in pkgutil.walk_packages(module.__path__, f"{room}."):
            import_module(info.name)
    found = [shortcut for kind in _kinds(DOMNode) for shortcut in _of(kind)]
    return tuple(sorted(set(found), key=lambda shortcut: (shortcut.id, shortcut.part)))


def _kinds(base: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for kind in base.__subclasses__():
        if kind.__module__.startswith("fluxtui."):
            yield kind
        yield from _kinds(kind)


def _of(kind: type[DOMNode]) -> Iterator[Shortcut]:
    bound: dict[str, list[Binding]] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("fluxtui."):
            for binding in Binding.make_bindings(vars(base).get("BINDINGS", ())):
                bound.setdefault(binding.id or "", []).append(binding)
    for action, bindings in bound.items():
        if action:
            keys = tuple(dict.fromkeys(binding.key for binding in bindings))
            scope = _scope(kind, action, is_first=any(binding.priority for binding in bindings))
            yield Shortcut(action, bindings[0].description, _title(kind), keys, scope)


def _scope(kind: type[DOMNode], action: str, *, is_first: bool) -> ShortcutScope:
    if issubclass(kind, App) and is_first:
        return ShortcutScope.EVERYWHERE
    if action.partition(".")[0] in _LISTS:
        return ShortcutScope.LIST
    return ShortcutScope.PLACE if issubclass(kind, Screen) else ShortcutScope.PART


def _title(kind: type[DOMNode]) -> str:
    """Return what people call a part: the words of its class without what it is for Textual."""
    if issubclass(kind, App):
        return "Everywhere"
    words = re.findall(r"[A-Z][a-z]*", kind.__name__.removesuffix("Screen"))
    return " ".join(words).capitalize()
