"""How each place is made when it is first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluxtui.controllers.navigation import PlaceName
    from fluxtui.screens.place import PlaceScreen


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
