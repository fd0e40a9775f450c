"""Endpoints that make pictures: inputs, outputs, safety."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from fluxtui.simulator.fal.catalogue import endpoints
from fluxtui.simulator.fal.endpoints import Generator
from fluxtui.simulator.running import ServiceView

from .conftest import GENERATOR, SMALL, Finish, Upload

really = pytest.mark.usefixtures("really_painted")
"""For tests that look at what is painted."""

GENERATORS = [endpoint for endpoint in endpoints().values() if isinstance(endpoint, Generator)]


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator.id)
def test_every_endpoint_paints(
    generator: Generator, upload: Upload, picture: Callable[..., bytes], finish: Finish, web: httpx.Client
) -> None:
    sizes = {field.name: field for field in generator.fields}
    least = sizes["image_size"].minimum if "image_size" in sizes else None
    side = max(256, int(least or 0))
    body: dict[str, Any] = {"prompt": "a hill", "image_size": {"width": side, "height": side}, "seed": 7}
    address = upload(picture(), name="in.png")
    for name in generator.inputs:
        body[name] = [address] if name.endswith("s") else address
    answer = finish(generator.id, body)
    assert answer.status_code == 200, answer.text
    outputs = answer.json()
    assert outputs["seed"] == 7
    file = outputs["image"] if generator.one_image else outputs["images"][0]
    if not generator.one_image:
        assert outputs["has_nsfw_concepts"] == [False]
    assert file["content_type"] == f"image/{generator.default_format.replace('jpg', 'jpeg')}"
    content = web.get(file["url"])
    assert content.headers["content-type"] == file["content_type"]
    assert len(content.content) == file["file_size"]
    size = opened(content.content).size
    assert size == (file["width"], file["height"])
    if least is not None:
        assert size == (side, side)
    elif "upscale_factor" in sizes:
        assert size == tuple(2 * length for length in opened(picture()).size)


@really
def test_several_pictures_of_one_seed(finish: Finish, web: httpx.Client) -> None:
    outputs = finish(GENERATOR, {**SMALL, "num_images": 3}).json()
    contents = [web.get(image["url"]).content for image in outputs["images"]]
    assert len(set(contents)) == 3
    again = finish(GENERATOR, {**SMALL, "num_images": 3}).json()
    assert [web.get(image["url"]).content for image in again["images"]] == contents
    assert finish(GENERATOR, {**SMALL, "seed": 6}).json()["seed"] == 6


@really
def test_f13_a_seed_of_its_own(finish: Finish) -> None:
    body = {name: value for name, value in SMALL.items() if name != "seed"}
    seeds = {finish(GENERATOR, body).json()["seed"] for _ in range(3)}
    assert len(seeds) == 3
    assert all(isinstance(seed, int) for seed in seeds)


@really
@pytest.mark.parametrize("by_fault", [False, True])
def test_f13_a_black_picture_with_its_flag(
    finish: Finish, web: httpx.Client, fal: ServiceView, by_fault: bool
) -> None:
    if by_fault:
        fal.faults("content-moderated", count=1)
    outputs = finish(GENERATOR, SMALL if by_fault else {**SMALL, "prompt": "nsfwme"}).json()
    assert outputs["has_nsfw_concepts"] == [True]
    extremes = opened(web.get(outputs["images"][0]["url"]).content).convert("L").getextrema()
    assert extremes == (0, 0)


@really
def test_f13_without_the_check_nothing_is_black(finish: Finish) -> None:
    body = {**SMALL, "prompt": "nsfwme", "enable_safety_checker": False}
    assert finish(GENERATOR, body).json()["has_nsfw_concepts"] == [False]


@really
def test_f13_moderation_is_an_error_and_billed(finish: Finish, fal: ServiceView) -> None:
    answer = finish(GENERATOR, {**SMALL, "prompt": "moderateme"})
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, "content_policy_violation")
    assert fal.ledger()[0]["cost"] == 1.6


@really
def test_sync_mode_stores_nothing(finish: Finish) -> None:
    outputs = finish(GENERATOR, {**SMALL, "sync_mode": True}).json()
    prefix, _, text = outputs["images"][0]["url"].partition(",")
    assert prefix == "data:image/png;base64"
    assert opened(base64.b64decode(text)).size == (256, 256)


@really
@pytest.mark.parametrize(
    ("size", "expected", "cost"),
    [
        (None, (1024, 768), 1.6),
        ("square_hd", (1024, 1024), 1.6),
        ("portrait_16_9", (576, 1024), 1.6),
        ({"width": 1040, "height": 1040}, (1040, 1040), 3.2),
        ({"width": 300}, (300, 512), 1.6),
    ],
)
def test_sizes_and_what_they_cost(
    finish: Finish, fal: ServiceView, size: Any, expected: tuple[int, int], cost: float
) -> None:
    image = finish(GENERATOR, {"prompt": "p", "image_size": size}).json()["images"][0]
    assert (image["width"], image["height"]) == expected
    assert fal.ledger()[0]["cost"] == cost


@really
def test_an_edit_keeps_its_proportions_and_pays_its_input(
    finish: Finish, upload: Upload, picture: Callable[..., bytes], fal: ServiceView
) -> None:
    body = {"prompt": "p", "image_urls": [upload(picture(size=(320, 160)), name="in.png")]}
    answer = finish("fal-ai/flux-2/klein/4b/edit/lora", body)
    image = answer.json()["images"][0]
    assert (image["width"], image["height"]) == (320, 160)
    assert answer.headers["x-fal-billable-units"] == "2"
    assert fal.ledger()[0]["cost"] == 2.0


@really
@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.org/a.png", "file_download_error"),
        ("data:image/png;base64,AAAA", "value_error"),
        (5, "string_type"),
    ],
)
def test_pictures_that_cannot_be_had(finish: Finish, url: Any, kind: str) -> None:
    answer = finish("fal-ai/flux-2/klein/4b/edit/lora", {"prompt": "p", "image_urls": [url]})
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, kind)


@really
def test_an_upload_that_is_no_picture(finish: Finish, upload: Upload) -> None:
    body = {"prompt": "p", "image_url": upload(b"no picture", name="in.png")}
    answer = finish("fal-ai/flux-kontext-lora", body)
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, "image_load_error")


LORAS: list[tuple[Any, list[Any], str]] = [
    ("x", ["body", "loras"], "list_type"),
    ([{"path": "a/b"}] * 4, ["body", "loras"], "too_long"),
    ([5], ["body", "loras", 0], "model_attributes_type"),
    ([{"scale": 1}], ["body", "loras", 0, "path"], "missing"),
    ([{"path": "a/b", "scale": 4.5}], ["body", "loras", 0, "scale"], "less_than_equal"),
]


@really
@pytest.mark.parametrize(("loras", "where", "kind"), LORAS)
def test_wrong_loras(finish: Finish, loras: Any, where: list[Any], kind: str) -> None:
    found = finish(GENERATOR, {**SMALL, "loras": loras}).json()["detail"][0]
    assert (found["loc"], found["type"]) == (where, kind)


@really
@pytest.mark.parametrize(
    ("size", "where", "kind"),
    [
        ("huge", ["body", "image_size"], "enum"),
        (7, ["body", "image_size"], "model_attributes_type"),
        ({"width": 0}, ["body", "image_size", "width"], "greater_than_equal"),
        ({"width": 9, "height": "x"}, ["body", "image_size", "height"], "int_type"),
        ({"width": 20_000}, ["body", "image_size", "width"], "less_than_equal"),
    ],
)
def test_wrong_sizes(finish: Finish, size: Any, where: list[str], kind: str) -> None:
    found = finish(GENERATOR, {**SMALL, "image_size": size}).json()["detail"][0]
    assert (found["loc"], found["type"]) == (where, kind)


@really
def test_ranges_differ_by_endpoint(finish: Finish) -> None:
    many = {**SMALL, "num_inference_steps": 28}
    assert finish(GENERATOR, many).status_code == 200
    distilled = finish("fal-ai/flux-2/klein/4b/lora", many)
    assert distilled.json()["detail"][0]["ctx"] == {"le": 8}
    assert finish("fal-ai/flux-lora", {**SMALL, "output_format": "webp"}).status_code == 422
    assert (
        finish("fal-ai/flux-lora", {**SMALL, "loras": [{"path": f"a/{n}"} for n in range(5)]}).status_code
        == 200
    )
