"""The keys that work everywhere, and what is wrong with those of the configuration."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from textual.binding import Binding

from fluxtui.app.tabs import PLACES, Place

if TYPE_CHECKING:
    from fluxtui.app.state import StatefulApp


def _bindings_of(place: Place) -> tuple[Binding, Binding]:
    """Return the function key, which works while typing too (a text area wants F6 and F7), and the digit."""
    action = f"show_place('{place.name}')"
    return (
        Binding(place.function_key, action, place.title, id=f"place.{place.name}", show=False, priority=True),
        Binding(place.digit, action, place.title, id=f"place.{place.name}.digit", show=False),
    )


APP_BINDINGS: Final = (
    *(binding for place in PLACES for binding in _bindings_of(place)),
    Binding("f1,question_mark", "show_help", "Help", id="app.help", key_display="F1"),
    # Textual binds this key itself only where nothing else is bound to the palette.
    Binding("ctrl+p", "command_palette", "Commands", id="app.palette_key", show=False, priority=True),
    Binding("colon", "command_palette", "Commands", id="app.palette", show=False),
    Binding("exclamation_mark,alt+m", "show('messages')", "Messages", id="app.messages", show=False),
    Binding("ctrl+q", "leave", "Quit", id="app.quit", show=False, priority=True),
    Binding("ctrl+c", "leave_twice", "Quit (twice)", id="app.interrupt", show=False),
    # One byte, 0x1f, in most terminals, whichever of its keys is pressed; the others as kitty tells them.
    Binding(
        "ctrl+underscore,ctrl+slash,ctrl+7",
        "redraw",
        "Draw anew",
        id="app.redraw",
        show=False,
        priority=True,
        key_display="Ctrl+/",
    ),
    Binding("ctrl+z", "suspend_process", "Suspend", id="app.suspend", show=False),
)


async def tell_shortcut_faults(app: StatefulApp, keys: Mapping[str, str]) -> None:
    """Tell what is wrong with the keys of the configuration, which only the parts that have them know."""
    from fluxtui.controllers.settings.shortcuts import shortcut_faults
    from fluxtui.screens.settings.key_catalogue import all_shortcuts

    for fault in shortcut_faults(await asyncio.to_thread(all_shortcuts), keys):
        app.tell(fault, title="Keys", severity="warning")
