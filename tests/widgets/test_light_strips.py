"""Strips without what they do not need are the same strips, and none keeps itself."""

from __future__ import annotations

import gc

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.cache import FIFOCache
from textual.strip import Strip

from fluxtui.widgets.light_strips import _CACHE_SIZES, _PARTS, lighten_strips


@pytest.fixture(autouse=True)
def light() -> None:
    lighten_strips()


def strip() -> Strip:
    return Strip([Segment("ab"), Segment("cd", Style(bold=True))], 4)


def number_of(kind: type) -> int:
    return sum(isinstance(item, kind) for item in gc.get_objects())


def test_the_parts_of_a_strip_are_those_that_are_known() -> None:
    assert set(Strip.__slots__) == _PARTS
    assert all(getattr(strip(), name)._maxsize == size for name, size in _CACHE_SIZES.items())


def test_a_strip_has_the_caches_that_it_uses() -> None:
    before = number_of(FIFOCache)
    one = strip()
    assert number_of(FIFOCache) == before
    assert [part.text for part in one.divide([1, 4])] == ["a", "bcd"]
    assert number_of(FIFOCache) == before + 1
    assert one.divide([1, 4]) is one.divide([1, 4])
    assert not hasattr(one, "_cache_of_another_version")


def test_a_strip_that_is_cut_nowhere_does_not_keep_itself() -> None:
    gc.disable()
    try:
        before = number_of(Strip)
        one = strip()
        whole, cropped = one.divide([4, 9])[0], one.crop_extend(0, 4, None)
        assert (whole.text, cropped.text) == ("abcd", "abcd")
        assert one.crop_extend(1, 6, None).text == "bcd  "
        del one, whole, cropped
        assert number_of(Strip) == before
    finally:
        gc.enable()
