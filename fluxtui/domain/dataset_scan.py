"""What is in a source of training pictures, before any trainer's rules and the user's edits are applied."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from fluxtui.domain.dataset import DatasetProblem


class PictureLook(BaseModel):
    """What the bytes of a picture really are, and how it looks.

    `width` and `height` are pixels as it is seen upright; `format` is what Pillow calls it.

    Attributes:
        colours: Pillow's name of the colour mode, such as `CMYK`.
        depth: bits that the numbers of each colour really use; 0 for fractions and numbers below zero.
        frames: more than 1 for an animation.
        turned: whether its metadata turn it.
        transparent: whether it can be seen through anywhere.
        sha256: of the file's content, hexadecimal.
        fingerprint: 64 bits that are alike for pictures that look alike.
        sharpness: of its sharpest region: about 0 for what is wholly blurred, over 0.1 for what is crisp.
        brightness: mean of the grey values, 0 (black) to 255.
        contrast: standard deviation of the grey values, 0 for one flat colour.
        colour: mean distance between the strongest and the weakest of red, green and blue, 0 (grey) to 255.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    format: str
    width: int
    height: int
    colours: str
    depth: int = 8
    frames: int = 1
    turned: bool = False
    transparent: bool = False
    sha256: str
    fingerprint: int = 0
    sharpness: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    colour: float = 0.0


class ScannedPicture(BaseModel):
    """A file that promises to be a picture: how it looks, or the reason in `fault` why it cannot be used.

    `about_set` marks a fault whose sentence stands for itself and is not about this one file's content.
    `mend` is what can be done about it, where that is special.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str
    size: int
    stamp: str = ""
    look: PictureLook | None = None
    fault: str = ""
    about_set: bool = False
    mend: str = ""


class ScannedCaption(BaseModel):
    """A caption as it was found: its text, or the reason in `fault` why it cannot be used.

    Attributes:
        name: of the file that it is in.
        text: what it says.
        fault: stands behind the name.
        reread: what a file that is no UTF-8 probably says, None where that cannot be guessed.
        encoding: in which `reread` reads it, in words for people.
        picture: the name of the picture that the file itself says it is for, `''` where the file's name does.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str
    text: str = ""
    fault: str = ""
    reread: str | None = None
    encoding: str = ""
    picture: str = ""


class Likeness(BaseModel):
    """Two pictures that look alike: how many of the 64 bits of their fingerprints differ.

    `exact` files have the same content.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str
    other: str
    """The one that comes first by name."""
    distance: int = 0
    exact: bool = False


class DatasetScan(BaseModel):
    """Everything in a source, by name: pictures, captions, what is wrong already, and what is left out."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    source: Path
    """As it was asked for."""
    root: Path | None = None
    """The folder under which the pictures have their names, or None where they are in an archive."""
    pictures: tuple[ScannedPicture, ...]
    captions: tuple[ScannedCaption, ...] = ()
    problems: tuple[DatasetProblem, ...] = ()
    ignored: tuple[str, ...] = ()
    likenesses: tuple[Likeness, ...] = ()
    others: tuple[str, ...] = ()
    """Names of files that are neither pictures nor captions."""
    real: Mapping[str, bytes] = {}
    """What names without their extension really are, as bytes of the disk, where they are shown otherwise."""

    def place_of(self, name: str) -> Path:
        """Return where a file of this name really is, or would be, in the folder `root`.

        Args:
            name: as it is shown; also of a file that is still to be written beside a picture.
        """
        stem, extension = posixpath.splitext(name)
        if stem not in self.real and posixpath.splitext(stem)[0] in self.real:
            stem, inner = posixpath.splitext(stem)
            extension = inner + extension
        real = os.fsdecode(self.real[stem]) + extension if stem in self.real else name
        return (self.root or Path()) / real
