"""What is in a folder or archive of training pictures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class CaptionRule(StrEnum):
    """What a trainer makes of pictures without a caption."""

    OPTIONAL = "optional"
    """They are described by the service, or learned without words."""
    NEEDED = "needed"
    """The training fails, unless a default caption stands in."""


@dataclass(frozen=True)
class DatasetRules:
    """What a trainer takes: counts of pictures, Pillow format names, and the pixels it scales down to.

    `captions` says what becomes of pictures without one; `default_caption` names the parameter that stands in
    for missing ones, and `caption_advice` is a sentence for people. `max_bytes` bounds the packed archive.
    """

    min_pictures: int
    advised_pictures: int
    max_pictures: int
    formats: tuple[str, ...]
    max_pixels: int
    captions: CaptionRule = CaptionRule.OPTIONAL
    default_caption: str | None = None
    caption_advice: str = ""
    max_bytes: int | None = None


class TrainingPicture(BaseModel):
    """One picture of a dataset: its name in the set, pixels, bytes, and its caption if it has one."""

    model_config = ConfigDict(frozen=True)

    name: str
    width: int
    height: int
    format: str
    size: int
    caption: str | None = None
    scaled_to: tuple[int, int] | None = None
    """Pixels to which it is scaled down for the trainer, or None where it fits."""


class DatasetProblem(BaseModel):
    """Something about a dataset: `blocking` ones stop the training, the others are advice."""

    model_config = ConfigDict(frozen=True)

    name: str
    reason: str
    blocking: bool = False

    def sentence(self) -> str:
        """Return `name: reason`, or the reason where it is about the whole set."""
        return f"{self.name}: {self.reason}" if self.name else self.reason


class Dataset(BaseModel):
    """A folder or ZIP as found: its usable pictures, and every problem and ignored file."""

    model_config = ConfigDict(frozen=True)

    source: Path
    pictures: tuple[TrainingPicture, ...]
    problems: tuple[DatasetProblem, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def captioned(self) -> int:
        """How many pictures have a caption of their own."""
        return sum(picture.caption is not None for picture in self.pictures)

    @property
    def size(self) -> int:
        """Bytes of all usable pictures."""
        return sum(picture.size for picture in self.pictures)

    @property
    def blocking(self) -> tuple[DatasetProblem, ...]:
        """The problems that make a training impossible."""
        return tuple(problem for problem in self.problems if problem.blocking)


class PackedDataset(BaseModel):
    """A training archive in the data directory: path, bytes, hash, and the names of its pictures."""

    model_config = ConfigDict(frozen=True)

    path: Path
    size: int
    sha256: str
    pictures: tuple[str, ...]
    captioned: int
    source: str
