"""Pictures that go into a request: uses, masks drawn by keys, ways to fill a line, sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.controllers.generation.batch_ordering import BatchOrder
from fluxtui.controllers.generation.changes import to_request
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.picture_inputs import LineState, own_pictures, ways
from fluxtui.controllers.generation.picture_use import use_choices
from fluxtui.controllers.generation.sizes import (
    chosen_size,
    size_choices,
    size_field,
    size_note,
    size_now,
    turned,
)
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.navigation import UsePicture
from fluxtui.domain.axes import OFFER, TypedAxis
from fluxtui.domain.batches import BatchSetup, SeedMode
from fluxtui.domain.dataset import Crop
from fluxtui.domain.endpoint import Control, Field, PictureRole
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.masks import MaskDrawing
from fluxtui.domain.picture_fields import REFERENCES, SOURCE
from fluxtui.domain.prices import Prices
from fluxtui.domain.uses import Offer
from fluxtui.screens.generate.choosers import EndpointChooser
from fluxtui.screens.generate.picture_panel import PicturePanel
from fluxtui.screens.masking import MaskScreen
from fluxtui.screens.masking.pad import MaskPad
from fluxtui.services.masks import MaskService
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs import ChoiceDialog, ConfirmDialog
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.parameter_form.path_controls import PictureInput
from fluxtui.widgets.parameter_form.row import FieldRow
from fluxtui.widgets.parameter_form.sides import SideControl
from fluxtui.widgets.pictures.view import PictureView

FindOffer = Callable[..., Offer]
MakeJob = Callable[..., Job]
OpenPlace = Callable[..., Any]
MakeApp = Callable[..., Any]


@pytest.fixture
def stock(all_offers: tuple[Offer, ...]) -> Stock:
    return Stock(all_offers)


@pytest.fixture
def storage(tmp_path: Path) -> StorageService:
    return StorageService(tmp_path)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "fox.png"
    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(path)
    return path


# What another place wishes


@pytest.mark.parametrize(
    ("use", "endpoint", "place"),
    [
        ("fill", "flux-pro-1.0-fill", SOURCE),
        ("expand", "flux-pro-1.0-expand", SOURCE),
        ("outpaint", "flux-tools/outpainting-v1", SOURCE),
        ("erase", "flux-tools/erase-v1", SOURCE),
        ("deblur", "flux-tools/deblur-v1", SOURCE),
        ("image_prompt", "flux-pro-1.1", "image_prompt"),
    ],
)
def test_a_use_opens_the_endpoint_for_it(
    stock: Stock, storage: StorageService, use: str, endpoint: str, place: str
) -> None:
    """The picture is in its place, the prompt stays, and a mask of another picture goes."""
    form = GenerateForm("demo", "flux-2-pro", prompt="fog", values={"mask": "/old.png", "steps": 20})
    change = to_request(stock, form, UsePicture("/fox.png", use), storage)
    assert (change.form.endpoint_id, change.form.prompt) == (endpoint, "fog")
    assert change.form.values == {place: "/fox.png", "steps": 20}
    assert change.news.split(" has ")[1].startswith("the picture")


def test_a_reference_joins_the_others_at_the_present_endpoint(stock: Stock, storage: StorageService) -> None:
    form = GenerateForm("demo", "flux-2-flex", values={REFERENCES: ["/a.png"]})
    request = UsePicture("/b.png", "reference")
    once = to_request(stock, form, request, storage).form
    assert once.endpoint_id == "flux-2-flex"
    assert once.values[REFERENCES] == ["/a.png", "/b.png"]
    assert to_request(stock, once, request, storage).form.values[REFERENCES] == ["/a.png", "/b.png"]
    other = to_request(
        stock, once, replace(request, profile="demo", endpoint="flux-kontext-pro"), storage
    ).form
    kontext = stock.offer_of(other)
    assert kontext is not None
    assert other.request_values(kontext)["input_image_2"] == "/b.png"


@pytest.mark.parametrize(
    "asked",
    [
        UsePicture("/a.png", "vary"),
        UsePicture("/a.png", "nonsense"),
        UsePicture("", "fill"),
        UsePicture("/a.png", "fill", endpoint="gone"),
        UsePicture("/a.png", "fill", endpoint="flux-2-pro"),
    ],
)
def test_what_cannot_be_done_is_said(stock: Stock, storage: StorageService, asked: UsePicture) -> None:
    form = GenerateForm("demo", "flux-2-pro")
    change = to_request(stock, form, asked, storage)
    assert change.form == form
    assert change.severity == "warning"
    assert change.news


def test_references_are_kept_over_endpoints(offer: FindOffer) -> None:
    """A list, eight fields and four: what is entered once goes along, and too many are told."""
    form = (
        GenerateForm()
        .at(offer("flux-2-pro"))
        .with_values(offer("flux-2-pro").endpoint, {REFERENCES: [f"/{n}.png" for n in range(5)]})
    )
    assert form.request_values(offer("flux-3-image"))["images"] == [f"/{n}.png" for n in range(5)]
    assert form.request_values(offer("flux-2-pro"))["input_image_5"] == "/4.png"
    assert "input_image_5" not in form.request_values(offer("flux-kontext-pro"))
    recipe = {"prompt": "x", "input_image": "/a.png", "input_image_2": "/b.png"}
    assert GenerateForm.from_recipe(offer("flux-2-pro"), recipe).values == {REFERENCES: ["/a.png", "/b.png"]}


def test_the_menu_names_use_endpoint_and_price(all_offers: tuple[Offer, ...]) -> None:
    from fluxtui.domain.picture_fields import uses_of_picture

    choices = use_choices(uses_of_picture(all_offers), Prices())
    fill = next(choice for choice in choices if choice.group == "Use it to fill a part anew")
    assert all(choice.note for choice in choices)
    assert "$0.0" in fill.note
    assert len({choice.value for choice in choices}) == len(choices)


# What can be done in a line

LINE = Field("image", "Picture", "", Control.PICTURE, required=False, nullable=True, default=None)
MASK = Field(
    "mask", "Mask", "", Control.PICTURE, required=False, nullable=True, default=None, role=PictureRole.MASK
)


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (LineState(LINE, ""), ["file", "own"]),
        (LineState(LINE, "/a.png"), ["file", "own", "large", "remove"]),
        (LineState(LINE, "/a.png", place=1, filled=2), ["file", "own", "earlier", "large", "remove"]),
        (LineState(MASK, ""), ["file", "own"]),
        (LineState(MASK, "", source="/a.png"), ["draw", "transparency", "file", "own"]),
        (
            LineState(MASK, "/m.png", source="/a.png", misfits=True),
            ["scale", "draw", "transparency", "invert", "file", "own", "large", "remove"],
        ),
    ],
)
def test_ways(state: LineState, offered: list[str]) -> None:
    assert [choice.value for choice in ways(state)] == offered


def test_own_pictures_newest_first(make_job: MakeJob) -> None:
    jobs = [
        make_job("old", picture="pictures/old.png"),
        make_job("bad", JobState.FAILED),
        make_job("new", picture="pictures/new.png", updated_at="2026-11-24T12:00:00Z"),
    ]
    assert [choice.value for choice in own_pictures(jobs)] == ["pictures/new.png", "pictures/old.png"]


# Sizes


def test_sizes_with_their_prices(offer: FindOffer) -> None:
    """Where the price depends on the size it stands beside each; only what the endpoint takes is offered."""
    flex, flat = offer("flux-2-flex"), offer("flux-pro-1.1")
    form = GenerateForm(prompt="x", values={"width": 1024, "height": 768})
    assert size_note(flex, form.at(flex)).startswith("0.75 MP · 4:3 · $0.05")
    assert size_note(flat, form.at(flat)) == "0.75 MP · 4:3"
    assert size_note(flex, GenerateForm().at(flex)) == ""
    notes = {choice.value: choice.note for choice in size_choices(flex, form.at(flex))}
    assert notes["swap"]
    assert notes["2048×2048"].startswith("1:1 · 4.00 MP · ")
    assert "$0.20" in notes["2048×2048"]
    assert "2048×2048" not in {choice.value for choice in size_choices(flat, form.at(flat))}
    assert all("$" not in choice.note for choice in size_choices(flat, form.at(flat)))


def test_a_size_is_turned(offer: FindOffer) -> None:
    dev = offer("flux-dev")
    form = turned(dev, GenerateForm(values={"width": 1024, "height": 512}).at(dev))
    assert form is not None
    assert size_now(dev, form) == (512, 1024)
    assert turned(offer("flux-2-pro"), GenerateForm().at(offer("flux-2-pro"))) is None
    assert chosen_size("swap", (3, 2)) == (2, 3)
    assert chosen_size("64×32", None) == (64, 32)
    assert size_field(dev) == "height"


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
    await place.until(lambda: isinstance(place.app.screen, ChoiceDialog) and place.app.screen.is_mounted)
    place.app.screen.dismiss(value)


async def test_a_mask_is_drawn_by_keys_and_the_fill_ends_as_a_picture(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace, picture: Path
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        place.screen.follow(UsePicture(str(picture), "fill"))
        mask = await field_of(place, "mask")
        await place.until(lambda: place.screen.query_one(ParameterForm).found(SOURCE))
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
        assert place.screen.order.form.values["mask"] == mask.value
        place.screen.action_submit()
        await place.until(lambda: [job.state for job in place.app.jobs] == [JobState.DONE])
        made = place.app.services.storage.inside(place.app.jobs[0].picture)
        await place.until(lambda: panel.query_one(PictureView).path == made)
        assert not simulator.violations()


@pytest.mark.parametrize(
    "setup", [BatchSetup(), BatchSetup(seeds=SeedMode.INCREASING)], ids=["plain", "batch"]
)
async def test_filling_without_a_mask_is_asked_about_once(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace, picture: Path, setup: BatchSetup
) -> None:
    form = GenerateForm(
        "demo", "flux-pro-1.0-fill", prompt="fog", values={SOURCE: str(picture)}, count=2, setup=setup
    )
    async with open_place(make_app(simulator.base_url)) as place:
        await place.screen._show(form)
        for key, count in (("n", 0), ("y", 2)):
            await place.until(lambda: not place.screen._sending)
            place.screen.action_submit()
            await place.until(lambda: isinstance(place.app.screen, ConfirmDialog))
            await place.until(lambda: "fox.png has no transparency" in words(place))
            await place.pilot.pause(0.5)
            await place.pilot.press(key)
            await place.until(lambda: place.app.screen is place.screen)
            await place.until(lambda count=count: len(place.app.jobs) == count)


def test_a_batch_with_more_references_than_an_endpoint_takes_is_refused(stock: Stock) -> None:
    """Before anything is priced; the form's own endpoint has room for all."""
    form = GenerateForm(
        "demo", "flux-2-pro", prompt="fog", values={REFERENCES: [f"/{n}.png" for n in range(5)]}
    )
    over = BatchSetup(axes=(TypedAxis(parameter=OFFER, values="flux-2-pro, flux-kontext-pro"),))
    offer = stock.offer_of(form)
    assert offer is not None
    with pytest.raises(InvalidInput) as raised:
        BatchOrder.from_form(replace(form, setup=over), stock, offer)
    assert "takes 4 pictures, and there are 5" in raised.value.sentence()
    fewer = replace(form, setup=over, values={REFERENCES: ["/0.png"]})
    values = [item.values for item in BatchOrder.from_form(fewer, stock, offer).batch.pictures]
    assert [item["input_image"] for item in values] == ["/0.png", "/0.png"]
    assert all(REFERENCES not in item for item in values)


