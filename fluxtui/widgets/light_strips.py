"""Textual's strips without what most of them never need: seven caches for each, and circles through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, cast

from rich.segment import Segment
from rich.style import Style
from textual.cache import FIFOCache
from textual.strip import Strip

_CACHE_SIZES: Final = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}
_PARTS: Final = {"_segments", "_cell_length", "_render_cache", "_link_ids", "_cell_count", *_CACHE_SIZES}
"""What a strip of Textual 8.2 has."""

_divide: Final = cast("Callable[[Strip, list[int]], Sequence[Strip]]", Strip.divide)
_crop_extend: Final = cast("Callable[[Strip, int, int, Style | None], Strip]", Strip.crop_extend)


def lighten_strips() -> None:
    """Let each strip of the process make a cache when it is first used, and no strip keep itself.

    Every line of every frame is cut into strips. Their caches were a sixth of all objects of the program and
    most of the time that it takes to make a strip; one that keeps itself goes only when garbage is looked
    for. Where Textual's strips are made of other parts than known here, they stay as they are.
    """
    if set(Strip.__slots__) != _PARTS:
        return
    for name, method in (
        ("__init__", _begin),
        ("__getattr__", missing_part),
        ("divide", _divided),
        ("crop_extend", _cropped_or_extended),
    ):
        setattr(Strip, name, method)


def _begin(strip: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    strip._segments = list(segments)
    strip._cell_length = cell_length
    strip._render_cache = strip._link_ids = strip._cell_count = None


def missing_part(strip: Strip, name: str) -> FIFOCache[Any, Any]:
    """Make a cache that Textual makes with every strip. Raises `AttributeError` for any other part."""
    size = _CACHE_SIZES.get(name)
    if size is None:
        raise AttributeError(name)
    cache: FIFOCache[Any, Any] = FIFOCache(size)
    setattr(strip, name, cache)
    return cache


def _divided(strip: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    """Cut a strip into several ones; what is one part only is the strip."""
    length = strip.cell_length
    cuts = [cut for cut in cuts if cut <= length]
    return [strip] if cuts == [length] else _divide(strip, cuts)


def _cropped_or_extended(strip: Strip, start: int, end: int, style: Style | None) -> Strip:
    """Return the part between two columns, blanks included; what is all of the strip is the strip."""
    return strip if start == 0 and end == strip.cell_length else _crop_extend(strip, start, end, style)
