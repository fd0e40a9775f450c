"""Pictures that go into a request: uses, masks drawn by keys, ways to fill a line, sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.picture_use import use_choices
from fluxtui.controllers.navigation import UsePicture
from fluxtui.domain.dataset import Crop
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.masks import MaskDrawing
from fluxtui.domain.picture_fields import REFERENCES, SOURCE
from fluxtui.domain.prices import Prices
from fluxtui.domain.uses import Offer
from fluxtui.screens.generate.choosers import EndpointChooser
from fluxtui.screens.generate.picture_panel import PicturePanel
from fluxtui.screens.masking import MaskScreen
from fluxtui.screens.masking.screen import MaskPad
from fluxtui.services.masks import MaskService
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs import ChoiceDialog
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.parameter_form.controls import SideControl
from fluxtui.widgets.parameter_form.path_controls import PictureInput
from fluxtui.widgets.parameter_form.row import FieldRow
from fluxtui.widgets.pictures.view import PictureView
from tests.piloting.waiting import until_screen

FindOffer = Callable[..., Offer]
MakeJob = Callable[..., Job]
OpenPlace = Callable[..., Any]
MakeApp = Callable[..., Any]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "fox.png"
    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(path)
    return path


def test_the_menu_names_use_endpoint_and_price(all_offers: tuple[Offer, ...]) -> None:
    from fluxtui.domain.picture_fields import uses_of_picture

    choices = use_choices(uses_of_picture(all_offers), Prices())
    fill = next(choice for choice in choices if choice.group == "Use it to fill a part anew")
    assert all(choice.note for choice in choices)
    assert "$0.0" in fill.note
    assert len({choice.value for choice in choices}) == len(choices)


# By keys, in the place


async def field_of(place: Any, name: str) -> PictureInput:
    def there() -> bool:
        return any(row.field.name == name for row in place.screen.query_one(ParameterForm).query(FieldRow))

    await place.until(there)
    rows = place.screen.query_one(ParameterForm).query(FieldRow)
    row = next(row for row in rows if row.field.name == name)
    line = row.input if isinstance(row.input, PictureInput) else row.query(PictureInput).first()
    assert isinstance(line, PictureInput)
    return line


async def choose(place: Any, value: str) -> None:
    await until_screen(place.pilot, ChoiceDialog)
    place.app.screen.dismiss(value)


async def test_a_mask_is_drawn_by_keys_and_the_fill_ends_as_a_picture(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace, picture: Path
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        place.screen.follow(UsePicture(str(picture), "fill"))
        mask = await field_of(place, "mask")
        await place.until(lambda: place.screen.query_one(ParameterForm).picture_note(SOURCE))
        mask.focus()
        mask.action_ways()
        await choose(place, "draw")
        await place.until(lambda: place.app.screen.query(MaskPad))
        pad = place.app.screen.query_one(MaskPad)
        await place.until(lambda: pad.box)
        await place.pilot.press("right", "L", "n", "f", "enter")
        await place.until(lambda: place.app.screen is place.screen and mask.value)
        drawing = MaskService(place.app.services.storage).drawing_of(Path(mask.value))
        assert drawing is not None
        assert (len(drawing.boxes), drawing.feather) == (2, 4)
        assert drawing.boxes[0].left > drawing.boxes[1].left
        panel = place.screen.query_one(PicturePanel)
        await place.until(lambda: panel.query_one(PictureView).path == Path(mask.value))
        assert place.generation.form.values["mask"] == mask.value
        place.screen.action_submit()
        await place.until(lambda: [job.state for job in place.app.jobs] == [JobState.DONE])
        made = place.app.services.storage.inside(place.app.jobs[0].picture)
        await place.until(lambda: panel.query_one(PictureView).path == made)
        assert not simulator.violations()


async def test_one_key_helps_in_whatever_field(
    make_app: MakeApp, open_place: OpenPlace, picture: Path
) -> None:
    async with open_place(make_app()) as place:
        await place.show(GenerateForm("demo", "flux-2-pro", prompt="x", values={REFERENCES: [str(picture)]}))
        line = await field_of(place, REFERENCES)
        side = place.screen.query(SideControl).first()
        for widget, title in ((line, "Input pictures"), (side, "Size in pixels")):
            widget.focus()
            await place.pilot.press("ctrl+g")
            await until_screen(place.pilot, ChoiceDialog)
            assert place.app.screen._title == title
            await place.pilot.press("escape")
            await place.until(lambda: place.app.screen is place.screen)
        place.screen.query_one(EndpointChooser).focus()
        await place.pilot.press("ctrl+g")
        await place.until(lambda: place.app.screen is not place.screen)


async def test_a_result_is_used_again_and_nothing_is_sent(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        await place.show(GenerateForm("demo", "flux-dev", prompt="a lamp"))
        place.screen.action_submit()
        await place.until(lambda: [job.state for job in place.app.jobs] == [JobState.DONE])
        await place.until(lambda: place.screen.results.shown and place.screen.results.shown.picture)
        place.screen.action_use_picture()
        await until_screen(place.pilot, ChoiceDialog)
        values = [choice.value for choice in place.app.screen._choices]
        await choose(place, next(value for value in values if value.startswith("deblur")))
        await place.until(lambda: place.generation.form.endpoint_id == "flux-tools/deblur-v1")
        made = str(place.app.services.storage.inside(place.app.jobs[0].picture))
        assert place.generation.form.values[SOURCE] == made
        assert (await field_of(place, SOURCE)).value == made
        assert [entry["endpoint"] for entry in simulator.ledger()] == ["flux-dev"]


async def test_a_picture_that_has_gone_since_is_told(
    make_app: MakeApp, open_place: OpenPlace, picture: Path
) -> None:
    """What was typed is there again after a restart; the file is not."""
    app = make_app()
    async with open_place(app) as place:
        await place.show(GenerateForm("demo", "flux-2-pro", prompt="x", values={REFERENCES: [str(picture)]}))
    picture.unlink()
    async with open_place(make_app()) as place:
        line = await field_of(place, REFERENCES)
        assert line.value == str(picture)
        await place.until(lambda: line.found and not line.found.note.usable)
        line.focus()
        panel = place.screen.query_one(PicturePanel)
        await place.until(lambda: "does not exist" in str(panel.query_one(".sentence").render()))
        place.screen.action_submit()
        await place.until(lambda: "does not exist" in next(iter(_problems(place)), ""))
        assert place.app.jobs == ()


def words(place: Any) -> str:
    return " ".join(str(label.render()) for label in place.app.screen.query("PlainLabel"))


def _problems(place: Any) -> list[str]:
    return [row.problem for row in place.screen.query(FieldRow) if row.problem]


async def test_sides_are_swapped_and_chosen_by_keys(make_app: MakeApp, open_place: OpenPlace) -> None:
    async with open_place(make_app()) as place:
        await place.show(GenerateForm("demo", "flux-pro-1.1", prompt="x"))
        side = place.screen.query(SideControl).first()
        side.focus()
        await place.pilot.press("x")
        await place.until(lambda: place.generation.form.values.get("height") == 1024)
        assert place.generation.form.values["width"] == 768
        await place.pilot.press("c")
        await choose(place, "1024×1024")
        await place.until(lambda: place.generation.form.values.get("height") == 1024)
        note = place.screen.query_one(ParameterForm)._rows["height"].query_one(".field-note")
        await place.until(lambda: "1.00 MP · 1:1" in str(note.render()))


async def test_a_mask_is_left_as_it_was(make_app: MakeApp, open_place: OpenPlace, picture: Path) -> None:
    """Escape keeps nothing; a drawing of before is gone on with; nothing drawn is no mask."""
    async with open_place(make_app()) as place:
        masks = MaskService(place.app.services.storage)
        before = MaskDrawing(boxes=(Crop(left=0, top=0, right=0.25, bottom=0.5),))
        mask = masks.draw(before, picture)
        answers: list[Path | None] = []
        screen = MaskScreen(picture, mask)
        place.app.push_screen(screen, answers.append)
        await place.until(lambda: screen.query(MaskPad) and screen.query_one(MaskPad).box == before.boxes[0])
        await place.pilot.press("d", "enter")
        await place.until(lambda: "Nothing is drawn" in str(screen.query_one(".name").render()))
        await place.pilot.press("q")
        await place.until(lambda: answers)
        assert answers == [None]
