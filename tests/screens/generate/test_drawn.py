"""The form shows what would be sent, whatever came into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.widgets.parameter_form.path_controls import PictureInput

OpenPlace = Callable[..., Any]
MakeApp = Callable[..., Any]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 55)])
async def test_a_named_input_picture_leaves_every_row_to_be_seen(
    size: tuple[int, int], tmp_path: Path, make_app: MakeApp, open_place: OpenPlace
) -> None:
    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(tmp_path / "fox.png")
    async with open_place(make_app(), size) as place:
        place.screen.query(PictureInput).first().focus()
        await place.pilot.pause()
        await place.pilot.press(*str(tmp_path / "fox.png"))
        await place.until(
            lambda: "PNG 320" in "".join(str(note.render()) for note in place.screen.query(".field-note"))
        )
        for _ in range(8):
            await place.pilot.press("tab")
