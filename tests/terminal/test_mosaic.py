"""Quadrants and sextants: the right characters in two colours each, nearer to the picture for fewer bytes."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

import pytest
from PIL import Image, ImageDraw

from fluxtui.terminal.brands import Claims, mosaic_of
from fluxtui.terminal.halfcell import half_cells
from fluxtui.terminal.intermediary import Intermediary
from fluxtui.terminal.mosaic import _SHAPES, mosaic_rows
from fluxtui.terminal.profile import Mosaic, TerminalProfile
from fluxtui.widgets.pictures.strips import PictureRow

QUADRANTS = {"UPPER LEFT": 1, "UPPER RIGHT": 2, "LOWER LEFT": 4, "LOWER RIGHT": 8}
FINE = (8, 12)
"""Pixels of a cell where a picture is painted for a comparison: parts of two and of three lines fit."""


def test_quadrants_fill_what_their_names_say() -> None:
    for filled, glyph in enumerate(_SHAPES[Mosaic.QUADRANT].glyphs):
        name = unicodedata.name(glyph)
        if name.startswith("QUADRANT"):
            parts = name.removeprefix("QUADRANT ").split(" AND ")
            assert filled == sum(QUADRANTS[part] for part in parts)
    assert len(set(_SHAPES[Mosaic.QUADRANT].glyphs)) == 16


def test_sextants_fill_what_their_names_say() -> None:
    for filled, glyph in enumerate(_SHAPES[Mosaic.SEXTANT].glyphs):
        name = unicodedata.name(glyph)
        if name.startswith("BLOCK SEXTANT-"):
            numbers = name.removeprefix("BLOCK SEXTANT-")
            assert filled == sum(1 << (int(number) - 1) for number in numbers)
    assert len(set(_SHAPES[Mosaic.SEXTANT].glyphs)) == 64


def painted(rows: Sequence[PictureRow], mosaic: Mosaic, columns: int) -> Image.Image:
    """Return what a terminal draws of rows."""
    wide, high = FINE
    out = Image.new("RGB", (columns * wide, len(rows) * high))
    draw = ImageDraw.Draw(out)
    parts = 3 if mosaic is Mosaic.SEXTANT else 2
    for top, row in enumerate(rows):
        left = 0
        for run in row.runs():
            for glyph in run.text:
                filled = 3 * (glyph == "▀") if mosaic is Mosaic.HALF else _SHAPES[mosaic].glyphs.index(glyph)
                for part in range(2 * parts):
                    x, y = left * wide + part % 2 * wide // 2, top * high + part // 2 * high // parts
                    colour = run.upper if filled >> part & 1 else run.lower
                    draw.rectangle((x, y, x + wide // 2 - 1, y + high // parts - 1), colour)
                left += 1
    return out


def likeness(first: Image.Image, second: Image.Image) -> float:
    """Return the peak signal-to-noise ratio in dB."""
    pairs = zip(first.tobytes(), second.tobytes(), strict=True)
    error = sum((one - other) ** 2 for one, other in pairs) / len(first.tobytes())
    return 10 * math.log10(255**2 / error)


@pytest.fixture
def shapes() -> Image.Image:
    """A picture with edges in all directions."""
    image = Image.new("RGB", (320, 240), (20, 30, 60))
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 30, 250, 200), (240, 150, 40))
    draw.polygon([(10, 230), (120, 90), (200, 230)], (40, 120, 90))
    draw.line((0, 0, 319, 239), (250, 250, 250), 5)
    return image


@pytest.mark.parametrize("mosaic", [Mosaic.QUADRANT, Mosaic.SEXTANT])
def test_it_is_nearer_to_the_picture_with_fewer_colours_told(shapes: Image.Image, mosaic: Mosaic) -> None:
    columns, rows = 32, 12
    whole = shapes.resize((columns * FINE[0], rows * FINE[1]))
    half = half_cells(shapes, columns, rows)
    finer = mosaic_rows(shapes, columns, rows, mosaic, coarse=False)
    assert [row.columns for row in finer] == [columns] * rows
    before, now = painted(half, Mosaic.HALF, columns), painted(finer, mosaic, columns)
    assert likeness(now, whole) > likeness(before, whole)
    assert sum(len(list(row.runs())) for row in finer) <= sum(len(list(row.runs())) for row in half)


def test_rounded_colours_agree_more_often_and_stay_near(photo: Image.Image) -> None:
    fine, coarse = (mosaic_rows(photo, 40, 15, Mosaic.QUADRANT, coarse=coarse) for coarse in (False, True))
    assert sum(len(list(row.runs())) for row in coarse) < sum(len(list(row.runs())) for row in fine)
    assert likeness(painted(coarse, Mosaic.QUADRANT, 40), painted(fine, Mosaic.QUADRANT, 40)) > 30


@pytest.mark.parametrize(
    ("name", "between", "mosaic"),
    [
        ("WezTerm 20240203-110809", Intermediary.NOTHING, Mosaic.SEXTANT),
        ("kitty(0.35.2)", Intermediary.NOTHING, Mosaic.QUADRANT),
        ("foot(1.17.2)", Intermediary.TMUX, Mosaic.QUADRANT),
        ("VTE(7600)", Intermediary.NOTHING, Mosaic.QUADRANT),
        ("XTerm(390)", Intermediary.NOTHING, Mosaic.HALF),
        ("tmux 3.4", Intermediary.TMUX, Mosaic.HALF),
        ("WezTerm 20240203-110809", Intermediary.MOSH, Mosaic.HALF),
        ("", Intermediary.NOTHING, Mosaic.HALF),
    ],
)
def test_only_what_surely_draws_them_gets_them(name: str, between: Intermediary, mosaic: Mosaic) -> None:
    assert mosaic_of(Claims(name=name), {}, between) is mosaic


def test_what_is_set_holds_whatever_the_terminal_says() -> None:
    terminal = TerminalProfile(mosaic=Mosaic.SEXTANT)
    assert terminal.wanted(None, "half").mosaic is Mosaic.HALF
    assert terminal.wanted(None, "auto").mosaic is Mosaic.SEXTANT
