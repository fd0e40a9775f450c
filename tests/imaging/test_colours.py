"""What numbers of a picture mean is told by the numbers, and said truly."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from fluxtui.imaging.colours import is_srgb
from fluxtui.imaging.opening import opened
from fluxtui.imaging.pictures import Preparation, looked_at, prepared
from tests.fakes.pictures import encoded, png_chunk, png_of, quartered

WIDE, HIGH = 32, 16


def grey_of(content: bytes) -> list[int]:
    """Return the grey value of three places of what is sent of a picture: dark, middle, bright."""
    with Image.open(io.BytesIO(prepared(content, Preparation(10**6))[0])) as image:
        grey = image.convert("L")
        return [int(grey.getpixel((x, HIGH // 2))) for x in (2, WIDE // 2, WIDE - 3)]  # type: ignore[arg-type]


def ramp(mode: str, most: float, least: float = 0) -> Image.Image:
    """Paint numbers that grow from left to right in three steps."""
    image = Image.new(mode, (WIDE, HIGH))
    for x in range(WIDE):
        share = (0.0, 0.5, 1.0)[min(x * 3 // WIDE, 2)]
        value = least + share * (most - least)
        for y in range(HIGH):
            image.putpixel((x, y), value if mode == "F" else int(value))
    return image


@pytest.mark.parametrize(
    ("mode", "most", "least", "depth"),
    [
        ("F", 1.0, 0.0, 0),
        ("F", 255.0, 0.0, 0),
        ("F", 65_535.0, 0.0, 0),
        ("F", 7.5, -2.5, 0),
        ("I", 255, 0, 8),
        ("I", 65_535, 0, 16),
        ("I", 2_000_000, -1_000_000, 0),
        ("I;16", 1_023, 0, 10),
        ("I;16", 4_095, 0, 12),
        ("I;16", 16_383, 0, 14),
        ("I;16", 65_535, 0, 16),
    ],
)
def test_deep_numbers_are_taken_by_their_real_range(mode: str, most: float, least: float, depth: int) -> None:
    content = encoded(ramp(mode, most, least), "TIFF")
    dark, middle, bright = grey_of(content)
    assert (dark, bright) == (0, 255)
    assert abs(middle - 127) <= 4
    assert looked_at(content).depth == depth


def test_a_tiff_whose_smallest_number_is_white_is_no_negative() -> None:
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    directory[262] = 0
    content = bytearray(encoded(ramp("I;16", 65_535), "TIFF"))
    entry = content.index(struct.pack("<HHL", 262, 3, 1))
    struct.pack_into("<H", content, entry + 8, 0)
    assert grey_of(bytes(content))[0] == 255


def sixteen(*chunks: bytes) -> bytes:
    row = b"".join(struct.pack(">H", 257 * (x * 255 // (WIDE - 1))) for x in range(WIDE))
    return png_of(WIDE, HIGH, 16, 0, (b"\0" + row) * HIGH, *chunks)


def test_a_transparent_number_of_16_bits_is_white_and_said_where_it_is() -> None:
    assert not looked_at(sixteen()).transparent
    assert not looked_at(sixteen(png_chunk(b"tRNS", struct.pack(">H", 12_345)))).transparent
    content = sixteen(png_chunk(b"tRNS", struct.pack(">H", 0)))
    assert looked_at(content).transparent
    with Image.open(io.BytesIO(prepared(content, Preparation(10**6))[0])) as image:
        assert image.getpixel((0, 0)) == (255, 255, 255)
        assert image.getpixel((1, 0)) != (255, 255, 255)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF"])
def test_an_alpha_that_hides_nothing_is_not_called_transparent(kind: str) -> None:
    image = quartered().convert("RGBA")
    assert not looked_at(encoded(image, kind, lossless=True)).transparent
    image.paste((0, 0, 0, 0), (0, 0, 20, 20))
    assert looked_at(encoded(image, kind, lossless=True)).transparent


def test_which_profiles_are_srgb() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    other = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    told = {}
    for name, profile in (("none", None), ("sRGB", srgb), ("broken", b"x" * 300), ("other", other)):
        with opened(encoded(quartered(), "JPEG", icc_profile=profile)) as image:
            told[name] = is_srgb(image)
    assert told == {"none": True, "sRGB": True, "broken": True, "other": False}
