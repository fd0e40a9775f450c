"""One picture after another in the whole terminal."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fluxtui.screens.generate.screen import GenerateScreen
from fluxtui.screens.view import CompareScreen, ViewItem, ViewScreen
from fluxtui.terminal.framing import Frame, Part
from fluxtui.terminal.profile import GraphicsProtocol
from fluxtui.widgets.dialogs import ChoiceDialog
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.waiting import until_screen
from tests.screens.view.conftest import OpenLooking


async def test_a_picture_fills_the_terminal_but_for_a_line(
    looking: OpenLooking, items: Sequence[ViewItem]
) -> None:
    async with looking() as here:
        await here.open(ViewScreen(items, 1))
        assert here.view.size == (80, 23)
        await here.until(lambda: "half cells" in here.line)
        assert here.line == "2/4 · 400×300 fits at 15% · half cells · ? keys · a [red] lamp, 1"
        await here.pilot.press("q")
        await here.until(lambda: here.answers == [1])


async def test_zoom_and_pan_say_where_one_is(looking: OpenLooking, items: Sequence[ViewItem]) -> None:
    async with looking() as here:
        await here.open(ViewScreen(items))
        await here.act("pixels")
        await here.until(lambda: here.seen.scale == pytest.approx(1.0))
        assert here.seen.part == Part(160, 127, 80, 46)
        await here.act("pan(-1, 0)")
        await here.act("pan(0, 1)")
        await here.until(lambda: here.seen.part == Part(140, 138, 80, 46))
        await here.until(lambda: "100%, x 140–220 y 138–184 of 400×300" in here.line)
        await here.act("step(1)")
        await here.until(lambda: here.seen is not None and here.seen.frame == Frame())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_parameters_stand_where_there_is_room(
    looking: OpenLooking, items: Sequence[ViewItem], size: tuple[int, int]
) -> None:
    async with looking(size) as here:
        await here.open(ViewScreen(items))
        await here.act("toggle_parameters")
        await here.until(lambda: here.view.size < (size[0], size[1] - 1))
        pane = here.app.screen.query_one(".parameters-pane")
        beside = pane.region.x > 0
        assert beside is (size[0] >= 100)
        assert "Prompt a [red] lamp" in str(here.app.screen.query_one(".parameters", PlainStatic).render())


async def test_parameters_are_taken_into_the_form(looking: OpenLooking, items: Sequence[ViewItem]) -> None:
    async with looking() as here:
        await here.open(ViewScreen(items, 2))
        await here.act("compare")
        await until_screen(here.pilot, CompareScreen)
        await here.act("use_again")
        await until_screen(here.pilot, GenerateScreen)
        form = here.app.screen.order  # type: ignore[attr-defined]
        await here.until(lambda: form.form.prompt == "a [red] lamp")
        assert dict(form.form.values) == {"seed": 9, "steps": 21}


async def test_a_picture_is_used_for_another_one(looking: OpenLooking, items: Sequence[ViewItem]) -> None:
    """The question stands over the picture; after an answer, every picture screen is left."""
    async with looking() as here:
        await here.open(ViewScreen(items, 2))
        await here.pilot.press("f12")
        await until_screen(here.pilot, ChoiceDialog)
        values = [choice.value for choice in here.app.screen._choices]  # type: ignore[attr-defined]
        here.app.screen.dismiss(next(value for value in values if value.startswith("deblur")))
        await until_screen(here.pilot, GenerateScreen)
        form = here.app.screen.order  # type: ignore[attr-defined]
        await here.until(lambda: form.form.endpoint_id == "flux-tools/deblur-v1")
        assert form.form.values["image"] == str(items[2].path)


async def test_a_picture_without_a_recipe_offers_none(
    looking: OpenLooking, items: Sequence[ViewItem]
) -> None:
    async with looking() as here:
        await here.open(ViewScreen([ViewItem(items[0].path, "a training picture")]))
        actions = {item.binding.action for item in here.app.screen.active_bindings.values() if item.enabled}
        assert {"copy", "back"} < actions
        assert not {"use_again", "compare"} & actions


async def test_pictures_are_drawn_in_another_way_at_once(
    looking: OpenLooking, items: Sequence[ViewItem]
) -> None:
    async with looking() as here:
        await here.open(ViewScreen(items))
        await here.pilot.press("t")
        assert here.app.terminal.protocol is GraphicsProtocol.NONE
        await here.until(lambda: "400 x 300 pixels" in str(here.view.render()))
        assert "no pictures" in here.line
        here.app.draw_pictures_by(GraphicsProtocol.SIXEL)
        await here.until(lambda: here.view.profile.protocol is GraphicsProtocol.SIXEL)
        await here.until(lambda: here.seen.scale == pytest.approx(23 * 20 / 300))
