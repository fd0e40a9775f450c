"""What is in a folder or archive of training pictures."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fluxtui.domain.text import file_size
from fluxtui.system.dataclass import dataclass

LEAST_QUALITY: Final = 60
MOST_QUALITY: Final = 100
USUAL_QUALITY: Final = 95
"""Of JPEGs that are sent: what was lost by it is learned as well, and a smaller archive is sent sooner."""

JpegQuality = Annotated[int, Field(ge=LEAST_QUALITY, le=MOST_QUALITY)]


class CaptionRule(StrEnum):
    """What a trainer makes of pictures without a caption."""

    OPTIONAL = "optional"
    """They are described by the service, or learned without words."""
    NEEDED = "needed"
    """The training fails, unless a default caption stands in."""


@dataclass(frozen=True)
class PairRules:
    """What a trainer of edits takes: pairs of pictures before and after, and captions that say what is done.

    Attributes:
        most_inputs: how many pictures there may be before each result.
        mixed: whether pairs may have different numbers of them.
    """

    most_inputs: int = 1
    mixed: bool = False


@dataclass(frozen=True)
class DatasetRules:
    """What a trainer takes: counts of pictures, Pillow format names, and the pixels it scales down to.

    `captions` says what becomes of pictures without one; `default_caption` names the parameter that stands in
    for missing ones (and counts for nothing else, unless `default_counts`), and `automatic_captions` the one
    that lets the service describe those pictures. `caption_advice` is a sentence for people. `max_bytes`
    bounds the packed archive. `masks` tells that a picture `NAME_mask.png` beside `NAME.jpg` is taken for its
    mask: what is white in it is learned. `captions_replace_trigger` tells that a picture with a caption is
    learned without the trigger word, unless that is in its caption. With `pairs` it learns edits, and each
    pair counts as one picture.
    """

    min_pictures: int
    advised_pictures: int
    max_pictures: int
    formats: tuple[str, ...]
    max_pixels: int
    captions: CaptionRule = CaptionRule.OPTIONAL
    default_caption: str | None = None
    default_counts: bool = False
    automatic_captions: str | None = None
    caption_advice: str = ""
    masks: bool = False
    captions_replace_trigger: bool = False
    max_bytes: int | None = None
    pairs: PairRules | None = None

    @property
    def unit(self) -> str:
        """What is counted of a set: pictures, or pairs of them."""
        return "pair" if self.pairs is not None else "picture"


class Crop(BaseModel):
    """The part of a picture that is used, as fractions of its width and height as it is seen after turning.

    `left` and `top` belong to it, `right` and `bottom` are where it ends.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    left: float = Field(0.0, ge=0.0, lt=1.0)
    top: float = Field(0.0, ge=0.0, lt=1.0)
    right: float = Field(1.0, gt=0.0, le=1.0)
    bottom: float = Field(1.0, gt=0.0, le=1.0)

    @model_validator(mode="after")
    def _has_an_inside(self) -> Self:
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError("nothing is left of the picture")
        return self

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in pixels of a picture; at least one pixel is inside."""
        left, right = _side(self.left, self.right, width)
        top, bottom = _side(self.top, self.bottom, height)
        return left, top, right, bottom


def _side(begin: float, end: float, pixels: int) -> tuple[int, int]:
    """Return first and last edge of a part of a side in pixels; how long it is does not depend on where."""
    length = max(round((end - begin) * pixels), 1)
    first = min(round(begin * pixels), pixels - length)
    return first, first + length


class TrainingPicture(BaseModel):
    """One picture of a dataset: its name in the set, pixels, bytes, content, and its caption if it has one.

    `width` and `height` are those of what is used, after turning and cropping.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str
    width: int
    height: int
    format: str
    size: int
    sha256: str = ""
    """Of the file's content as it was looked at, hexadecimal; `''` where that is not known."""
    caption: str | None = None
    scaled_to: tuple[int, int] | None = None
    """Pixels to which it is scaled down for the trainer, or None where it fits."""

    @property
    def sent_size(self) -> tuple[int, int]:
        """Width and height in which it is sent, in pixels."""
        return self.scaled_to or (self.width, self.height)

    turns: int = 0
    """Quarter turns clockwise that the user gave it, 0 to 3."""
    crop: Crop | None = None
    mask: str | None = None
    """Name of the file that says which part of it is learned, in the same source."""
    mask_sha256: str = ""
    """Of the content of that file, as `sha256`."""
    inputs: tuple[TrainingPicture, ...] = ()
    """In a set of pairs what this one is made of by the edit, in order; they have no captions."""

    @property
    def every(self) -> tuple[TrainingPicture, ...]:
        """The picture, and what it is made of."""
        return (self, *self.inputs)


