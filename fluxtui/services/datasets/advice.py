"""What is said of one picture that can be used: what will be done to it, and what it may teach badly."""

from __future__ import annotations

from collections.abc import Iterator

from fluxtui.domain.dataset import DatasetProblem, DatasetRules, ProblemKind, TrainingPicture
from fluxtui.domain.dataset_scan import PictureLook
from fluxtui.services.datasets.kinds_of_files import FORMAT_OF_SUFFIX, suffix_of

SMALL_EDGE = 256
"""Pixels: a picture with a shorter edge has too little in it to learn from."""

LONG_SHAPE = 2.5
"""Longer edge by shorter edge: trainers cut such pictures, or shrink them until little is left."""

BLURRED = 0.005
"""Sharpness under which no region of a picture is in focus."""

DARK, BRIGHT = 32.0, 232.0
"""Mean grey values under and over which hardly anything can be seen."""

FLAT = 2.0
"""Contrast under which a picture is one colour."""


def advice_on(
    name: str, look: PictureLook, picture: TrainingPicture, rules: DatasetRules
) -> Iterator[DatasetProblem]:
    """Yield what is to be said of a picture, none of which stops the training.

    Args:
        name: of the file.
        look: as it was found.
        picture: as it will be used, turned and cropped.
        rules: of the trainer.
    """
    for kind, reason in _done_when_packed(name, look, picture, rules):
        yield DatasetProblem(name=name, reason=reason, kind=kind, automatic=True)
    for kind, reason, mend in _doubtful(look, picture):
        yield DatasetProblem(name=name, reason=reason, kind=kind, mend=mend)


def _done_when_packed(
    name: str, look: PictureLook, picture: TrainingPicture, rules: DatasetRules
) -> Iterator[tuple[ProblemKind, str]]:
    promised = FORMAT_OF_SUFFIX.get(suffix_of(name))
    if promised is None:
        yield (
            ProblemKind.FORMAT,
            f"has not the name of a picture, but is {_a(look.format)} picture; it is sent",
        )
    elif look.format != promised:
        yield (
            ProblemKind.FORMAT,
            f"is really {_a(look.format)} picture, not {promised}; it is sent under a right name",
        )
    if look.format not in rules.formats:
        kind = "PNG" if look.format in {"BMP", "GIF"} else "JPEG"
        yield ProblemKind.FORMAT, f"is {_a(look.format)} picture; it is sent as {kind}"
    if picture.scaled_to:
        width, height = picture.scaled_to
        text = f"{picture.width} x {picture.height} px will be scaled down to {width} x {height} px"
        yield ProblemKind.SIZE, text
    if look.frames > 1:
        yield ProblemKind.FORMAT, "is animated; only its first frame is sent"
    if look.turned:
        yield ProblemKind.LOOK, "is turned by its EXIF data; it is sent upright"
    if look.colours == "CMYK":
        yield ProblemKind.FORMAT, "is in CMYK colours; it is sent in sRGB"
    if look.depth == 0:
        yield ProblemKind.FORMAT, "has numbers of another range than 0 to 255; they are brought to that"
    elif look.depth > 8:
        yield ProblemKind.FORMAT, f"has {look.depth} bits for each colour; it is sent with 8"
    if look.transparent:
        yield ProblemKind.FORMAT, "has transparent parts; they are sent white"


def _a(format_name: str) -> str:
    return f"{'an' if format_name[0] in 'AEIOU' else 'a'} {format_name}"


def _doubtful(look: PictureLook, picture: TrainingPicture) -> Iterator[tuple[ProblemKind, str, str]]:
    shorter, longer = sorted((picture.width, picture.height))
    if shorter < SMALL_EDGE:
        yield (
            ProblemKind.SIZE,
            f"is only {picture.width} x {picture.height} px; pictures from {SMALL_EDGE} px on teach more",
            "use a larger one",
        )
    if longer > LONG_SHAPE * shorter:
        times = f"{longer / max(shorter, 1):.1f}"
        shape = "wide as high" if picture.width > picture.height else "high as wide"
        yield ProblemKind.SIZE, f"is {times} times as {shape}; much of it may be lost", "crop it"
    if look.contrast < FLAT:
        yield ProblemKind.LOOK, "shows nothing but one colour", "leave it out"
        return
    if look.brightness < DARK:
        yield ProblemKind.LOOK, "is very dark", "brighten it, or leave it out"
    if look.brightness > BRIGHT:
        yield ProblemKind.LOOK, "is very bright", "darken it, or leave it out"
    if look.sharpness < BLURRED:
        yield ProblemKind.LOOK, "is blurred everywhere; that is learned too", "leave it out"
