"""Pictures of a running program at several sizes, compared with stored ones: one start for all of them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pytest_textual_snapshot import SVGImageExtension, normalize_svg  # type: ignore[import-untyped]
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.pilot import Pilot

from tests.piloting.waiting import settled

Size = tuple[int, int]
BOTH: tuple[Size, ...] = ((80, 24), (120, 40))
"""The smallest terminal that is supported, and a usual one."""
SMALL: tuple[Size, ...] = BOTH[:1]
LARGE: tuple[Size, ...] = BOTH[1:]


_RECTANGLE = re.compile(
    r'<rect fill="([^"]*)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="[\d.]+"'
    r' shape-rendering="crispEdges"/>'
)


class CellsExtension(SVGImageExtension):  # type: ignore[misc]
    """Compares pictures by their cells: in how many pieces a line is drawn below a dialog is chance."""

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:
        """Whether two pictures show the same characters, styles and backgrounds."""
        return _cells(serialized_data) == _cells(snapshot_data)


def _cells(svg: str) -> tuple[str, list[tuple[str, str, float, float]]]:
    """Return a picture without what blanks are part of, and its backgrounds as whole as they can be."""
    backgrounds: list[tuple[str, str, float, float]] = []
    for found in _RECTANGLE.finditer(svg):
        fill, left, top, width = found[1], float(found[2]), found[3], float(found[4])
        if backgrounds and backgrounds[-1][:2] == (fill, top) and abs(backgrounds[-1][3] - left) < 0.1:
            left = backgrounds.pop()[2]
        backgrounds.append((fill, top, round(left, 1), round(float(found[2]) + width, 1)))
    text = re.sub(r' textLength="[\d.]+"', "", _RECTANGLE.sub("", svg))
    return re.sub(r"(?:&#160;)+</text>", "</text>", text), backgrounds


class Snap:
    """Compares what a program shows with the pictures stored beside the test.

    Args:
        snapshot: syrupy's, for the test.
        folder: takes the pictures that differ.
    """

    def __init__(self, snapshot: SnapshotAssertion, folder: Path) -> None:
        self._snapshot = snapshot.use_extension(CellsExtension)
        self._folder = folder

    def __call__(
        self,
        app: App[Any],
        prepare: Callable[[Pilot[Any]], Awaitable[object]] | None = None,
        *,
        sizes: tuple[Size, ...] = BOTH,
        besides: frozenset[str] = frozenset(),
    ) -> bool:
        """Start a program, bring it where it is to be looked at, and compare it at each size.

        Args:
            app: what is started, at the first of the sizes.
            prepare: brings it there.
            sizes: columns and lines of the terminal; it is resized from one to the next.
            besides: groups of workers that are not waited for, see `settled`.

        Returns:
            True; a difference is an error.

        Raises:
            AssertionError: a picture differs from the stored one; the new one is named.
        """
        pictures = _pictures(app, prepare, sizes, besides)
        different = []
        for size, picture in zip(sizes, pictures, strict=True):
            name = "{}x{}".format(*size)
            stored = self._snapshot(name=name) if sizes[1:] else self._snapshot
            if stored != picture:
                path = self._folder / f"{name}.svg"
                path.write_text(normalize_svg(picture), encoding="utf-8")
                different.append(f"{name}: {path}")
        if different:
            raise AssertionError("it does not look as it did: " + ", ".join(different))
        return True


def _pictures(
    app: App[Any],
    prepare: Callable[[Pilot[Any]], Awaitable[object]] | None,
    sizes: tuple[Size, ...],
    besides: frozenset[str],
) -> list[str]:
    """Return what a program shows at each size, as SVG."""
    pictures: list[str] = []

    async def look(pilot: Pilot[Any]) -> None:
        if prepare is not None:
            await prepare(pilot)
        await settled(pilot, besides=besides)
        for size in sizes:
            if app.size != size:
                await pilot.resize_terminal(*size)
                await settled(pilot, besides=besides)
            pictures.append(app.export_screenshot(simplify=True))
        app.exit()

    app.run(headless=True, auto_pilot=look, size=sizes[0])
    return pictures
