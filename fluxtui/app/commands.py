"""What the palette offers in every place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from fluxtui.app.recall import RECALL
from fluxtui.app.tabs import PLACES

if TYPE_CHECKING:
    from fluxtui.app.app import FluxApp


def system_commands(app: FluxApp) -> Iterator[SystemCommand]:
    """Yield the places, and what has no place of its own."""
    for place in PLACES:
        key = place.function_key.upper()
        yield SystemCommand(place.title, f"Go to {place.title} ({key})", partial(app.go, place.name))
    yield SystemCommand("Help", "Keys and words of this place (F1)", app.action_show_help)
    yield SystemCommand("Messages", "Everything that was told, newest first", app.action_show_messages)
    yield SystemCommand("Spending", "By day, finetune and endpoint ($)", app.action_show_spending)
    yield SystemCommand("Requests", "What was sent, without secrets", app.action_show_requests)
    yield SystemCommand("Pictures", "How they are drawn: kitty, sixel, …", app.action_choose_protocol)
    yield SystemCommand(*RECALL, app.action_recall)
    yield SystemCommand("Page", "The gallery in a browser, on or off", app.action_toggle_page)
    yield SystemCommand("Draw anew", "Where the screen is broken (Ctrl+/)", app.action_redraw)
    yield SystemCommand("Theme", "Choose the colours", app.action_change_theme)
    yield SystemCommand("Quit", "Leave the program (Ctrl+Q)", app.action_leave)
