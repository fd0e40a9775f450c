"""What pictures do to the form: uses, ways to name one, sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.controllers.generation.batch_ordering import BatchOrder
from fluxtui.controllers.generation.changes import to_request
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.picture_inputs import (
    UNSHOWABLE,
    LineChange,
    LineState,
    MaskQuestion,
    MovePicture,
    NamePicture,
    PictureFileQuestion,
    ShowPicture,
    TakeOutPicture,
    own_pictures,
    ways,
)
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
from fluxtui.controllers.questions import Selection
from fluxtui.domain.axes import OFFER, TypedAxis
from fluxtui.domain.batches import BatchSetup
from fluxtui.domain.endpoint import Control, Field, PictureRole
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.picture_fields import REFERENCES, SOURCE
from fluxtui.domain.uses import Offer
from fluxtui.services.storage import StorageService
from tests.controllers.generation.conftest import OpenDesk

FindOffer = Callable[..., Offer]
MakeJob = Callable[..., Job]


@pytest.fixture
def stock(all_offers: tuple[Offer, ...]) -> Stock:
    return Stock(all_offers)


@pytest.fixture
def storage(tmp_path: Path) -> StorageService:
    return StorageService(tmp_path)


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


# What can be done in a line

LINE = Field(
    name="image",
    title="Picture",
    help="",
    control=Control.PICTURE,
    required=False,
    nullable=True,
    default=None,
)
MASK = Field(
    name="mask",
    title="Mask",
    help="",
    control=Control.PICTURE,
    required=False,
    nullable=True,
    default=None,
    role=PictureRole.MASK,
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


@pytest.mark.parametrize(
    ("answers", "change"),
    [
        (("file", Path("/a.png")), NamePicture("/a.png")),
        (("file", None), None),
        (("draw", Path("/drawn.png")), NamePicture("/drawn.png")),
        (("earlier",), MovePicture(-1)),
        (("later",), MovePicture(1)),
        (("large",), ShowPicture(Path("/m.png"))),
        (("remove",), TakeOutPicture()),
        ((None,), None),
    ],
)
async def test_what_becomes_of_a_line(
    open_desk: OpenDesk, answers: tuple[object, ...], change: LineChange | None
) -> None:
    async with open_desk() as desk:
        desk.host.answers += answers
        assert await desk.generation.pictures.fill(LineState(MASK, "/m.png", source="/a.png")) == change
        assert isinstance(desk.host.questions[0], Selection)
        expected = {
            "file": PictureFileQuestion(Path("/m.png")),
            "draw": MaskQuestion(Path("/a.png"), Path("/m.png")),
        }
        assert desk.host.questions[1:] == [expected[str(answer)] for answer in answers if answer in expected]


async def test_a_picture_of_ones_own_is_named_by_its_whole_path(
    open_desk: OpenDesk, make_job: MakeJob
) -> None:
    async with open_desk() as desk:
        pictures = desk.generation.pictures
        desk.host.answers.append("own")
        assert await pictures.fill(LineState(LINE, "")) is None
        assert desk.news == "There is no picture of yours yet."
        desk.host.jobs = (make_job(picture="pictures/fox.png"),)
        desk.host.answers += ("own", "pictures/fox.png")
        path = desk.host.services.storage.inside("pictures/fox.png")
        assert await pictures.fill(LineState(LINE, "")) == NamePicture(str(path))


async def test_a_name_that_cannot_be_shown_is_not_taken(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        desk.host.answers += ("file", Path("/a\u202eb.png"))
        assert await desk.generation.pictures.fill(LineState(LINE, "")) is None
        assert desk.news == UNSHOWABLE


async def test_a_mask_is_made_of_another_or_it_is_said_why_not(open_desk: OpenDesk, tmp_path: Path) -> None:
    picture, mask = tmp_path / "fox.png", tmp_path / "mask.png"
    Image.new("RGB", (320, 240)).save(picture)
    Image.new("L", (16, 16)).save(mask)
    state = LineState(MASK, str(mask), source=str(picture), misfits=True)
    async with open_desk() as desk:
        for way, size in (("scale", (320, 240)), ("invert", (16, 16))):
            desk.host.answers.append(way)
            change = await desk.generation.pictures.fill(state)
            assert isinstance(change, NamePicture)
            with Image.open(change.path) as made:
                assert made.size == size
        desk.host.answers.append("transparency")
        assert await desk.generation.pictures.fill(state) is None
        assert desk.news.startswith("fox.png ")


async def test_a_size_is_chosen_and_swapped(open_desk: OpenDesk) -> None:
    async with open_desk(first=GenerateForm("demo", "flux-pro-1.1", prompt="x")) as desk:
        sizes = desk.generation.sizes

        def values() -> Mapping[str, Any]:
            return desk.generation.form.values

        await sizes.swap()
        assert (values()["width"], values()["height"]) == (768, 1024)
        desk.host.answers += ("1024×1024", None)
        await sizes.choose()
        question = desk.host.questions[0]
        assert isinstance(question, Selection)
        assert question.value == "768×1024"
        assert values()["height"] == 1024
        await sizes.choose()
        assert values()["height"] == 1024
        await desk.show(GenerateForm("demo", "flux-kontext-pro", prompt="x"))
        await sizes.choose()
        assert desk.news == "This endpoint takes no width and height."
        await sizes.swap()
        assert desk.news.startswith("There are no width and height to swap")
