"""What fal's trainers ask of a ZIP: captions beside pictures, or pairs of before and after.

Source: the input descriptions of fal's trainers (model pages and JavaScript client), read 2026-11. A missing
caption fails the job while it runs, not when it is submitted.
"""

from __future__ import annotations

import io
import re
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
_START = re.compile(r"(?P<root>.+)_start\d*")
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
        found = examine(io.BytesIO(content), shown)
    except NoArchiveError:
        raise _refused(trainer, "invalid_archive", "The file is not a valid archive.") from None
    except RefusedArchiveError as error:
        raise _refused(trainer, "invalid_archive", f"The archive cannot be used: {error}.") from None
    stems = {PurePosixPath(name).stem for name in found.names if _suffix(name) in IMAGE_SUFFIXES}
    roots = _pair_roots(trainer, stems) if trainer.pairs else {stem for stem in stems if _is_no_mask(stem)}
    captions = {PurePosixPath(name).stem for name in found.names if _suffix(name) == CAPTION_SUFFIX}
    missing = sorted(roots - captions)
    if trainer.captioned and missing and not default_caption:
        message = f"No caption for {missing[0]}: add {missing[0]}.txt or give a default_caption."
        raise _refused(trainer, "missing", message)
    references = _references(stems) if trainer.pairs else 0
    return _dataset(found, len(roots & captions), references)


def _dataset(found: TrainingSet, captions: int, references: int) -> Dataset:
    return Dataset(found.pieces, found.images, captions, references)


def _pair_roots(trainer: Trainer, stems: set[str]) -> set[str]:
    starts = {match["root"] for stem in stems if (match := _START.fullmatch(stem))}
    ends = {match["root"] for stem in stems if (match := _END.fullmatch(stem))}
    if not ends or starts != ends:
        message = "The archive must hold pairs of images named ROOT_start.EXT and ROOT_end.EXT."
        raise _refused(trainer, "invalid_archive", message)
    return ends


def _references(stems: set[str]) -> int:
    """Return the largest number of pictures that stand before one end."""
    roots = [match["root"] for stem in stems if (match := _START.fullmatch(stem))]
    return max(roots.count(root) for root in roots)


def _is_end(name: str) -> bool:
    return _END.fullmatch(PurePosixPath(name).stem) is not None


def _is_no_mask(name: str) -> bool:
    return not PurePosixPath(name).stem.endswith(MASK_ENDING)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _refused(trainer: Trainer, kind: str, message: str) -> RefusedDatasetError:
    return RefusedDatasetError(input_failure([problem(kind, message, trainer.archive)]))
