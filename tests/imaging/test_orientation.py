"""Every way in which a format tells how a picture is turned ends in a picture that is upright, once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, TiffImagePlugin

from fluxtui.imaging.opening import opened
from fluxtui.imaging.pictures import Preparation, looked_at, prepared, upright
from fluxtui.services.masks import MaskService
from fluxtui.services.picture_inputs import look_at, prepare_picture
from fluxtui.services.storage import StorageService
from fluxtui.terminal.scaling import load_bitmap
from tests.fakes.pictures import UPRIGHT, encoded, exif_of, lying, seen, seen_in

KINDS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "TIFF in strips", "XMP")


def turned_file(kind: str, orientation: int) -> bytes:
    image = lying(orientation)
    if kind.startswith("TIFF"):
        directory = TiffImagePlugin.ImageFileDirectory_v2()
        directory[274] = orientation
        return encoded(
            image, "TIFF", tiffinfo=directory, compression="tiff_lzw" if "strips" in kind else None
        )
    if kind == "XMP":
        told = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="{orientation}"/></x:xmpmeta>'
        return encoded(image, "JPEG", quality=95, xmp=told.encode())
    return encoded(image, kind, quality=95, exif=exif_of(orientation))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_upright_wherever_it_goes(tmp_path: Path, kind: str, orientation: int) -> None:
    content = turned_file(kind, orientation)
    path = tmp_path / "picture"
    path.write_bytes(content)
    look = looked_at(content)
    assert (look.width, look.height, look.turned) == (96, 64, orientation > 1)
    for how in (Preparation(10**6), Preparation(1_500)):
        assert seen_in(prepared(content, how)[0]) == UPRIGHT
    assert seen_in(prepared(content, Preparation(10**6, turns=1))[0]) == [2, 0, 3, 1]
    with opened(content) as image:
        assert seen(upright(image, 48)) == UPRIGHT
    assert seen(load_bitmap(path).image) == UPRIGHT
    for most in (None, 1_500):
        sent = prepare_picture(path, most)[0]
        found = look_at(path, most)
        with Image.open(io.BytesIO(sent)) as made:
            assert made.size == (found.sent or (found.width, found.height))
            assert made.getexif().get(0x0112, 1) == 1
            assert seen(made) == UPRIGHT


def test_a_heic_is_turned_by_its_boxes_alone() -> None:
    # By the standard, EXIF in a HEIC tells what was done already: obeying both would turn it twice.
    content = encoded(lying(1), "HEIF", quality=95, exif=exif_of(6))
    assert seen_in(prepared(content, Preparation(10**6))[0]) == UPRIGHT
    assert not looked_at(content).turned


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_that_cannot_be_read_turn_nothing(kind: str) -> None:
    content = encoded(lying(1), kind, exif=b"Exif\0\0MM\0*\0\0\xff\xff" + b"\xff" * 40)
    assert looked_at(content).width == 96
    assert seen_in(prepared(content, Preparation(10**6))[0]) == UPRIGHT


def test_a_mask_fits_a_tiff_on_its_side(tmp_path: Path) -> None:
    storage = StorageService(tmp_path / "data")
    storage.prepare()
    path, mask = tmp_path / "a.tif", tmp_path / "mask.png"
    path.write_bytes(turned_file("TIFF", 6))
    mask.write_bytes(encoded(Image.new("L", (10, 10)), "PNG"))
    with Image.open(MaskService(storage).scaled(mask, path)) as made:
        assert made.size == (96, 64)
