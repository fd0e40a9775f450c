"""What the picture fields of all endpoints are for, and how a form shows them."""

from __future__ import annotations

import pytest

from fluxtui.domain.endpoint import Control, GenerationEndpoint, PictureRole, fields_of
from fluxtui.domain.errors import Problem
from fluxtui.domain.picture_fields import (
    REFERENCES,
    SOURCE,
    form_fields,
    mask_field,
    source_field,
    uses_at,
    uses_of_picture,
)
from fluxtui.domain.uses import Offer
from fluxtui.providers.bfl import catalogue as bfl
from fluxtui.providers.bfl.finetuned import DepthFinetuned
from fluxtui.providers.bfl.flux1 import FluxExpand, FluxFill, FluxPro11
from fluxtui.providers.bfl.flux2 import Flux2Pro
from fluxtui.providers.bfl.flux3 import Flux3Image
from fluxtui.providers.bfl.tools import Deblur, Erase, Outpainting
from fluxtui.providers.fal import catalogue as fal
from fluxtui.providers.fal.generation import Flux1Lora, KontextLora
from fluxtui.providers.replicate import catalogue as replicate
from fluxtui.providers.replicate.generation import TrainedVersion

EVERY = (*bfl.GENERATION, *fal.GENERATION, *replicate.GENERATION)
PICTURES = {Control.PICTURE, Control.PICTURES}


@pytest.mark.parametrize("endpoint", EVERY, ids=lambda endpoint: endpoint.info.id)
def test_every_field_of_a_picture_says_what_becomes_of_it(endpoint: type[GenerationEndpoint]) -> None:
    """Nothing that takes a picture is without a role, and nothing else has one."""
    for field in fields_of(endpoint):
        assert (field.role is not None) == (field.control in PICTURES), field.name


@pytest.mark.parametrize("endpoint", EVERY, ids=lambda endpoint: endpoint.info.id)
def test_a_request_is_shown_and_made_again(endpoint: type[GenerationEndpoint]) -> None:
    """The way into the form and back loses nothing, and the names in the form are each used once."""
    shown = form_fields(endpoint)
    names = [item.name for item in shown.fields]
    assert len(names) == len(set(names))
    request = {
        item.name: [f"{item.name}.png"] if item.control is Control.PICTURES else f"{item.name}.png"
        for item in fields_of(endpoint)
    }
    again = shown.to_request(shown.from_request(request))
    assert again == request


@pytest.mark.parametrize(
    ("endpoint", "uses"),
    [
        (Flux2Pro, {PictureRole.REFERENCE}),
        (Flux3Image, {PictureRole.REFERENCE}),
        (KontextLora, {PictureRole.REFERENCE}),
        (FluxPro11, {PictureRole.IMAGE_PROMPT}),
        (FluxFill, {PictureRole.FILL}),
        (FluxExpand, {PictureRole.EXPAND}),
        (Outpainting, {PictureRole.OUTPAINT}),
        (Erase, {PictureRole.ERASE}),
        (Deblur, {PictureRole.DEBLUR}),
        (DepthFinetuned, {PictureRole.CONTROL}),
        (TrainedVersion, {PictureRole.VARY, PictureRole.FILL}),
        (Flux1Lora, set()),
    ],
)
def test_uses(endpoint: type[GenerationEndpoint], uses: set[PictureRole]) -> None:
    """What a picture can be used for follows from the fields alone."""
    assert set(uses_at(endpoint)) == uses


def test_uses_over_all_offers_stand_together_and_those_that_ended_last() -> None:
    """The menu goes by use, in one order."""
    offers = [Offer("demo", "bfl", endpoint) for endpoint in bfl.GENERATION]
    found = uses_of_picture(offers)
    roles = [use.role for use in found]
    assert roles == sorted(roles, key=roles.index)
    prompts = [use.offer.endpoint.info.id for use in found if use.role is PictureRole.IMAGE_PROMPT]
    assert prompts[-1] == "flux-pro-finetuned"


def test_references_are_one_list_in_the_form() -> None:
    """Eight fields, four fields or one list: the form shows one, so that nothing is lost on the way."""
    pro, three = form_fields(Flux2Pro), form_fields(Flux3Image)
    (field,) = (item for item in pro.fields if item.role is PictureRole.REFERENCE)
    assert (field.name, field.control, field.max_length, field.urls) == (
        REFERENCES,
        Control.PICTURES,
        8,
        True,
    )
    shown = pro.from_request({"prompt": "x", "input_image": "a", "input_image_3": "c"})
    assert shown == {"prompt": "x", REFERENCES: ["a", "c"]}
    assert three.to_request(shown)["images"] == ["a", "c"]
    assert pro.shown([Problem("input_image_3", "is gone")]) == (Problem(REFERENCES, "is gone"),)


def test_more_references_than_there_is_room_for_are_told() -> None:
    """They are not dropped in silence."""
    one = form_fields(KontextLora)
    assert one.too_many({REFERENCES: ["a"]}) is None
    problem = one.too_many({REFERENCES: ["a", "b"]})
    assert problem is not None
    assert problem.sentence() == "This endpoint takes one picture, and there are 2"


def test_the_source_has_one_name_in_the_form() -> None:
    """The service's `input_image` is the form's picture where it is what is changed."""
    source, shown = source_field(Outpainting), form_fields(Outpainting)
    assert source is not None
    assert source.name == "input_image"
    assert shown.from_request({"input_image": "a"}) == {SOURCE: "a"}
    assert shown.shown_name("input_image") == SOURCE
    assert mask_field(Outpainting) is None
    assert mask_field(Erase) is not None
