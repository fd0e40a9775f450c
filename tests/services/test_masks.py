"""Masks: white is changed, as large as the picture, kept once for each content."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.dataset import Crop
from fluxtui.domain.errors import PictureError
from fluxtui.domain.masks import MaskDrawing, first_box
from fluxtui.services.masks import MaskService
from fluxtui.services.storage import StorageService

LEFT = MaskDrawing(boxes=(Crop(left=0, top=0, right=0.5, bottom=1),))


@pytest.fixture
def masks(data_directory: StorageService) -> MaskService:
    return MaskService(data_directory)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.new("RGB", (300, 200), "purple").save(path)
    return path


def test_a_drawing_becomes_a_png_of_the_pictures_size(masks: MaskService, picture: Path) -> None:
    mask = masks.draw(LEFT, picture)
    assert mask.parent.name == "inputs"
    with Image.open(mask) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "L", (300, 200))
        assert (image.getpixel((10, 100)), image.getpixel((290, 100))) == (255, 0)
    assert masks.draw(LEFT, picture) == mask
    assert masks.drawing_of(mask) == LEFT


def test_inverted_and_soft(masks: MaskService, picture: Path) -> None:
    drawing = LEFT.model_copy(update={"inverted": True}).feathered(5)
    with Image.open(masks.draw(drawing, picture)) as image:
        ends = [image.getpixel((column, 100)) for column in (10, 290)]
        assert ends == [0, 255]
        edge = image.getpixel((150, 100))
        assert isinstance(edge, int | float)
        assert 60 < edge < 200


def test_a_picture_on_its_side_is_masked_as_it_is_seen(masks: MaskService, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (300, 200)).save(tmp_path / "side.jpg", exif=exif)
    with Image.open(masks.draw(LEFT, tmp_path / "side.jpg")) as image:
        assert image.size == (200, 300)


def test_a_mask_of_what_is_transparent(masks: MaskService, picture: Path, tmp_path: Path) -> None:
    clear = Image.new("RGBA", (40, 20), (0, 0, 255, 255))
    clear.paste((0, 0, 0, 0), (0, 0, 20, 20))
    clear.save(tmp_path / "clear.png")
    with Image.open(masks.from_transparency(tmp_path / "clear.png")) as image:
        assert (image.getpixel((5, 5)), image.getpixel((35, 5))) == (255, 0)
    with pytest.raises(PictureError, match="no transparency"):
        masks.from_transparency(picture)
    Image.new("RGBA", (40, 20), (0, 0, 255, 255)).save(tmp_path / "full.png")
    with pytest.raises(PictureError, match="no transparent part"):
        masks.from_transparency(tmp_path / "full.png")


def test_scaled_and_inverted_masks_from_elsewhere(masks: MaskService, picture: Path, tmp_path: Path) -> None:
    other = Image.new("L", (30, 20), 0)
    other.paste(255, (0, 0, 15, 20))
    other.save(tmp_path / "mask.png")
    with Image.open(masks.scaled(tmp_path / "mask.png", picture)) as image:
        assert image.size == (300, 200)
        assert (image.getpixel((10, 100)), image.getpixel((290, 100))) == (255, 0)
    inverted = masks.inverted(tmp_path / "mask.png")
    with Image.open(inverted) as image:
        assert (image.getpixel((1, 1)), image.getpixel((28, 1))) == (0, 255)
    assert masks.drawing_of(inverted) is None


def test_an_inverted_drawing_can_be_drawn_on(masks: MaskService, picture: Path) -> None:
    drawing = masks.drawing_of(masks.inverted(masks.draw(LEFT, picture)))
    assert drawing == LEFT.model_copy(update={"inverted": True})


@pytest.mark.parametrize("note", ["", "{", '{"boxes": 3}', '{"boxes": [], "feather": 1e9}'])
def test_what_others_wrote_into_a_mask_is_no_drawing(masks: MaskService, tmp_path: Path, note: str) -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("FluxTUI mask", note)
    Image.new("L", (8, 8)).save(tmp_path / "mask.png", pnginfo=notes)
    assert masks.drawing_of(tmp_path / "mask.png") is None


def test_a_picture_that_is_gone_is_told(masks: MaskService, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="does not exist"):
        masks.draw(LEFT, tmp_path / "gone.png")


def test_changes_of_a_drawing() -> None:
    drawing = MaskDrawing().adding(first_box(300, 200)).adding(Crop())
    assert drawing.with_box(0, Crop()).boxes == (Crop(), Crop())
    assert drawing.without(0).boxes == (Crop(),)
    assert drawing.feathered(-3).feather == 0
    assert drawing.feathered(1000).feather == 200
    box = drawing.boxes[0].box(300, 200)
    assert box[2] - box[0] == pytest.approx(box[3] - box[1], abs=1)
