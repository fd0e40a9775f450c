"""Orders that would be paid for and change nothing are refused, with a sentence, before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from fluxtui.domain.endpoint import GenerationEndpoint
from fluxtui.domain.errors import InvalidInput
from fluxtui.providers.bfl.flux1 import FluxExpand, FluxFill
from fluxtui.providers.bfl.tools import Erase, Outpainting
from fluxtui.providers.replicate.generation import FluxDevLora, TrainedVersion
from fluxtui.services.picture_inputs import has_holes
from fluxtui.services.validation import ValidationService

SIZE = (640, 480)


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "photo.png"
    Image.new("RGB", SIZE, (200, 60, 40)).save(path)
    return str(path)


@pytest.fixture
def mask(tmp_path: Path) -> str:
    """A mask with a white spot."""
    image = Image.new("L", SIZE, 0)
    ImageDraw.Draw(image).rectangle((10, 10, 30, 30), fill=255)
    image.save(tmp_path / "mask.png")
    return str(tmp_path / "mask.png")


@pytest.fixture
def black(tmp_path: Path) -> str:
    """A mask that marks nothing, as a lossy format keeps it."""
    Image.new("L", SIZE, 3).save(tmp_path / "black.jpg", quality=60)
    return str(tmp_path / "black.jpg")


def check(endpoint: type[GenerationEndpoint], **values: Any) -> GenerationEndpoint:
    return ValidationService().check(endpoint, values)


def refused(endpoint: type[GenerationEndpoint], **values: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as raised:
        check(endpoint, **values)
    return {problem.field: problem.sentence() for problem in raised.value.problems}


def test_expanding_by_nothing(photo: str) -> None:
    assert "nothing would be added" in refused(FluxExpand, image=photo)["right"]
    assert check(FluxExpand, image=photo, left=64)


@pytest.mark.parametrize(
    "values",
    [
        {"width": 640, "height": 480},
        {"width": 640, "height": 480, "reference_offset_x": 0, "reference_offset_y": 0},
        {"width": 320, "height": 240, "auto_crop": True},
        {
            "width": 320,
            "height": 240,
            "reference_offset_x": -100,
            "reference_offset_y": -100,
            "auto_crop": True,
        },
    ],
)
def test_outpainting_a_canvas_that_the_picture_fills(photo: str, values: dict[str, Any]) -> None:
    sentence = refused(Outpainting, input_image=photo, **values)["width"]
    assert "the picture (640×480 px) fills the new one" in sentence
    assert "nothing would be added" in sentence


@pytest.mark.parametrize(
    "values",
    [
        {"width": 800, "height": 400},
        {"width": 1024, "height": 480, "reference_offset_x": 500},
        {"width": 1024, "height": 1024, "reference_offset_y": -1},
    ],
)
def test_outpainting_what_sticks_out_needs_cropping(photo: str, values: dict[str, Any]) -> None:
    assert "sticks out" in refused(Outpainting, input_image=photo, **values)["width"]
    wider = {**values, "width": values["width"] + 64}
    assert check(Outpainting, input_image=photo, auto_crop=True, **wider)


def test_outpainting_at_one_side(photo: str) -> None:
    assert check(Outpainting, input_image=photo, width=704, height=480)
    assert check(Outpainting, input_image=photo, width=704, height=480, reference_offset_x=64)


@pytest.mark.parametrize("endpoint", [FluxFill, Erase])
def test_mask_that_is_black_all_over(
    endpoint: type[GenerationEndpoint], photo: str, mask: str, black: str
) -> None:
    assert "black all over" in refused(endpoint, image=photo, mask=black)["mask"]
    assert check(endpoint, image=photo, mask=mask)


def test_mask_of_another_service(photo: str, mask: str, black: str) -> None:
    values = {"prompt": "a fox", "finetune_id": "me/fox", "image": photo}
    assert "black all over" in refused(TrainedVersion, **values, mask=black)["mask"]
    assert check(TrainedVersion, **values, mask=mask)
    assert check(TrainedVersion, **values), "without a mask, all of it is varied"


def test_what_can_be_seen_through(photo: str, tmp_path: Path) -> None:
    opaque, holed = tmp_path / "opaque.png", tmp_path / "holed.png"
    Image.new("RGBA", SIZE, (9, 9, 9, 255)).save(opaque)
    Image.new("RGBA", SIZE, (9, 9, 9, 120)).save(holed)
    assert [has_holes(Path(path)) for path in (photo, opaque, holed)] == [False, False, True]


@pytest.mark.parametrize("endpoint", [TrainedVersion, FluxDevLora])
def test_varying_with_a_prompt_that_counts_for_nothing(
    endpoint: type[GenerationEndpoint], photo: str
) -> None:
    lora = "me/fox" if endpoint is TrainedVersion else "https://a.b/c.safetensors"
    values = {"prompt": "a fox", "finetune_id": lora, "prompt_strength": 0}
    assert (
        "nothing of the picture would be changed"
        in refused(endpoint, image=photo, **values)["prompt_strength"]
    )
    assert check(endpoint, **values), "without a picture it does not count"
