"""What is in a folder or archive of training pictures."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


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
