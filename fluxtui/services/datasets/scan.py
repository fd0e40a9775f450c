"""Looks through a source: pictures are decoded and measured, captions read, nothing is judged yet."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from fluxtui.domain.dataset_scan import DatasetScan, ScannedPicture
from fluxtui.domain.errors import DatasetError, PictureError
from fluxtui.imaging.pictures import looked_at
from fluxtui.services.datasets.captions import is_metadata, is_text_caption, read_captions
from fluxtui.services.datasets.kinds_of_files import pictures_in
from fluxtui.services.datasets.likeness import likenesses
from fluxtui.services.datasets.opening import open_source
from fluxtui.services.datasets.scan_memory import ScanMemory
from fluxtui.services.datasets.sources import Source, SourceEntry
from fluxtui.services.threads import Advance, in_order


def scan_source(
    source_path: Path, memory: ScanMemory, advance: Advance, stop: threading.Event
) -> DatasetScan:
    """Return everything in the source at a path as typed.

    What is remembered of unchanged files is not looked at again; also what was seen before it was stopped is
    remembered. Decodes pictures, so it belongs in a thread.

    Raises:
        DatasetError: the source itself cannot be used.
        Stopped: `stop` was set.
    """
    with open_source(source_path) as source:
        listing = source.listing()
        candidates = list(pictures_in(source, listing.entries))
        known = memory.recall(source_path)
        pictures: list[ScannedPicture] = []
        advance(0, len(candidates))
        try:
            look = partial(_look_at, source, known)
            for count, picture in enumerate(in_order(look, candidates, stop), start=1):
                pictures.append(picture)
                advance(count, len(candidates))
        finally:
            if any(known.get(picture.name) != picture for picture in pictures):
                fresh = {picture.name: picture for picture in pictures}
                rest = {} if len(pictures) == len(candidates) else known
                memory.remember(source_path, tuple({**rest, **fresh}.values()))
        captions = read_captions(source, listing.entries, [entry.name for entry in candidates])
        root = source.root
    read = {caption.name for caption in captions} | {entry.name for entry in candidates}
    others = (
        entry.name
        for entry in listing.entries
        if entry.name not in read and not is_text_caption(entry.name) and not is_metadata(entry.name)
    )
    return DatasetScan(
        source=source_path,
        root=root,
        pictures=tuple(pictures),
        captions=captions,
        problems=listing.problems,
        ignored=listing.ignored,
        likenesses=likenesses(tuple(pictures), stop),
        others=tuple(others),
        real=listing.real,
    )


def _look_at(source: Source, known: Mapping[str, ScannedPicture], entry: SourceEntry) -> ScannedPicture:
    before = known.get(entry.name)
    if before is not None and entry.stamp and (before.stamp, before.size) == (entry.stamp, entry.size):
        return before
    picture = ScannedPicture(name=entry.name, size=entry.size, stamp=entry.stamp)
    try:
        return picture.model_copy(update={"look": looked_at(source.read(entry))})
    except PictureError as error:
        return picture.model_copy(update={"fault": error.message, "mend": _mend(error)})
    except DatasetError as error:
        return picture.model_copy(update={"fault": error.message, "about_set": True})


def _mend(error: PictureError) -> str:
    """Return what an error advises as a part of a sentence."""
    advice = error.next_step.rstrip(".")
    return advice[:1].lower() + advice[1:]
