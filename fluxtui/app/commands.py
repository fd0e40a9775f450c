"""What the palette offers in every place: title, help, and the action of the application that does it."""

from __future__ import annotations

from typing import Final

from fluxtui.app.recall import RECALL
from fluxtui.app.tabs import PLACES

COMMANDS: Final = (
    *((place.title, "go to", f"show_place('{place.name}')") for place in PLACES),
    ("Help", "Keys and words of this place", "show_help"),
    ("Messages", "Everything that was told, newest first", "show('messages')"),
    ("Spending", "By day, finetune and endpoint", "show('spending')"),
    ("Requests", "What was sent, without secrets", "show('requests')"),
    ("Keys", "All actions with their keys, and other keys for them", "show('keys')"),
    ("Pictures", "How they are drawn: kitty, sixel, …", "choose_protocol"),
    (*RECALL, "recall"),
    ("Page", "The gallery in a browser, on or off", "toggle_page"),
    ("Draw anew", "Where the screen is broken", "redraw"),
    ("Theme", "Choose the colours", "change_theme"),
    ("Quit", "Leave the program", "leave"),
)
