"""The prompt has as many rows as its text wants and the place has to spare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fluxtui.screens.generate.prompt_editor import PromptArea
from fluxtui.screens.generate.room import HELP_ROWS
from fluxtui.widgets.parameter_form import ParameterForm
from tests.piloting.waiting import settled

OpenPlace = Callable[..., Any]
MakeApp = Callable[..., Any]

LONG = "a paper lantern over a lake " * 200


@pytest.mark.parametrize(("size", "least"), [((80, 24), 4), ((120, 40), 6), ((200, 55), 8)])
async def test_the_prompt_takes_what_the_parameters_leave(
    size: tuple[int, int], least: int, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(), size) as place:
        area, form = place.screen.query_one(PromptArea), place.screen.query_one(ParameterForm)
        await place.until(lambda: area.size.height == least)
        area.put(LONG)

        def nothing_is_free() -> bool:
            """The prompt has grown until the parameters have just what they need."""
            return bool(form.rows_needed + HELP_ROWS >= form.size.height)

        await place.until(nothing_is_free)
        assert area.size.height >= least
        if size != (80, 24):
            assert area.size.height > least
        area.put("a fox")
        await place.until(lambda: area.size.height == least)


async def test_a_long_prompt_gives_rows_back_to_a_longer_form(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(), (120, 40)) as place:
        area, form = place.screen.query_one(PromptArea), place.screen.query_one(ParameterForm)
        await place.until(lambda: form.rows_needed >= len(form.fields) > 0)
        await settled(place.pilot)
        area.put(LONG)
        await settled(place.pilot)
        before = area.size.height
        assert before > 6
        form.set_open(False)
        await place.until(lambda: area.size.height > before)
        form.set_open(True)
        await place.until(lambda: area.size.height == before)
        assert form.query_one(".form-body").max_scroll_y == 0
