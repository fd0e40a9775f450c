"""All doors for files, by their names; each is loaded when it is wanted."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from tests.fuzz.running import Door

_PLACES = {
    "pictures": ("door_pictures", "PictureDoor"),
    "weights": ("door_weights", "WeightsDoor"),
    "tars": ("door_weights", "ArchivedWeightsDoor"),
    "archives": ("door_datasets", "ArchiveDoor"),
    "folders": ("door_datasets", "FolderDoor"),
    "captions": ("door_datasets", "CaptionDoor"),
    "wildcards": ("door_prompts", "WildcardDoor"),
    "templates": ("door_prompts", "TemplateDoor"),
    "recall": ("door_recall", "RecallDoor"),
    "tables": ("door_kept", "TableDoor"),
    "kept": ("door_kept", "KeptDoor"),
}
NAMES = tuple(_PLACES)
"""For the command line, in the order in which they are tried."""


def door_named(name: str) -> Door:
    """Return a door by its name."""
    module, kind = _PLACES[name]
    return cast("Door", getattr(import_module(f"tests.fuzz.{module}"), kind)())
