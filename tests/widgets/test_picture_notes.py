"""What is said beside a picture that a form names."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.endpoint import Control, Field, PictureLimits, PictureRole
from fluxtui.widgets.parameter_form.picture_notes import note_input, note_list, note_mask
from fluxtui.widgets.paths import PathNote

FIELD = Field(
    name="image",
    title="Picture",
    help="",
    control=Control.PICTURE,
    required=False,
    nullable=True,
    default=None,
)
MASK = replace(FIELD, name="mask", role=PictureRole.MASK)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    Image.new("RGB", (320, 160)).save(tmp_path / "b.png")
    return str(tmp_path / "b.png")


def test_what_it_is_and_what_it_is_sent_as(picture: str) -> None:
    size = os.path.getsize(picture)
    assert note_input(picture, FIELD).note == PathNote(f"PNG 320×160 px · {size} B", True)
    scaled = note_input(picture, replace(FIELD, max_pixels=80 * 40)).note
    assert scaled == PathNote(f"PNG 320×160 px · {size} B · sent as 80×40", True)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".", "is a directory"),
        ("none.png", "does not exist"),
        ("notes.txt", "is not a picture"),
        ("\x00", ""),
    ],
)
def test_why_it_cannot_be_used(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "notes.txt").write_text("words")
    found = note_input(str(tmp_path / name), FIELD)
    assert not found.note.usable
    assert found.note.text.startswith(reason)


def test_limits_of_the_service(picture: str, tmp_path: Path) -> None:
    noise = Image.effect_noise((400, 400), 100)
    noise.save(tmp_path / "noise.png")
    field = replace(FIELD, limits=PictureLimits(max_bytes=20_000, least_side=200))
    assert "200 px a side are the least" in note_input(picture, field).note.text
    assert "the most that the service takes" in note_input(str(tmp_path / "noise.png"), field).note.text
    scaled = replace(field, max_pixels=100 * 100, limits=PictureLimits(max_bytes=20_000))
    assert note_input(str(tmp_path / "noise.png"), scaled).note.usable


def test_addresses() -> None:
    address = "https://example.org/fox.png"
    assert not note_input(address, FIELD).note.usable
    assert note_input(address, replace(FIELD, urls=True)).note.usable


def test_a_mask_is_judged_beside_its_picture(picture: str, tmp_path: Path) -> None:
    Image.new("L", (32, 16)).save(tmp_path / "mask.png")
    Image.new("RGBA", (32, 16), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    source, mask = note_input(picture, FIELD), note_input(str(tmp_path / "mask.png"), MASK)
    clear = note_input(str(tmp_path / "clear.png"), FIELD)
    told = note_mask(mask, source, MASK)
    assert told is not None
    assert not told.usable
    assert told.text.startswith("has 32×16 px, but the picture 320×160")
    assert note_mask(mask, clear, MASK) == mask.note
    assert note_mask(None, clear, MASK) is None
    needed = note_mask(None, source, MASK)
    assert needed is not None
    assert "no transparency" in needed.text


def test_a_list_tells_faults_first(picture: str) -> None:
    good, bad = note_input(picture, FIELD), note_input("/none.png", FIELD)
    assert note_list([None], 0) is None
    assert note_list([good, bad, None], 0) == PathNote("2: does not exist", False)
    told = note_list([good, good, None], 0)
    assert told is not None
    assert told.text.startswith("1 of 2: PNG")
