"""Opening pictures, kind and hostile."""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fluxtui.terminal.scaling import UnreadablePictureError, fit_cells, load_bitmap, read_facts


def test_a_large_picture_is_reduced(tmp_path: Path) -> None:
    path = tmp_path / "wide.jpg"
    Image.new("RGB", (4000, 1000), "navy").save(path)
    bitmap = load_bitmap(path, side=400)
    assert bitmap.image.size == (400, 100)
    assert (bitmap.facts.width, bitmap.facts.height, bitmap.facts.format) == (4000, 1000, "JPEG")
    assert bitmap.facts.bytes == path.stat().st_size


def test_a_photograph_taken_sideways_stands_upright(tmp_path: Path) -> None:
    path = tmp_path / "sideways.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 100), "red").save(path, exif=exif)
    assert load_bitmap(path).image.size == (100, 200)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P", "L", "1", "CMYK", "I;16"])
def test_every_kind_of_pixel_becomes_rgb(tmp_path: Path, mode: str) -> None:
    source = (
        Image.new("RGB", (8, 8), "white").convert("L")
        if mode == "I;16"
        else Image.new("RGB", (8, 8), "white")
    )
    path = tmp_path / ("picture.tiff" if mode in ("CMYK", "I;16", "PA") else "picture.png")
    picture = Image.new("I;16", (8, 8), 0xFFFF) if mode == "I;16" else source.convert(mode)
    if mode == "PA":
        picture = picture.convert("RGBA")
    picture.save(path)
    image = load_bitmap(path).image
    assert image.mode == "RGB"
    assert image.getpixel((4, 4)) == (255, 255, 255)


def test_transparency_shows_the_background(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(path)
    assert load_bitmap(path, background=(1, 2, 3)).image.getpixel((0, 0)) == (1, 2, 3)


def bomb(side: int) -> bytes:
    """A PNG that claims a square of this many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8_100, 10_000, 60_000])
def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(side))
    with pytest.raises(UnreadablePictureError, match="megapixels"):
        load_bitmap(path)
    with pytest.raises(UnreadablePictureError, match="megapixels"):
        read_facts(path)


def test_a_truncated_picture_is_an_error(photo_file: Path) -> None:
    photo_file.write_bytes(photo_file.read_bytes()[:5000])
    with pytest.raises(UnreadablePictureError, match="damaged or incomplete"):
        load_bitmap(photo_file)


@pytest.mark.parametrize("content", [b"", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"just words", b"\x89PNG\r\n\x1a\n"])
def test_what_is_not_a_picture_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    with pytest.raises(UnreadablePictureError):
        load_bitmap(path)


def test_a_missing_file_a_folder_and_a_pipe_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePictureError, match="not there any more"):
        load_bitmap(tmp_path / "gone.png")
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path, tmp_path / "pipe.png"):
        with pytest.raises(UnreadablePictureError, match="not a file"):
            load_bitmap(path)


@given(st.binary(max_size=400), st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"]))
def test_no_bytes_raise_anything_else(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, kind: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"noise.{kind}"
    Image.new("RGB", (16, 16), "green").save(path, kind)
    good = path.read_bytes()
    path.write_bytes(good[: len(good) // 2] + noise)
    with suppress(UnreadablePictureError):
        assert load_bitmap(path).image.mode == "RGB"


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 200), st.integers(1, 80))
def test_fitting_stays_inside_and_touches_one_side(width: int, height: int, columns: int, rows: int) -> None:
    wide, high = fit_cells((width, height), columns, rows, 10, 20)
    assert 1 <= wide <= columns
    assert 1 <= high <= rows
    assert wide == columns or high == rows


def test_fitting_keeps_the_aspect_ratio() -> None:
    assert fit_cells((1000, 1000), 80, 24, 10, 20) == (48, 24)
    assert fit_cells((2000, 1000), 40, 40, 10, 20) == (40, 10)