async def test_one_key_helps_in_whatever_field(
    make_app: MakeApp, open_place: OpenPlace, picture: Path
) -> None:
    async with open_place(make_app()) as place:
        await place.screen._show(
            GenerateForm("demo", "flux-2-pro", prompt="x", values={REFERENCES: [str(picture)]})
        )
        line = await field_of(place, REFERENCES)
        side = place.screen.query(SideControl).first()
        for widget, title in ((line, "Input pictures"), (side, "Size in pixels")):
            widget.focus()
            await place.pilot.press("ctrl+g")
            await place.until(lambda: isinstance(place.app.screen, ChoiceDialog))
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
        await place.screen._show(GenerateForm("demo", "flux-dev", prompt="a lamp"))
        place.screen.action_submit()
        await place.until(lambda: [job.state for job in place.app.jobs] == [JobState.DONE])
        await place.until(lambda: place.screen.results.shown and place.screen.results.shown.picture)
        place.screen.action_use_picture()
        await place.until(lambda: isinstance(place.app.screen, ChoiceDialog))
        values = [choice.value for choice in place.app.screen._choices]
        await choose(place, next(value for value in values if value.startswith("deblur")))
        await place.until(lambda: place.screen.order.form.endpoint_id == "flux-tools/deblur-v1")
        made = str(place.app.services.storage.inside(place.app.jobs[0].picture))
        assert place.screen.order.form.values[SOURCE] == made
        assert (await field_of(place, SOURCE)).value == made
        assert [entry["endpoint"] for entry in simulator.ledger()] == ["flux-dev"]


async def test_a_picture_that_has_gone_since_is_told(
    make_app: MakeApp, open_place: OpenPlace, picture: Path
) -> None:
    """What was typed is there again after a restart; the file is not."""
    app = make_app()
    async with open_place(app) as place:
        await place.screen._show(
            GenerateForm("demo", "flux-2-pro", prompt="x", values={REFERENCES: [str(picture)]})
        )
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
        await place.screen._show(GenerateForm("demo", "flux-pro-1.1", prompt="x"))
        side = place.screen.query(SideControl).first()
        side.focus()
        await place.pilot.press("x")
        await place.until(lambda: place.screen.order.form.values.get("height") == 1024)
        assert place.screen.order.form.values["width"] == 768
        await place.pilot.press("c")
        await choose(place, "1024×1024")
        await place.until(lambda: place.screen.order.form.values.get("height") == 1024)
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
