"""How the gallery looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.gallery import GalleryFilter
from fluxtui.domain.notices import Balance
from fluxtui.screens.gallery import GalleryScreen
from fluxtui.screens.gallery.export_dialog import ExportDialog
from fluxtui.services.thumbnails import ThumbnailCache
from tests.fakes.gallery import NOON, add_pictures
from tests.piloting.snapshots import Snap
from tests.piloting.waiting import settled, until, until_screen

Steps = Callable[[FluxApp, Pilot[int], GalleryScreen], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("still_state")


@pytest.fixture
def look(
    snap: Snap,
    make_app: Callable[..., FluxApp],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., bool]:
    """Return a function that opens the gallery over some pictures, takes the steps, and compares."""
    # Moments are shown in local time, and the pictures are the same everywhere.
    monkeypatch.setattr("fluxtui.screens.gallery.details.exact_time", lambda _: "2026-11-23 12:00:00")

    # One that was kept has lost a little of its colours; which are drawn twice is chance.
    monkeypatch.setattr(ThumbnailCache, "_path", lambda cache, mark: None)

    def compare(steps: Steps, *, pictures: int = 12) -> bool:
        app = make_app()

        async def before(pilot: Pilot[int]) -> None:
            await until(pilot, lambda: app.profile and app.screen.id != "_default")
            await add_pictures(app.services.journal, app.services.storage.root, *range(pictures))
            app.clock = lambda: NOON
            app.connected = True
            app.balances = {app.profile: Balance(9_593.0, NOON)}
            await app.go("gallery")
            screen = app.screen
            assert isinstance(screen, GalleryScreen)
            await settled(pilot)
            await steps(app, pilot, screen)

        return snap(app, before)

    return compare


def test_marked_and_rated(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: GalleryScreen) -> None:
        await app.services.gallery.star((12, 10), True)
        await app.services.gallery.rate((12,), 4)
        await app.services.gallery.tag((12,), "blue hour")
        await app.services.gallery.note(12, "for the cover [/x]")
        screen.controller.shown.entries.forget((12, 11, 10))
        screen.controller.shown.mark((12, 11))
        screen.action_refresh_pictures()

    assert look(steps)


def test_no_pictures_yet(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: GalleryScreen) -> None:
        await pilot.pause()

    assert look(steps, pictures=0)


def test_filtered_with_a_selection(look: Callable[..., bool]) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: GalleryScreen) -> None:
        Path(app.services.storage.root, "pictures/2026-11-23/picture-4.jpg").unlink()
        screen.controller.shown.mark((5, 9))
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
        await app.services.gallery.trash((5, 7))
        screen.action_show_trash()

    assert look(steps)


def test_exporting(look: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: GalleryScreen) -> None:
        screen.controller.shown.mark((12, 11))
        screen.action_export()
        await until_screen(pilot, ExportDialog)

    monkeypatch.setenv("HOME", str(Path("/home/ada")))
    assert look(steps)
