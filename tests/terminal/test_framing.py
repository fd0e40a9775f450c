"""Zoom and pan as numbers."""

from __future__ import annotations

import pytest

from fluxtui.terminal.framing import LEAST_SEEN, MOST_ZOOM, Frame, Part, fitting_scale, pixel_for_pixel

PICTURE, AREA = (1000, 500), (500, 500)


def test_the_whole_picture_fits_at_first() -> None:
    assert Frame().part(PICTURE, AREA) == Part(0, 0, 1000, 500)
    assert Frame().scale(PICTURE, AREA) == fitting_scale(PICTURE, AREA) == 0.5


def test_closer_shows_the_middle_and_uses_all_of_the_area() -> None:
    part = Frame(2.0).part(PICTURE, AREA)
    assert part == Part(250, 0, 500, 500)
    assert Frame(4.0).part(PICTURE, AREA) == Part(375, 125, 250, 250)


def test_moving_ends_at_the_edges_and_comes_back_at_once() -> None:
    frame = Frame(4.0)
    for _ in range(50):
        frame = frame.moved(0.25, 0.25, PICTURE, AREA)
    assert frame.part(PICTURE, AREA) == Part(750, 250, 250, 250)
    back = frame.moved(-0.5, 0, PICTURE, AREA).part(PICTURE, AREA)
    assert (back.left, back.top) == (625, 250)


def test_there_and_back_is_the_same_place() -> None:
    frame = Frame(3.0)
    moved = frame.moved(0.25, 0, PICTURE, AREA).moved(-0.25, 0, PICTURE, AREA)
    assert moved.part(PICTURE, AREA) == frame.part(PICTURE, AREA)


def test_zooming_in_and_out_ends_at_fitting() -> None:
    frame = Frame()
    for factor in (1.5, 1.5, 1.5, 1 / 1.5, 1 / 1.5, 1 / 1.5):
        frame = frame.zoomed(factor)
    assert frame.is_whole


@pytest.mark.parametrize("picture", [(1, 1), (3, 9000), (64_000, 4), PICTURE])
def test_what_is_seen_always_lies_in_the_picture(picture: tuple[int, int]) -> None:
    for zoom in (0.05, 0.3, 1.0, 1.7, MOST_ZOOM):
        for x, y in ((0.0, 0.0), (1.0, 1.0), (0.31, 0.77)):
            part = Frame(zoom, x, y).part(picture, (640, 480))
            assert 0 <= part.left < part.right <= picture[0]
            assert 0 <= part.top < part.bottom <= picture[1]
            assert part.width >= min(LEAST_SEEN, picture[0])


def test_pixel_for_pixel_goes_closer_or_further_as_needed() -> None:
    frame = pixel_for_pixel(PICTURE, AREA, Frame(8.0, 0.25, 0.5))
    assert frame.scale(PICTURE, AREA) == 1.0
    assert (frame.x, frame.y) == (0.25, 0.5)
    small = pixel_for_pixel((100, 100), AREA, Frame())
    assert small.zoom == 0.2
    assert small.part((100, 100), AREA) == Part(0, 0, 100, 100)
