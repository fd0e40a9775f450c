"""What fal's trainers ask of a ZIP: captions beside pictures, or pairs of before and after.

Source: the input descriptions of fal's trainers (model pages and JavaScript client), read 2026-11, those of
pairs 2026-12. A missing caption fails the job while it runs, not when it is submitted. What no source says
is refused here, so that nothing is sent on a chance: pictures beside pairs, captions of nothing, gaps between
the numbers of the pictures before a result, other numbers of them where that is not said to be possible.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from fluxtui.simulator.core.archive import (
    CAPTION_SUFFIX,
    IMAGE_SUFFIXES,
    NoArchiveError,
    RefusedArchiveError,
    TrainingSet,
    examine,
)
from fluxtui.simulator.fal.endpoints import Trainer
from fluxtui.simulator.fal.errors import Failure, input_failure, problem

MASK_ENDING = "_mask"
MOST_FILES = 10_000
_START = re.compile(r"(?P<root>.+)_start(?P<place>[2-9]|1[0-9])?")
_END = re.compile(r"(?P<root>.+)_end")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A training's pictures as small JPEGs, how many there are, how many references stand before each end."""

    pieces: tuple[bytes, ...]
    images: int
    captions: int
    references: int = 0


class RefusedDatasetError(Exception):
    """The trainer fails on its ZIP; `failure` is what the job's result answers."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.error)
        self.failure = failure


def read_dataset(trainer: Trainer, content: bytes, default_caption: str | None) -> Dataset:
    """Read a ZIP as `trainer` does. Raises RefusedDatasetError. Call it in a thread."""
    shown = _is_end if trainer.pairs else _is_no_mask
    try:
        found = examine(io.BytesIO(content), shown, MOST_FILES)
    except NoArchiveError:
        raise _refused(trainer, "invalid_archive", "The file is not a valid archive.") from None
    except RefusedArchiveError as error:
        raise _refused(trainer, "invalid_archive", f"The archive cannot be used: {error}.") from None
    stems = [PurePosixPath(name).stem for name in found.names if _suffix(name) in IMAGE_SUFFIXES]
    places = _places(trainer, stems) if trainer.pairs else {}
    roots = set(places) if trainer.pairs else {stem for stem in stems if _is_no_mask(stem)}
    captions = {PurePosixPath(name).stem for name in found.names if _suffix(name) == CAPTION_SUFFIX}
    if astray := sorted(captions - roots):
        raise _refused(trainer, "invalid_archive", f"{astray[0]}.txt is the caption of nothing.")
    missing = sorted(roots - captions)
    if trainer.caption and missing and not default_caption:
        message = f"No caption for {missing[0]}: add {missing[0]}.txt or give a {trainer.caption}."
        raise _refused(trainer, "missing", message)
    references = max((len(found) for found in places.values()), default=0)
    return _dataset(found, len(roots & captions), references)


def _dataset(found: TrainingSet, captions: int, references: int) -> Dataset:
    return Dataset(found.pieces, found.images, captions, references)


def _places(trainer: Trainer, stems: Iterable[str]) -> Mapping[str, set[int]]:
    """Return the places of the pictures before each result, by what all pictures of a pair have in common."""
    starts: dict[str, set[int]] = {}
    ends: set[str] = set()
    for stem in stems:
        if match := _START.fullmatch(stem):
            starts.setdefault(match["root"], set()).add(int(match["place"] or 1))
        elif match := _END.fullmatch(stem):
            ends.add(match["root"])
        else:
            message = f"{stem} is neither the start nor the end of a pair."
            raise _refused(trainer, "invalid_archive", message)
    if not ends or starts.keys() != ends:
        message = "The archive must hold pairs of images named ROOT_start.EXT and ROOT_end.EXT."
        raise _refused(trainer, "invalid_archive", message)
    if fault := next(_faults(trainer, starts), ""):
        raise _refused(trainer, "invalid_archive", fault)
    return starts


def _faults(trainer: Trainer, starts: Mapping[str, set[int]]) -> Iterator[str]:
    for root, places in starts.items():
        if places != set(range(1, len(places) + 1)):
            yield f"The images before {root}_end are not numbered from one without a gap."
        if len(places) > trainer.most_inputs:
            yield f"{root}_end has more than {trainer.most_inputs} images before it."
    if not trainer.mixed_inputs and len({len(places) for places in starts.values()}) > 1:
        yield "All pairs must have the same number of images before the result."


def _is_end(name: str) -> bool:
    return _END.fullmatch(PurePosixPath(name).stem) is not None


def _is_no_mask(name: str) -> bool:
    return not PurePosixPath(name).stem.endswith(MASK_ENDING)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _refused(trainer: Trainer, kind: str, message: str) -> RefusedDatasetError:
    return RefusedDatasetError(input_failure([problem(kind, message, trainer.archive)]))
