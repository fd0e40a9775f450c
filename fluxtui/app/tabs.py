"""The places of the program and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.controllers.navigation import PlaceName


@dataclass(frozen=True)
class Place:
    """A place: its name, the function key that works while typing, the digit, and its title."""

    name: PlaceName
    function_key: str
    digit: str
    title: str


PLACES: tuple[Place, ...] = (
    Place("finetune", "f2", "1", "Finetune"),
    Place("models", "f3", "2", "Models"),
    Place("generate", "f4", "3", "Generate"),
    Place("gallery", "f5", "4", "Gallery"),
    Place("jobs", "f6", "5", "Jobs"),
    Place("settings", "f7", "6", "Settings"),
)
"""In the order of their keys."""
