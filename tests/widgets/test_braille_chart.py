"""A line in braille: where its points are, within its room, whatever they are."""

from __future__ import annotations

import pytest

from fluxtui.widgets.braille_chart import braille_line


def dots(rows: list[str]) -> set[tuple[int, int]]:
    """Return the dots that are drawn, by column and line from the upper left."""
    bits = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
    return {
        (column * 2 + x, row * 4 + y)
        for row, text in enumerate(rows)
        for column, character in enumerate(text)
        for y in range(4)
        for x in range(2)
        if (ord(character) - 0x2800) & bits[y][x]
    }


def test_a_line_falls_from_the_upper_left_to_the_lower_right() -> None:
    found = dots(braille_line([(0, 1.0), (10, 0.0)], 5, 2, 10))
    assert {(0, 0), (9, 7)} <= found
    assert {x for x, _ in found} == set(range(10))


def test_it_ends_where_its_points_do() -> None:
    found = dots(braille_line([(0, 1.0), (5, 0.0)], 10, 2, 10))
    assert max(x for x, _ in found) == 10


@pytest.mark.parametrize("points", [[(3, 0.5)], [(0, 0.5), (10, 0.5)], [(0, 1e300), (5, -1e300), (99, 3.0)]])
def test_odd_points_stay_within_the_room(points: list[tuple[float, float]]) -> None:
    rows = braille_line(points, 7, 3, 10)
    assert [len(row) for row in rows] == [7, 7, 7]
    assert dots(rows)


@pytest.mark.parametrize(("width", "height"), [(0, 3), (3, 0), (-1, -1)])
def test_no_room_is_no_line(width: int, height: int) -> None:
    assert braille_line([(0, 1.0)], width, height, 10) == []


def test_no_points_are_no_line() -> None:
    assert braille_line([], 5, 5, 10) == []
