"""The form shows what would be sent, whatever came into it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.app import key_queue
from fluxtui.controllers.generation import supply
from fluxtui.screens.generate.prompt_editor import PromptArea
from fluxtui.widgets.parameter_form.path_controls import PictureInput

OpenPlace = Callable[..., Any]
MakeApp = Callable[..., Any]
Until = Callable[..., Awaitable[None]]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 55)])
async def test_a_named_input_picture_leaves_every_row_to_be_seen(
    size: tuple[int, int],
    tmp_path: Path,
    make_app: MakeApp,
    open_place: OpenPlace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Each key is waited for, and a path of the tests is long.
    monkeypatch.chdir(tmp_path)
    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(tmp_path / "fox.png")
    async with open_place(make_app(), size) as place:
        place.screen.query(PictureInput).first().focus()
        await place.pilot.pause()
        await place.pilot.press(*"fox.png")
        await place.until(
            lambda: "PNG 320" in "".join(str(note.render()) for note in place.screen.query(".field-note"))
        )
        for _ in range(8):
            await place.pilot.press("tab")


async def test_a_prompt_typed_before_the_services_answer_stays(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()
    ask = supply.ask_profile

    async def slowly(services: Any, profile: str) -> Any:
        asked.set()
        await may_answer.wait()
        return await ask(services, profile)

    monkeypatch.setattr(supply, "ask_profile", slowly)
    monkeypatch.setattr(key_queue, "PATIENCE_SECONDS", 0.3)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await asyncio.wait_for(asked.wait(), 50)
        await pilot.press(*"a fox")
        await until(pilot, lambda: app.screen.query_one(PromptArea).text == "a fox")
        may_answer.set()
        await until(pilot, lambda: bool(app.screen.generation.form.endpoint_id))
        assert app.screen.query_one(PromptArea).text == "a fox"
        await until(pilot, lambda: app.screen.generation.form.prompt == "a fox")
