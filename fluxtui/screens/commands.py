"""The command palette: what can be done now, found by its words, and read from the bindings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen

from fluxtui.app.tabs import PLACES
from fluxtui.controllers.questions import Choice
from fluxtui.domain.shortcuts import shortcut_name
from fluxtui.widgets.dialogs.choice import ChoiceDialog

TITLE = "Commands"
EVERYWHERE = "Everywhere"
_GOING = "show_place("
"""How actions begin that lead to a place."""


class Deed(NamedTuple):
    """Something that can be done now.

    Attributes:
        name: tells it apart.
        words: what it does.
        note: what else is told of it, searched but not shown.
        keys: the keys that do the same.
        group: where it belongs.
        action: of Textual.
        node: whose action it is.
    """

    name: str
    words: str
    note: str
    keys: tuple[str, ...]
    group: str
    action: str
    node: DOMNode


def palette_of(deeds: Sequence[Deed]) -> ChoiceDialog:
    """Return what lists deeds, each in a line with its key at the right; it answers with the name of one."""
    choices = [Choice(deed.name, deed.words, _keys(deed), deed.group, deed.note) for deed in deeds]
    return ChoiceDialog(TITLE, choices, as_menu=True)


def open_palette(app: App[Any], everywhere: Iterable[tuple[str, str, str]]) -> None:
    """Show what can be done now, and do what is chosen.

    Args:
        app: in front of which screen is what it is for.
        everywhere: titles, words and actions of the application itself.
    """
    deeds = {deed.name: deed for deed in deeds_of(app.screen, everywhere)}

    async def do(name: str | None) -> None:
        if name is not None:
            await app.run_action(deeds[name].action, default_namespace=deeds[name].node)

    app.push_screen(palette_of(tuple(deeds.values())), do)


def deeds_of(screen: Screen[Any], everywhere: Iterable[tuple[str, str, str]]) -> Iterator[Deed]:
    """Yield what can be done on a screen: places first, then what is here, then what is everywhere."""
    keys = _keys_of_actions(screen)
    own = [
        Deed(action, title, words, keys.get(action, ()), EVERYWHERE, action, screen.app)
        for title, words, action in everywhere
    ]
    yield from (deed._replace(group="Places") for deed in own if deed.action.startswith(_GOING))
    yield from _here(screen)
    yield from (deed for deed in own if not deed.action.startswith(_GOING))


def _here(screen: Screen[Any]) -> Iterator[Deed]:
    known: dict[str, Deed] = {}
    title = next((place.title for place in PLACES if place.name == getattr(screen, "PLACE", "")), "Here")
    for active in screen.active_bindings.values():
        node, binding = active.node, active.binding
        # Moving the focus about and the like is nothing to look for in a palette.
        offered = active.enabled and (binding.show or node is screen) and not binding.system
        if node is screen.app or not offered or not binding.id or binding.action.startswith("app.focus"):
            continue
        name = binding.id
        before = known.get(binding.description)
        keys = (*before.keys, binding.key) if before is not None else (binding.key,)
        known[binding.description] = Deed(name, binding.description, name, keys, title, binding.action, node)
    yield from known.values()


def _keys_of_actions(screen: Screen[Any]) -> dict[str, tuple[str, ...]]:
    """Return the keys of the application's own actions."""
    found: dict[str, tuple[str, ...]] = {}
    for active in screen.active_bindings.values():
        if active.node is screen.app:
            action = active.binding.action
            found[action] = (*found.get(action, ()), active.binding.key)
    return found


def _keys(deed: Deed) -> str:
    """Return the first two keys, which are those that people use."""
    return ", ".join(dict.fromkeys(map(shortcut_name, deed.keys[:2])))
