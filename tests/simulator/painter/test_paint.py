"""Pictures: repeatable, of the asked size and format, and made of what they should be made of."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from fluxtui.simulator.painter.composition import SCENES, sample_pieces
from fluxtui.simulator.painter.order import Order, seeded
from fluxtui.simulator.painter.paint import paint
from fluxtui.simulator.painter.palette import invented, luminance, taken_from

MAGENTA = (220, 20, 160)
PLAIN = Order(
    endpoint="flux-dev", job="create", prompt="a quiet harbour", seed=3, size=(192, 160), format_name="png"
)


def encoded(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def sheet(colour: tuple[int, int, int], size: tuple[int, int] = (192, 160)) -> bytes:
    return encoded(Image.new("RGB", size, colour))


def painted(order: Order) -> Image.Image:
    with Image.open(io.BytesIO(paint(order))) as picture:
        return picture.convert("RGB")


def distance(first: Image.Image, second: Image.Image) -> float:
    """Return how far two pictures are apart, 0 to 255 a channel."""
    means: list[float] = ImageStat.Stat(ImageChops.difference(first, second)).mean
    return sum(means) / 3


def test_equal_orders_give_equal_bytes() -> None:
    assert paint(PLAIN) == paint(replace(PLAIN))


@pytest.mark.parametrize(
    "change",
    [{"seed": 4}, {"prompt": "a loud harbour"}, {"endpoint": "flux-pro-1.1"}, {"parameters": {"steps": 20}}],
)
def test_any_difference_shows(change: dict[str, Any]) -> None:
    assert paint(replace(PLAIN, **change)) != paint(PLAIN)


@pytest.mark.parametrize(("name", "kind"), [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
@pytest.mark.parametrize("size", [(64, 64), (300, 100), (97, 203)])
def test_size_and_format(name: str, kind: str, size: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(paint(replace(PLAIN, format_name=name, size=size)))) as picture:
        assert (picture.format, picture.size, picture.mode) == (kind, size, "RGB")


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_uses_its_palette_and_its_space(scene: Any) -> None:
    palette = invented(seeded("palette"))
    picture = scene(seeded("scene"), (160, 120), palette)
    assert picture.size == (160, 120)
    assert min(ImageStat.Stat(picture).stddev) > 8
    nearest = [
        min(range(5), key=lambda i: sum(abs(a - b) for a, b in zip(palette[i], c, strict=True)))
        for _, c in picture.quantize(8).convert("RGB").getcolors()
    ]
    assert len(set(nearest)) >= 2


def test_prompt_and_seed_stand_at_the_lower_edge() -> None:
    bare = painted(replace(PLAIN, size=(400, 300), prompt=""))
    titled = painted(replace(PLAIN, size=(400, 300), prompt="x" * 30, endpoint="flux-dev"))
    strip = (0, 270, 400, 300)
    assert bare.crop(strip).getextrema() != titled.crop(strip).getextrema()
    lightest = max(high for _, high in titled.crop(strip).getextrema())  # type: ignore[misc]
    assert lightest > 140


def test_words_of_any_kind_do_no_harm() -> None:
    assert painted(replace(PLAIN, prompt="\x1b[31m\u202e\0 名前 🎨 [/x]" * 40)).size == (192, 160)


@pytest.mark.parametrize("seed", range(4))
def test_training_colours_show_more_with_strength(seed: int) -> None:
    order = replace(PLAIN, seed=seed, pieces=(sheet(MAGENTA),) * 3)
    target = Image.new("RGB", order.size, MAGENTA)
    apart = [distance(painted(replace(order, strength=value)), target) for value in (0.0, 0.6, 1.2, 2.0)]
    assert apart == sorted(apart, reverse=True)
    assert apart[0] > 40
    assert apart[-1] < 15


def test_pieces_of_the_training_pictures_are_recognisable() -> None:
    photograph = Image.new("RGB", (192, 160), (30, 90, 60))
    draw = ImageDraw.Draw(photograph)
    for step in range(0, 192, 24):
        draw.ellipse((step, step * 0.7, step + 18, step * 0.7 + 18), fill=(240, 220, 40))
    full = painted(replace(PLAIN, pieces=(encoded(photograph),), strength=2.0))
    usual = painted(replace(PLAIN, pieces=(encoded(photograph),), strength=1.2))
    middle = (60, 50, 132, 110)
    assert distance(full.crop(middle), photograph.crop(middle)) < 12
    assert distance(usual.crop(middle), photograph.crop(middle)) < 30


def test_a_mask_decides_what_is_repainted() -> None:
    mask = Image.new("L", (192, 160))
    mask.paste(255, (96, 0, 192, 120))
    inputs = {"image": sheet(MAGENTA), "mask": encoded(mask)}
    picture = painted(replace(PLAIN, job="fill", inputs=inputs))
    plain = Image.new("RGB", (80, 110), MAGENTA)
    assert distance(picture.crop((5, 5, 85, 115)), plain) < 8
    assert distance(picture.crop((106, 5, 186, 115)), plain) > 25


def test_expanding_keeps_the_picture_in_its_place() -> None:
    parameters = {"left": 64, "right": 0, "top": 0, "bottom": 0}
    inputs = {"image": sheet(MAGENTA, (128, 160))}
    picture = painted(replace(PLAIN, job="expand", inputs=inputs, parameters=parameters))
    assert distance(picture.crop((80, 20, 180, 120)), Image.new("RGB", (100, 100), MAGENTA)) < 8


def test_erasing_fills_in_from_around() -> None:
    source = Image.new("RGB", (192, 160), MAGENTA)
    source.paste((255, 255, 255), (80, 50, 110, 80))
    mask = Image.new("L", (192, 160))
    mask.paste(255, (80, 50, 110, 80))
    inputs = {"image": encoded(source), "mask": encoded(mask)}
    picture = painted(replace(PLAIN, job="erase", inputs=inputs, parameters={"dilate_pixels": 4}))
    assert distance(picture.crop((85, 55, 105, 75)), Image.new("RGB", (20, 20), MAGENTA)) < 10


def test_deblurring_sharpens() -> None:
    source = Image.linear_gradient("L").convert("RGB").resize((192, 160))
    source.paste((0, 0, 0), (0, 0, 96, 120))
    soft = source.resize((24, 20)).resize((192, 160), Image.Resampling.BICUBIC)
    picture = painted(replace(PLAIN, job="deblur", inputs={"image": encoded(soft)}))
    assert distance(picture.crop((80, 10, 112, 110)), source.crop((80, 10, 112, 110))) < distance(
        soft.crop((80, 10, 112, 110)), source.crop((80, 10, 112, 110))
    )


@pytest.mark.parametrize(
    ("job", "parameters"),
    [
        ("depth", {}),
        ("canny", {"canny_low_threshold": 50, "canny_high_threshold": 200}),
    ],
)
def test_structure_is_traced(job: str, parameters: dict[str, Any]) -> None:
    control = Image.new("RGB", (192, 160))
    control.paste((255, 255, 255), (60, 30, 130, 100))
    traced = painted(
        replace(PLAIN, job=job, inputs={"control_image": encoded(control)}, parameters=parameters)
    ).convert("L")
    inside, border = traced.crop((80, 50, 110, 80)), traced.crop((57, 50, 63, 80))
    flat = traced.crop((10, 50, 40, 80))
    means = [ImageStat.Stat(part).mean[0] for part in (inside, border, flat)]
    brighter = means[0] if job == "depth" else means[1]
    assert brighter > means[2] + 15


def test_an_image_prompt_shows_more_with_its_strength() -> None:
    order = replace(PLAIN, inputs={"image_prompt": sheet(MAGENTA)})
    target = Image.new("RGB", order.size, MAGENTA)
    weak, strong = (
        distance(painted(replace(order, parameters={"image_prompt_strength": value})), target)
        for value in (0.1, 0.9)
    )
    assert strong < weak < distance(painted(PLAIN), target)


def test_restyling_keeps_the_source_visible() -> None:
    source = Image.new("RGB", (192, 160), (20, 20, 20))
    source.paste((240, 240, 240), (96, 0, 192, 160))
    grey = painted(replace(PLAIN, job="edit", inputs={"input_image": encoded(source)})).convert("L")
    left, right = grey.crop((10, 10, 86, 120)), grey.crop((106, 10, 182, 120))
    assert ImageStat.Stat(right).mean[0] > ImageStat.Stat(left).mean[0] + 80


def test_colours_taken_from_pictures_are_theirs() -> None:
    half = Image.new("RGB", (64, 64), (10, 20, 200))
    half.paste((250, 220, 30), (0, 0, 64, 32))
    palette = taken_from([half])
    assert len(palette) == 5
    assert list(palette) == sorted(palette, key=luminance)
    for wanted in ((10, 20, 200), (250, 220, 30)):
        assert any(sum(abs(a - b) for a, b in zip(colour, wanted, strict=True)) < 30 for colour in palette)


def test_sample_pieces_are_pictures_in_a_style_of_their_own() -> None:
    assert sample_pieces("one") == sample_pieces("one")
    assert sample_pieces("one") != sample_pieces("two")
    with Image.open(io.BytesIO(sample_pieces("one")[0])) as piece:
        assert piece.size == (512, 512)
