"""A line over time in braille: two dots beside and four over each other in each character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_FIRST: Final = 0x2800
_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot by its line and column in a character. Source: Unicode, Braille Patterns, U+2800."""
_ACROSS, _DOWN = 2, 4


def braille_line(points: Sequence[tuple[float, float]], width: int, height: int, end: float) -> list[str]:
    """Return a line through points as rows of characters, the lowest value at the bottom.

    Args:
        points: place from 0 to `end`, and value, in the order of their places.
        width: characters beside each other.
        height: characters over each other.
        end: the place at the right edge.
    """
    if width < 1 or height < 1 or not points:
        return []
    low, high = min(value for _, value in points), max(value for _, value in points)
    right, bottom = width * _ACROSS - 1, height * _DOWN - 1
    cells = [[0] * width for _ in range(height)]
    before: tuple[int, int] | None = None
    for place, value in points:
        x = min(right, round(place / end * right)) if end > 0 else 0
        y = bottom - round((value - low) / (high - low) * bottom) if high > low else bottom // 2
        for column, line in _between(before or (x, y), (x, y)):
            cells[line // _DOWN][column // _ACROSS] |= _DOTS[line % _DOWN][column % _ACROSS]
        before = x, y
    return ["".join(chr(_FIRST + dots) for dots in row) for row in cells]


def _between(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the dots of a straight line."""
    count = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    return [
        (
            start[0] + round((end[0] - start[0]) * step / count),
            start[1] + round((end[1] - start[1]) * step / count),
        )
        for step in range(count + 1)
    ]
