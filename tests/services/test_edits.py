"""Edits of pictures against the simulator: a mask that was drawn, several references, erasing, expanding."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.domain.dataset import Crop
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.masks import MaskDrawing
from fluxtui.domain.picture_fields import REFERENCES, form_fields
from fluxtui.providers.bfl.flux2 import Flux2Pro
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
from fluxtui.services.masks import MaskService
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
Made = Callable[..., Awaitable[Image.Image]]

LEFT = MaskDrawing(boxes=(Crop(left=0, top=0, right=0.5, bottom=1),))


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, size: tuple[int, int] = (320, 240), colour: str = "purple") -> Path:
        Image.new("RGB", size, colour).save(tmp_path / name)
        return tmp_path / name

    return make


@pytest.fixture
def made(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
) -> Made:
    """Generates with values and returns the picture that came of it."""

    async def make(endpoint: str, values: dict[str, Any]) -> Image.Image:
        ordered = await inference.generate("bfl", endpoint, values)
        async with running(jobs):
            (job,) = await ended(jobs, ordered)
        assert job.state is JobState.DONE, job.error
        assert not simulator.violations()
        with Image.open(data_directory.inside(str(job.picture))) as image:
            return image.convert("RGB")

    return make


def is_purple(image: Image.Image, x: float) -> bool:
    pixel = image.getpixel((round(image.width * x), image.height // 2))
    assert isinstance(pixel, tuple)
    return all(abs(have - want) < 24 for have, want in zip(pixel, (128, 0, 128), strict=True))


@pytest.mark.usefixtures("really_painted")
async def test_fill_with_a_drawn_mask(
    made: Made, save: Callable[..., Path], data_directory: StorageService
) -> None:
    picture = save("in.png")
    mask = MaskService(data_directory).draw(LEFT, picture)
    values = {"prompt": "a lantern", "image": str(picture), "mask": str(mask), "output_format": "png"}
    image = await made("flux-pro-1.0-fill", values)
    assert is_purple(image, 0.9)
    assert not all(is_purple(image, x) for x in (0.1, 0.2, 0.3))


async def test_edit_of_several_references(made: Made, save: Callable[..., Path]) -> None:
    pictures = [str(save(f"{colour}.png", colour=colour)) for colour in ("red", "green", "blue")]
    values = form_fields(Flux2Pro).to_request({"prompt": "all together", REFERENCES: pictures})
    assert (await made("flux-2-pro", values)).size[0] > 0


@pytest.mark.usefixtures("really_painted")
async def test_erase_and_expand(
    made: Made, save: Callable[..., Path], data_directory: StorageService
) -> None:
    picture = save("in.png")
    mask = MaskService(data_directory).draw(LEFT, picture)
    erased = await made("flux-tools/erase-v1", {"image": str(picture), "mask": str(mask)})
    assert is_purple(erased, 0.9)
    expanded = await made("flux-pro-1.0-expand", {"image": str(picture), "left": 320, "prompt": "a wall"})
    assert expanded.width / expanded.height > erased.width / erased.height


async def test_a_mask_of_another_size_is_told_before_anything_is_sent(
    inference: InferenceService, save: Callable[..., Path], simulator: Simulator
) -> None:
    values = {"image": str(save("in.png")), "mask": str(save("mask.png", (32, 24), "white"))}
    with pytest.raises(InvalidInput) as caught:
        await inference.generate("bfl", "flux-tools/erase-v1", values)
    (problem,) = caught.value.problems
    assert problem.field == "mask"
    assert problem.sentence() == "Mask has 32×24 px, but the picture 320×240"
    assert simulator.ledger() == []


async def test_an_address_goes_only_where_the_service_fetches_it(
    inference: InferenceService, simulator: Simulator
) -> None:
    address = "https://pictures.example/fox.png"
    (job,) = await inference.generate("bfl", "flux-2-pro", {"prompt": "x", "input_image": address})
    assert job.parameters["input_image"] == address
    with pytest.raises(InvalidInput, match="takes only files"):
        await inference.generate("bfl", "flux-pro-1.0-fill", {"prompt": "x", "image": address})
    assert simulator.ledger() == []


async def test_a_picture_too_small_for_the_service_is_told(
    inference: InferenceService, save: Callable[..., Path]
) -> None:
    values = {"prompt": "x", "input_image_2": str(save("small.png", (63, 400)))}
    with pytest.raises(InvalidInput, match="63×400 px; 64 px a side are the least"):
        await inference.generate("bfl", "flux-2-pro", values)


async def test_flux_3_is_given_pictures_of_the_sizes_that_it_takes(
    inference: InferenceService,
    save: Callable[..., Path],
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    for size in ((255, 400), (400, 255)):
        values = {"prompt": "x", "images": [str(save("small.png", size))]}
        with pytest.raises(InvalidInput, match="256 px a side are the least"):
            await inference.generate("bfl", "flux-3-image", values)
    large = str(save("large.png", (5000, 3300)))
    (job,) = await inference.generate("bfl", "flux-3-image", {"prompt": "x", "images": [large]})
    (sent,) = job.parameters["images"]
    with Image.open(data_directory.inside(sent)) as kept:
        assert kept.width * kept.height <= 16_000_000
    assert simulator.ledger() == []
