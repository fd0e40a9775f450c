"""Pictures of a running program at several sizes, compared with stored ones: one start for all of them."""

from __future__ import annotations

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


class Snap:
    """Compares what a program shows with the pictures stored beside the test.

    Args:
        snapshot: syrupy's, for the test.
        folder: takes the pictures that differ.
    """

    def __init__(self, snapshot: SnapshotAssertion, folder: Path) -> None:
        self._snapshot = snapshot.use_extension(SVGImageExtension)
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
