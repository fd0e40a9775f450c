"""Crops by keys: whatever is pressed, a crop stays inside its picture and keeps what it promises."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.domain.boxes import (
    LEAST,
    SHAPES,
    is_whole,
    largest,
    moved,
    name_of,
    next_shape,
    resized,
    shape_of,
    stretched,
)
from fluxtui.domain.dataset import Crop
from fluxtui.domain.workspace import Workspace

Key = Callable[[Crop, int, int], Crop]

steps = st.integers(-3, 3)
keys: st.SearchStrategy[Key] = st.one_of(
    st.builds(lambda x, y: lambda crop, *size: moved(crop, x, y, *size), steps, steps),
    st.builds(lambda by: lambda crop, *size: resized(crop, by, *size), steps),
    st.builds(lambda x, y: lambda crop, *size: stretched(crop, x, y, *size), steps, steps),
    st.just(next_shape),
)
edges = st.integers(64, 6_000)


@given(width=edges, height=edges, pressed=st.lists(keys, max_size=25))
def test_crop_never_leaves_its_picture(width: int, height: int, pressed: list[Key]) -> None:
    crop = largest(width, height, 1.0)
    for press in pressed:
        crop = press(crop, width, height)
        left, top, right, bottom = crop.box(width, height)
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height


@pytest.mark.parametrize(("width", "height"), [(1000, 1000), (4000, 3000), (300, 2000)])
@pytest.mark.parametrize(("name", "shape"), SHAPES)
def test_largest_crop_touches_two_edges_and_has_its_shape(
    width: int, height: int, name: str, shape: float
) -> None:
    crop = largest(width, height, shape)
    # As near as whole pixels come.
    assert shape_of(crop, width, height) == pytest.approx(shape, rel=2 / min(width, height))
    assert name_of(crop, width, height) == name
    assert (crop.left, crop.right) == (0.0, 1.0) or (crop.top, crop.bottom) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("width", "height", "shape", "pixels"),
    [
        (2560, 1600, 16 / 9, (2560, 1440)),
        (2560, 1600, 4 / 3, (2133, 1600)),
        (1600, 2560, 9 / 16, (1440, 2560)),
        (4032, 3024, 3 / 2, (4032, 2688)),
    ],
)
def test_a_shape_has_the_pixels_that_it_must_have_wherever_it_is(
    width: int, height: int, shape: float, pixels: tuple[int, int]
) -> None:
    crop = largest(width, height, shape)
    for step in range(-20, 20):
        here = moved(crop, step, step, width, height)
        left, top, right, bottom = here.box(width, height)
        assert (right - left, bottom - top) == pixels
        turned = Workspace(source="x").edited("a", crop=here).turned("a", 1).of("a").crop
        assert turned is not None
        left, top, right, bottom = turned.box(height, width)
        assert (bottom - top, right - left) == pixels


def test_one_key_goes_through_all_shapes_and_round() -> None:
    crop = largest(1200, 900, 1.0)
    names = []
    for _ in SHAPES:
        crop = next_shape(crop, 1200, 900)
        names.append(name_of(crop, 1200, 900))
    assert names == [*(name for name, _ in SHAPES[1:]), SHAPES[0][0]]


def test_next_shape_stays_around_its_middle() -> None:
    here = moved(largest(1000, 1000, 16 / 9), 0, 5, 1000, 1000)
    there = next_shape(here, 1000, 1000)
    assert (there.left + there.right) / 2 == pytest.approx((here.left + here.right) / 2)


def test_moving_keeps_the_size_and_stops_at_the_edge() -> None:
    crop = resized(largest(800, 600, 1.0), -10, 800, 600)
    far = moved(crop, 500, 500, 800, 600)
    assert (far.right, far.bottom) == (1.0, 1.0)
    assert far.right - far.left == pytest.approx(crop.right - crop.left)


def test_resizing_keeps_the_shape_and_leaves_something() -> None:
    crop = largest(800, 600, 4 / 3)
    assert is_whole(crop)
    small = resized(crop, -100, 800, 600)
    assert shape_of(small, 800, 600) == pytest.approx(4 / 3)
    assert min(small.right - small.left, small.bottom - small.top) == pytest.approx(LEAST)


def test_stretching_moves_the_right_and_lower_edge_only() -> None:
    crop = largest(1000, 500, 1.0)
    wider = stretched(crop, 2, -1, 1000, 500)
    assert (wider.left, wider.top) == (crop.left, crop.top)
    assert wider.right > crop.right
    assert wider.bottom < crop.bottom
