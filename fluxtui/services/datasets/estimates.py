"""How large the archive of a dataset will be, from a few of its pictures that are really made ready."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import partial

from fluxtui.domain.dataset import ArchiveSize, Dataset, DatasetRules, TrainingPicture
from fluxtui.imaging.pictures import extension_of
from fluxtui.services.datasets.opening import open_source
from fluxtui.services.datasets.packing import ready, stored_bytes
from fluxtui.services.datasets.parallel import in_order

SAMPLES = 6
"""Pictures of each kind that are made ready for an estimate."""


def estimated_size(dataset: Dataset, rules: DatasetRules, stop: threading.Event) -> ArchiveSize:
    """Return how large the archive of a dataset will probably be.

    PNG and JPEG are estimated apart: each by what a few of its pictures, evenly chosen, need for a pixel.
    Decodes these pictures, so it belongs in a thread.

    Raises:
        DatasetError: a picture has changed since it was looked at, or cannot be read any more.
        Stopped: `stop` was set.
    """
    total = stored_bytes((f"001.{extension_of(item.format)}", 0, item.caption) for item in dataset.pictures)
    with open_source(dataset.source) as source:
        entries = {entry.name: entry for entry in source.listing().entries}
        make = partial(ready, source, entries, rules, dataset.jpeg_quality)
        for extension in ("jpg", "png"):
            pictures = [item for item in dataset.pictures if extension_of(item.format) == extension]
            chosen = _evenly(pictures)
            made = sum(len(content) for content, _ in in_order(make, chosen, stop))
            total += round(made * _pixels(pictures) / max(_pixels(chosen), 1))
    return ArchiveSize(size=total)


def _evenly(pictures: list[TrainingPicture]) -> list[TrainingPicture]:
    count = min(len(pictures), SAMPLES)
    return [pictures[number * len(pictures) // count] for number in range(count)]


def _pixels(pictures: Iterable[TrainingPicture]) -> int:
    sizes = (item.scaled_to or (item.width, item.height) for item in pictures)
    return sum(width * height for width, height in sizes)
