"""Contact sheets: many pictures on one, with labels. It decodes pictures: call it in a thread."""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.domain.errors import InvalidInput, PictureError
from fluxtui.domain.text import safe_text
from fluxtui.services.storage.files import make_private_directory, write_atomic
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
"""Pillow's formats of a sheet by the end of its name."""

MOST_PIXELS = 24_000_000
"""A sheet has no more pixels, so that it needs some 70 MB of memory however many pictures are on it."""
LARGEST_SIDE = 384
"""Pixels of the longer side of a picture on a sheet where there is room."""
SMALLEST_SIDE = 48
MOST_EDGE = 16_000
"""Pixels of the longer edge of a sheet; WebP takes at most 16,383."""
QUALITY = 90

_INSTEAD = {"×": "x", "–": "-", "—": "-", "−": "-", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
"""What is written for signs that the font lacks and that are no letters with accents."""
_IN_NO_FONT = "\U0010ffff"
_FLATTEST, _TALLEST = 0.1, 2.5
"""The relation of height to width of what a picture has room in; others lie in a part of it."""

_GAP = 8
_TEXT = 20
_TITLE = 28
_LINE = 28
_ROW_LABEL = 190
_BACKGROUND = (24, 24, 27)
_EMPTY = (45, 45, 50)
_BRIGHT = (240, 240, 240)
_DIM = (175, 175, 182)


@dataclass(frozen=True)
class SheetCell:
    """One picture of a sheet.

    Attributes:
        path: of the picture; None where there is none.
        label: stands under it; all labels are `''` where rows and columns say enough.
        words: stand in the place of the picture where there is none: why.
    """

    path: Path | None
    label: str = ""
    words: str = ""


def contact_sheet(
    cells: Sequence[SheetCell],
    target: Path,
    *,
    columns: int,
    row_labels: Sequence[str] = (),
    column_labels: Sequence[str] = (),
    title: str = "",
) -> None:
    """Draw pictures onto one sheet, row by row, and write it whole or not at all.

    The pictures are decoded one after the other, a JPEG at a fraction of its size. One that is gone or
    damaged is drawn as such.

    Args:
        cells: the pictures.
        target: the file; its end says the format, one of `FORMATS`. A file of that name is replaced.
        columns: how many stand side by side.
        row_labels: a label in front of each row, or none.
        column_labels: a label over each column, or none.
        title: over all, or `''`.

    Raises:
        InvalidInput: nothing to draw, no column, an unknown format, or too many pictures for one sheet.
        StorageError: the file could not be written.
    """
    kind = FORMATS.get(target.suffix.lower())
    if kind is None:
        raise InvalidInput(f"A contact sheet is written as {', '.join(FORMATS)}, by the end of its name.")
    if not cells or columns < 1:
        raise InvalidInput("There is no picture for a contact sheet.")
    plan = _Plan.made(cells, columns, bool(row_labels), bool(column_labels), bool(title))
    sheet = _drawn(plan, cells, row_labels, column_labels, title)
    content = io.BytesIO()
    sheet.save(content, kind, quality=QUALITY, **({"subsampling": 0} if kind == "JPEG" else {}))
    make_private_directory(target.parent)
    write_atomic(target, content.getvalue())


@dataclass(frozen=True)
class _Plan:
    """Where everything stands, in pixels."""

    columns: int
    rows: int
    width: int
    height: int
    left: int
    top: int
    label: int

    @classmethod
    def made(
        cls, cells: Sequence[SheetCell], columns: int, has_rows: bool, has_columns: bool, has_title: bool
    ) -> _Plan:
        columns = min(columns, len(cells))
        rows = math.ceil(len(cells) / columns)
        ratio = _tallest(cells)
        label = _LINE if any(cell.label for cell in cells) else 0
        left = _GAP + (_ROW_LABEL + _GAP if has_rows else 0)
        top = _GAP + (_TITLE + 2 * _GAP if has_title else 0) + (_LINE if has_columns else 0)
        for side in range(LARGEST_SIDE, SMALLEST_SIDE - 1, -8):
            plan = cls(
                columns,
                rows,
                round(side * min(1.0, 1 / ratio)),
                round(side * min(1.0, ratio)),
                left,
                top,
                label,
            )
            if max(plan.size) <= MOST_EDGE and plan.size[0] * plan.size[1] <= MOST_PIXELS:
                return plan
        raise InvalidInput(
            f"{len(cells):,} pictures are too many for one contact sheet of {columns} columns.",
            next_step="Choose fewer pictures.",
        )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the sheet."""
        return (
            self.left + self.columns * (self.width + _GAP),
            self.top + self.rows * (self.height + self.label + _GAP),
        )

    def corner(self, index: int) -> tuple[int, int]:
        """Where a picture begins."""
        row, column = divmod(index, self.columns)
        return (
            self.left + column * (self.width + _GAP),
            self.top + row * (self.height + self.label + _GAP),
        )


def _tallest(cells: Sequence[SheetCell]) -> float:
    """Return the largest relation of height to width among the pictures, as far as their headers tell."""
    from fluxtui.imaging.opening import opened
    from fluxtui.imaging.orientation import upright_size
    from fluxtui.services.picture_inputs import read_picture

    ratios = []
    for path in dict.fromkeys(cell.path for cell in cells if cell.path is not None):
        try:
            with opened(read_picture(path)) as image:
                width, height = upright_size(image)
                ratios.append(height / width)
        except PictureError:
            # It is drawn as damaged later on; a header is enough of a look for now.
            continue
    return min(max(max(ratios, default=1.0), _FLATTEST), _TALLEST)


def _drawn(
    plan: _Plan,
    cells: Sequence[SheetCell],
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    title: str,
) -> Image.Image:
    from PIL import Image, ImageDraw, ImageFont

    sheet = Image.new("RGB", plan.size, _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(_TEXT)
    if title:
        _write(draw, (_GAP, _GAP), title, ImageFont.load_default(_TITLE), plan.size[0] - 2 * _GAP, _BRIGHT)
    for index, label in enumerate(column_labels[: plan.columns]):
        place = (plan.corner(index)[0], plan.top - _LINE)
        _write(draw, place, label, font, plan.width, _BRIGHT)
    for row, label in enumerate(row_labels[: plan.rows]):
        place = (_GAP, plan.corner(row * plan.columns)[1] + (plan.height - _TEXT) // 2)
        _write(draw, place, label, font, _ROW_LABEL, _BRIGHT)
    for index, cell in enumerate(cells):
        left, top = plan.corner(index)
        words = cell.words or "no picture"
        try:
            picture = None if cell.path is None else _small(cell.path, plan.width, plan.height)
        except PictureError as error:
            picture, words = None, error.message
        if picture is not None:
            spare = (plan.width - picture.width, plan.height - picture.height)
            sheet.paste(picture, (left + spare[0] // 2, top + spare[1] // 2))
        else:
            draw.rectangle((left, top, left + plan.width - 1, top + plan.height - 1), fill=_EMPTY)
            middle = (left + _GAP, top + (plan.height - _TEXT) // 2)
            _write(draw, middle, words, font, plan.width - 2 * _GAP, _DIM)
        if cell.label:
            _write(draw, (left, top + plan.height + 2), cell.label, font, plan.width, _DIM)
    return sheet


def _small(path: Path, width: int, height: int) -> Image.Image:
    """Return a picture within a box, in RGB. Raises `PictureError`."""
    from fluxtui.imaging.opening import opened
    from fluxtui.imaging.pictures import upright
    from fluxtui.services.picture_inputs import read_picture

    with opened(read_picture(path), strict=False) as image:
        small = upright(image, max(width, height))
    small.thumbnail((width, height), reducing_gap=2.0)
    return small


def _write(
    draw: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    room: int,
    colour: tuple[int, int, int],
) -> None:
    """Write one line, cut where there is no more room."""
    draw.text(place, fitted_text(text, font, room), font=font, fill=colour)


def fitted_text(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: int) -> str:
    """Return as much of a text as fits into some pixels, with an ellipsis where anything was cut."""
    plain = _writable(safe_text(text, limit=300), font).strip()
    if font.getlength(plain) <= room:
        return plain
    short, long = 0, len(plain)
    while short < long:
        middle = (short + long + 1) // 2
        short, long = (middle, long) if font.getlength(plain[:middle] + "…") <= room else (short, middle - 1)
    return plain[:short].rstrip() + "…" if short else ""


def _writable(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Return a text with what Pillow's built-in font lacks in its nearest plain letters, else as `?`."""
    if text.isascii():
        return text
    missing = bytes(font.getmask(_IN_NO_FONT))
    return "".join(
        character
        if character.isascii() or bytes(font.getmask(character)) != missing
        else _INSTEAD.get(character)
        or unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        or "?"
        for character in text
    )
