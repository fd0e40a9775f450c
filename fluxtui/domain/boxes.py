"""Boxes over a picture, crops and parts of a mask, as keys change them: pure functions.

Widths and heights are pixels of the picture as it is seen; boxes are fractions of it.
"""

from __future__ import annotations

from fluxtui.domain.dataset import Crop

SHAPES: tuple[tuple[str, float], ...] = (
    ("1:1", 1.0),
    ("4:3", 4 / 3),
    ("3:4", 3 / 4),
    ("3:2", 3 / 2),
    ("2:3", 2 / 3),
    ("16:9", 16 / 9),
    ("9:16", 9 / 16),
)
"""Width by height, in the order in which a key goes through them."""

STEP = 0.02
"""Of the picture's shorter edge, for one press of a key."""

LEAST = 0.05
"""Of an edge, that a crop keeps at least."""


def largest(width: int, height: int, shape: float) -> Crop:
    """Return the largest crop of a shape in the middle of a picture, in whole pixels."""
    wide = max(min(round(shape * height), width), 1)
    high = max(min(round(wide / shape), height), 1) if wide == width else height
    left, top = (width - wide) // 2, (height - high) // 2
    return _crop(left / width, top / height, wide / width, high / height)


def shape_of(crop: Crop, width: int, height: int) -> float:
    """Return the width by height of a crop."""
    return (crop.right - crop.left) * width / ((crop.bottom - crop.top) * height)


def name_of(crop: Crop, width: int, height: int) -> str:
    """Return the name of a crop's shape, or its width by height where it has none."""
    shape = shape_of(crop, width, height)
    for name, ratio in SHAPES:
        if abs(shape / ratio - 1) < 0.02:
            return name
    return f"{shape:.2f}:1"


def next_shape(crop: Crop, width: int, height: int) -> Crop:
    """Return the largest crop of the next shape, around the same middle as far as there is room."""
    now = name_of(crop, width, height)
    names = [name for name, _ in SHAPES]
    number = (names.index(now) + 1) % len(SHAPES) if now in names else 0
    made = largest(width, height, SHAPES[number][1])
    across = (crop.left + crop.right - made.left - made.right) / 2
    down = (crop.top + crop.bottom - made.top - made.bottom) / 2
    return _placed(made.left + across, made.top + down, made.right - made.left, made.bottom - made.top)


def moved(crop: Crop, across: int, down: int, width: int, height: int) -> Crop:
    """Return a crop moved by steps, within the picture."""
    step = STEP * min(width, height)
    return _placed(
        crop.left + across * step / width,
        crop.top + down * step / height,
        crop.right - crop.left,
        crop.bottom - crop.top,
    )


def resized(crop: Crop, steps: int, width: int, height: int) -> Crop:
    """Return a crop of the same shape, larger or smaller by steps, around its middle."""
    wide, high = crop.right - crop.left, crop.bottom - crop.top
    factor = 1 + steps * 2 * STEP
    factor = min(factor, 1 / wide, 1 / high)
    factor = max(factor, LEAST / wide, LEAST / high) if factor < 1 else factor
    return _placed(
        crop.left + wide * (1 - factor) / 2,
        crop.top + high * (1 - factor) / 2,
        wide * factor,
        high * factor,
    )


def stretched(crop: Crop, across: int, down: int, width: int, height: int) -> Crop:
    """Return a crop whose right and lower edges are moved by steps."""
    step = STEP * min(width, height)
    right = min(max(crop.right + across * step / width, crop.left + LEAST), 1.0)
    bottom = min(max(crop.bottom + down * step / height, crop.top + LEAST), 1.0)
    return Crop(left=crop.left, top=crop.top, right=right, bottom=bottom)


def is_whole(crop: Crop) -> bool:
    """Tell whether a crop leaves nothing out."""
    return (crop.left, crop.top, crop.right, crop.bottom) == (0.0, 0.0, 1.0, 1.0)


def _placed(left: float, top: float, wide: float, high: float) -> Crop:
    wide, high = min(wide, 1.0), min(high, 1.0)
    return _crop(min(max(left, 0.0), 1 - wide), min(max(top, 0.0), 1 - high), wide, high)


def _crop(left: float, top: float, wide: float, high: float) -> Crop:
    return Crop(
        left=max(left, 0.0), top=max(top, 0.0), right=min(left + wide, 1.0), bottom=min(top + high, 1.0)
    )
