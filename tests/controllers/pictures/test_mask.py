"""Drawing a mask without a screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from fluxtui.controllers.pictures.mask import MaskEditor
from fluxtui.domain.dataset import Crop
from fluxtui.domain.errors import PictureError
from fluxtui.domain.masks import MaskDrawing
from fluxtui.services.masks import MaskService
from fluxtui.services.storage import StorageService


@pytest.fixture
def storage(tmp_path: Path) -> StorageService:
    storage = StorageService(tmp_path / "data")
    storage.prepare()
    return storage


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "lamp.png"
    Image.new("RGB", (300, 150), "orange").save(path)
    return path


async def decoded(path: Path) -> None:
    """Show nothing."""


async def test_a_mask_begins_with_one_rectangle_and_is_kept(storage: StorageService, picture: Path) -> None:
    editor = MaskEditor(storage, picture)
    assert (editor.words, editor.pixels) == ("", (1, 1))
    await editor.open(decoded)
    assert editor.words == "1 of 1 rectangle · 50×50 px at 125, 50 · inside changes · hard edge"
    kept = await editor.keep()
    assert kept is not None
    with Image.open(kept) as mask:
        assert (mask.size, mask.getpixel((150, 75)), mask.getpixel((0, 0))) == ((300, 150), 255, 0)


async def test_keys_change_one_rectangle_at_a_time(storage: StorageService, picture: Path) -> None:
    editor = MaskEditor(storage, picture)
    await editor.open(decoded)
    first = editor.box
    editor.add()
    editor.take(Crop(left=0, top=0, right=0.5, bottom=0.5))
    editor.invert()
    editor.feather(1)
    assert editor.words == "2 of 2 rectangles · 150×75 px at 0, 0 · outside changes · edge fades 4 px"
    editor.go(1)
    assert (editor.number, editor.box) == (0, first)
    editor.remove()
    assert editor.box == Crop(left=0, top=0, right=0.5, bottom=0.5)
    editor.remove()
    editor.remove()
    editor.go(1)
    assert editor.words == "Nothing is drawn: n adds a rectangle"
    assert await editor.keep() is None
    assert editor.fault == "Nothing is drawn, so nothing would be changed: n adds a rectangle."


async def test_it_goes_on_with_a_drawing_of_ours_alone(storage: StorageService, picture: Path) -> None:
    before = MaskDrawing(boxes=(Crop(left=0, top=0, right=0.25, bottom=0.5),))
    ours = MaskService(storage).draw(before, picture)
    editor = MaskEditor(storage, picture, ours)
    await editor.open(decoded)
    assert editor.drawing == before
    foreign = MaskEditor(storage, picture, picture)
    await foreign.open(decoded)
    assert len(foreign.drawing.boxes) == 1
    assert foreign.drawing != before


async def test_a_picture_that_cannot_be_used_is_told(storage: StorageService, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG, but no picture")
    editor = MaskEditor(storage, broken)
    await editor.open(decoded)
    assert editor.fault.startswith("broken.png ")
    assert editor.words == ""


async def test_a_picture_that_cannot_be_shown_is_told(storage: StorageService, picture: Path) -> None:
    async def undecodable(path: Path) -> None:
        raise PictureError("cannot be decoded")

    editor = MaskEditor(storage, picture)
    await editor.open(undecodable)
    assert editor.fault == "lamp.png cannot be decoded"
    assert editor.box is None
