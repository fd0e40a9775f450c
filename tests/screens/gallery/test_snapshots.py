"""How the gallery looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.gallery import GalleryFilter
from fluxtui.domain.notices import Balance
from fluxtui.screens.gallery import GalleryScreen
from fluxtui.screens.gallery.export_dialog import ExportDialog
from fluxtui.services.thumbnails import ThumbnailCache
from tests.piloting.waiting import until_screen
from tests.screens.gallery.conftest import NOON, add_pictures

SIZES = ((80, 24), (120, 40))
Steps = Callable[[FluxApp, Pilot[int], GalleryScreen], Awaitable[None]]

pytestmark = [
    pytest.mark.usefixtures("still_state"),
    pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"]),
]


@pytest.fixture
def look(
    snap_compare: Any,
    make_app: Callable[..., FluxApp],
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., bool]:
    """Return a function that opens the gallery over some pictures, takes the steps, and compares."""
    # Moments are shown in local time, and the pictures are the same everywhere.
    monkeypatch.setattr("fluxtui.screens.gallery.wording.exact_time", lambda _: "2026-11-23 12:00:00")

    # One that was kept has lost a little of its colours; which are drawn twice is chance.
    monkeypatch.setattr(ThumbnailCache, "_path", lambda cache, mark: None)

    def compare(steps: Steps, *, pictures: int = 12) -> bool:
        app = make_app()

        async def before(pilot: Pilot[int]) -> None:
            while not app.profile or app.screen.id == "_default":
                await pilot.pause(0.02)
            await add_pictures(app.services.journal, app.services.storage.root, *range(pictures))
            app.clock = lambda: NOON
            app.connected = True
            app.balances = {app.profile: Balance(9_593.0, NOON)}
            await app.go("gallery")
            screen = app.screen
            assert isinstance(screen, GalleryScreen)
            while screen.query_one("#gallery-title").render().plain.startswith("Reading"):  # type: ignore[union-attr]
                await pilot.pause(0.02)
            await steps(app, pilot, screen)
            # Pictures and details come after a rest.
            await pilot.pause(0.8)

        return bool(snap_compare(app, terminal_size=size, run_before=before))

    return compare


def test_marked_and_rated(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: GalleryScreen) -> None:
        await screen.gallery.star((12, 10), True)
        await screen.gallery.rate((12,), 4)
        await screen.gallery.tag((12,), "blue hour")
        await screen.gallery.note(12, "for the cover [/x]")
        screen.entries.forget((12, 11, 10))
        screen.marked.update((12, 11))
        screen.reload()

    assert look(steps)


def test_no_pictures_yet(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: GalleryScreen) -> None:
        await pilot.pause()

    assert look(steps, pictures=0)


def test_filtered_with_a_selection(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: GalleryScreen) -> None:
        Path(app.services.storage.root, "pictures/2026-11-23/picture-4.jpg").unlink()
        screen.marked.update((5, 9))
        screen._want(GalleryFilter.parse("a -lanterns sort:oldest"))

    assert look(steps)


def test_a_filter_that_is_wrong(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: GalleryScreen) -> None:
        screen.action_filter()
        await pilot.pause()
        app.screen.query_one("FilterLine LineInput").value = "fox ratng>=3"  # type: ignore[attr-defined]

    assert look(steps)


def test_the_trash(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: GalleryScreen) -> None:
        await screen.gallery.trash((5, 7))
        screen.action_show_trash()

    assert look(steps)


def test_exporting(look: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: GalleryScreen) -> None:
        screen.marked.update((12, 11))
        screen.action_export()
        await until_screen(pilot, ExportDialog)

    monkeypatch.setenv("HOME", str(Path("/home/ada")))
    assert look(steps)
