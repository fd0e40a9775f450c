"""The places of the program, their keys and how each is made when first opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluxtui.screens.place import PlaceScreen


@dataclass(frozen=True)
class Place:
    """A place: its mode name, the function key that works while typing, the digit, and its title."""

    name: str
    function_key: str
    digit: str
    title: str
    make: Callable[[], PlaceScreen]


def _finetune() -> PlaceScreen:
    from fluxtui.screens.finetune import FinetuneScreen

    return FinetuneScreen()


def _models() -> PlaceScreen:
    from fluxtui.screens.models import ModelsScreen

    return ModelsScreen()


def _generate() -> PlaceScreen:
    from fluxtui.screens.generate import GenerateScreen

    return GenerateScreen()


def _gallery() -> PlaceScreen:
    from fluxtui.screens.gallery import GalleryScreen

    return GalleryScreen()


def _jobs() -> PlaceScreen:
    from fluxtui.screens.jobs import JobsScreen

    return JobsScreen()


def _settings() -> PlaceScreen:
    from fluxtui.screens.settings import SettingsScreen

    return SettingsScreen()


PLACES: tuple[Place, ...] = (
    Place("finetune", "f2", "1", "Finetune", _finetune),
    Place("models", "f3", "2", "Models", _models),
    Place("generate", "f4", "3", "Generate", _generate),
    Place("gallery", "f5", "4", "Gallery", _gallery),
    Place("jobs", "f6", "5", "Jobs", _jobs),
    Place("settings", "f7", "6", "Settings", _settings),
)
"""In the order of their keys."""
