"""Pictures beside each other, and in the same place."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import DataTable

from fluxtui.screens.view import CompareScreen, ViewItem
from fluxtui.terminal.framing import Frame
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.plain import PlainStatic
from tests.screens.view.conftest import OpenLooking


async def test_two_pictures_stand_side_by_side_with_what_sets_them_apart(
    looking: OpenLooking, items: Sequence[ViewItem]
) -> None:
    async with looking() as here:
        await here.open(CompareScreen(items[:2]))
        captions = [str(line.render()) for line in here.app.screen.query(".caption").results(PlainStatic)]
        assert captions == ["1 ≠ Seed 7, Steps 20", "2 ≠ Seed 8, Steps 21"]
        first, second = here.app.screen.query(".compared PictureView")
        await here.until(lambda: first.region.right <= second.region.x)
        assert first.size == second.size
        table = here.app.screen.query_one(DataTable)
        assert [str(table.get_row_at(row)[0]) for row in range(3)] == ["≠ Seed", "≠ Steps", "  Prompt"]


async def test_four_pictures_make_two_rows_in_one_frame(
    looking: OpenLooking, items: Sequence[ViewItem]
) -> None:
    async with looking((120, 40)) as here:
        await here.open(CompareScreen(items))
        views = list(here.app.screen.query(".compared PictureView").results(PictureView))
        await here.until(lambda: len({view.region.y for view in views}) == 2)
        assert len({view.region.x for view in views}) == 2
        await here.act("zoom(2)")
        await here.act("pan(1, 0)")
        await here.until(lambda: all(view.seen and view.seen.frame.zoom == 2.25 for view in views))
        assert len({view.seen.part for view in views if view.seen}) == 1


async def test_one_key_changes_the_picture_in_the_same_place_and_frame(
    looking: OpenLooking, items: Sequence[ViewItem]
) -> None:
    async with looking() as here:
        await here.open(CompareScreen(items[:3]))
        await here.act("zoom(1)")
        flicker = here.app.screen.query_one("#flicker", PictureView)
        shown = []
        for number in (0, 1, 2, 0):
            await here.pilot.press("space")
            await here.until(lambda: flicker.seen is not None)
            shown.append((flicker.path, flicker.seen and flicker.seen.frame))
            assert f"{number + 1}/3" in here.line
        assert shown == [(items[number].path, Frame(1.5)) for number in (0, 1, 2, 0)]
        await here.pilot.press("space")
        screen = here.app.screen
        assert isinstance(screen, CompareScreen)
        assert screen.viewer.item is items[1]
        await here.act("back")
        assert not here.app.screen.has_class("-flicker")
        # Seen together again, keys are about the first, as the help says.
        assert screen.viewer.item is items[0]
        await here.act("back")
        await here.until(lambda: here.answers == [0])