class ProblemKind(StrEnum):
    """What a problem is about, for sorting and filtering."""

    SET = "the whole set"
    FILE = "file"
    FORMAT = "format"
    SIZE = "size"
    LOOK = "look"
    COPY = "copy"
    PAIR = "pair"
    CAPTION = "caption"
    EDIT = "edit"


class Fix(StrEnum):
    """What can be done about a problem by one key, in the workspace; nothing of the user's is changed."""

    EXCLUDE = "leave the picture out"
    REREAD = "read the caption in another encoding"


class DatasetProblem(BaseModel):
    """Something about a dataset: `blocking` ones stop the training, the others are advice.

    `mend` says what can be done about it, in words; `fix` what the program can do if asked. What is
    `automatic` is put right when the archive is made.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str
    reason: str
    blocking: bool = False
    kind: ProblemKind = ProblemKind.FILE
    mend: str = ""
    fix: Fix | None = None
    automatic: bool = False

    def sentence(self) -> str:
        """Return `name: reason`, or the reason where it is about the whole set."""
        return f"{self.name}: {self.reason}" if self.name else self.reason


class ArchiveSize(BaseModel):
    """How large a training archive is in bytes, or probably will be."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    size: int
    is_exact: bool = False
    """Whether it is packed already."""

    def show(self) -> str:
        """Return it for people: `'3.2 MB'`, or `'~12 MB'`, rounded, for an estimate."""
        if self.is_exact:
            return file_size(self.size)
        return "~" + file_size(int(float(f"{self.size:.1e}"))).replace(".0 ", " ")


class Dataset(BaseModel):
    """A folder or ZIP as found: its usable pictures, and every problem and ignored file."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    source: Path
    """As it was asked for."""
    root: Path | None = None
    """The folder under which the pictures have their names, or None where they are in an archive."""
    pictures: tuple[TrainingPicture, ...]
    problems: tuple[DatasetProblem, ...] = ()
    ignored: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    """Names of pictures that the user leaves out."""
    jpeg_quality: JpegQuality = USUAL_QUALITY
    """Of what is sent as JPEG."""
    pairs: bool = False
    """Whether each picture is the result of an edit, and has what it is made of as its `inputs`."""
    archive: ArchiveSize | None = None
    """How much would be sent, where that has been asked for."""

    @property
    def captioned(self) -> int:
        """How many pictures have a caption of their own."""
        return sum(picture.caption is not None for picture in self.pictures)

    @property
    def unit(self) -> str:
        """What is counted: `picture` or `pair`."""
        return "pair" if self.pairs else "picture"

    @property
    def most_inputs(self) -> int:
        """How many pictures a result is made of at most; 0 where the set is not one of pairs."""
        return max((len(picture.inputs) for picture in self.pictures), default=0)

    @property
    def every_picture(self) -> tuple[TrainingPicture, ...]:
        """All that is sent, what results are made of included."""
        return tuple(item for picture in self.pictures for item in picture.every)

    @property
    def size(self) -> int:
        """Bytes of all usable pictures."""
        return sum(picture.size for picture in self.every_picture)

    @property
    def print(self) -> str:
        """A hash of how it looks: names, sizes, captions and edits of its pictures, not their bytes."""
        facts = [_facts(picture) for picture in self.pictures]
        if self.jpeg_quality != USUAL_QUALITY:
            facts.append({"jpeg_quality": self.jpeg_quality})
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    @property
    def content(self) -> str:
        """A hash of what is in the files of its pictures; `''` where that of one is not known."""
        pictures = self.every_picture
        if not all(picture.sha256 for picture in pictures):
            return ""
        hashes = [f"{picture.sha256} {picture.mask_sha256}".strip() for picture in pictures]
        return hashlib.sha256(" ".join(hashes).encode()).hexdigest()

    @property
    def blocking(self) -> tuple[DatasetProblem, ...]:
        """The problems that make a training impossible."""
        return tuple(problem for problem in self.problems if problem.blocking)


def _facts(picture: TrainingPicture) -> dict[str, Any]:
    facts = picture.model_dump(mode="json", exclude={"scaled_to", "sha256", "mask_sha256", "inputs"})
    if picture.mask is None:
        # As the prints of trainings before there were masks have it.
        del facts["mask"]
    if picture.inputs:
        facts["inputs"] = [_facts(item) for item in picture.inputs]
    return facts


class PackedDataset(BaseModel):
    """A training archive in the data directory: path, bytes, hash, and the names of its pictures."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    path: Path
    size: int
    sha256: str
    pictures: tuple[str, ...]
    captioned: int
    source: str
