"""How each place, and what can stand over it, is made when it is opened."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from textual.screen import Screen

    from fluxtui.controllers.navigation import PlaceName
    from fluxtui.screens.place import PlaceScreen

OverName = Literal["messages", "requests", "spending", "keys"]
"""What can be shown over any place."""
BY_LIKELIHOOD: Final = ("generate", "gallery", "models", "jobs", "settings", "finetune")
AHEAD_SECONDS = 1.0
"""How long after the first place is complete the others are imported."""


def load_place(name: PlaceName | None) -> None:
    """Import what a place needs, and what follows its state; takes time, and may run in a thread.

    Args:
        name: of the place; None for the first start, which asks for a key over the settings.
    """
    for module in ("fluxtui.app.state_sync", "fluxtui.screens.place"):
        import_module(module)
    if name is None:
        import_module("fluxtui.screens.welcome")
    import_module(f"fluxtui.screens.{name or 'settings'}")


def load_places() -> None:
    """Import what any place needs, the likeliest first; takes a tenth of a second, for a thread."""
    for name in BY_LIKELIHOOD:
        load_place(name)


def load_places_soon() -> None:
    """Import what any place needs in a moment, so that nobody waits for it. Needs a running event loop."""
    loop = asyncio.get_running_loop()
    loop.call_later(AHEAD_SECONDS, loop.run_in_executor, None, load_places)


def make_place(name: PlaceName) -> PlaceScreen:
    """Return the screen of a place; what it needs is imported now."""
    match name:
        case "finetune":
            from fluxtui.screens.finetune import FinetuneScreen

            return FinetuneScreen()
        case "models":
            from fluxtui.screens.models import ModelsScreen

            return ModelsScreen()
        case "generate":
            from fluxtui.screens.generate import GenerateScreen

            return GenerateScreen()
        case "gallery":
            from fluxtui.screens.gallery import GalleryScreen

            return GalleryScreen()
        case "jobs":
            from fluxtui.screens.jobs import JobsScreen

            return JobsScreen()
        case "settings":
            from fluxtui.screens.settings import SettingsScreen

            return SettingsScreen()


def make_over(name: OverName) -> Screen[Any]:
    """Return a screen that stands over a place; what it needs is imported now."""
    match name:
        case "messages":
            from fluxtui.screens.lists import MessagesScreen

            return MessagesScreen()
        case "requests":
            from fluxtui.screens.lists import RequestsScreen

            return RequestsScreen()
        case "spending":
            from fluxtui.screens.spending import SpendingScreen

            return SpendingScreen()
        case "keys":
            from fluxtui.screens.settings.shortcut_list import ShortcutListScreen

            return ShortcutListScreen()
