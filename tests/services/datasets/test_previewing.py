"""What the workbench shows of a picture: small and large, turned, cropped, made once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from fluxtui.domain.dataset import Crop
from fluxtui.domain.errors import DatasetError, PictureError
from fluxtui.domain.workspace import PictureEdit
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.previewing import PREVIEW_SIDE, Previews
from fluxtui.services.thumbnails import SIDE, ThumbnailCache

PictureMaker = Callable[..., bytes]
PLAIN = PictureEdit()


@pytest.fixture
def cache(tmp_path: Path) -> ThumbnailCache:
    return ThumbnailCache(tmp_path / "thumbnails")


@pytest.fixture
async def previews(
    datasets: DatasetService, folder: Path, picture: PictureMaker, cache: ThumbnailCache
) -> Previews:
    exif = Image.Exif()
    exif[0x0112] = 6
    (folder / "turned.jpg").write_bytes(picture(2000, 1000, exif=exif, seed=5))
    (folder / "broken.jpg").write_bytes(picture()[:900])
    return Previews(await datasets.scan(folder), cache)


@pytest.fixture(autouse=True)
def closed(previews: Previews) -> Iterator[None]:
    yield
    previews.close()


def test_pictures_are_shown_upright_and_within_their_size(previews: Previews) -> None:
    assert previews.thumbnail("turned.jpg", PLAIN).size == (SIDE // 2, SIDE)
    assert previews.preview("turned.jpg", PLAIN).size == (PREVIEW_SIDE // 2, PREVIEW_SIDE)


def test_turns_and_crops_are_seen(previews: Previews) -> None:
    edit = PictureEdit(turns=1, crop=Crop(left=0.5))
    assert previews.thumbnail("turned.jpg", edit).size == (SIDE // 2, SIDE // 2)
    shown = previews.preview("turned.jpg", edit)
    assert shown.size == (PREVIEW_SIDE, PREVIEW_SIDE // 2)
    whole = previews.preview("turned.jpg", PictureEdit(turns=1))
    inside, outside = (PREVIEW_SIDE * 3 // 4, 300), (100, 300)
    assert shown.getpixel(inside) == whole.getpixel(inside)
    assert shown.getpixel((PREVIEW_SIDE // 2 + 2, 300)) == (255, 255, 255)
    box = (outside[0], outside[1], outside[0] + 50, outside[1] + 50)
    dark, bright = (sum(ImageStat.Stat(image.crop(box)).mean) for image in (shown, whole))
    assert dark < bright / 2


def test_thumbnail_is_made_once_and_no_disk_is_waited_for(
    previews: Previews, cache: ThumbnailCache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("another can be made"))
    before = previews.thumbnail("a.jpg", PLAIN)
    (folder / "a.jpg").unlink()
    assert previews.thumbnail("a.jpg", PLAIN).size == before.size
    with pytest.raises(DatasetError, match=r"a\.jpg"):
        previews.preview("a.jpg", PLAIN)


@pytest.mark.parametrize("name", ["broken.jpg", "nobody.jpg"])
def test_what_cannot_be_read_is_told(previews: Previews, name: str) -> None:
    with pytest.raises(PictureError, match="cannot be shown"):
        previews.thumbnail(name, PLAIN)


@pytest.mark.parametrize("spoil", [b"", b"RIFF1234WEBPnonsense", None])
def test_spoilt_thumbnail_is_made_again(tmp_path: Path, spoil: bytes | None) -> None:
    cache = ThumbnailCache(tmp_path / "spoilt")
    mark = "ab" * 20
    cache.get(mark, lambda: Image.new("RGB", (400, 300), "red"))
    (kept,) = [path for path in (tmp_path / "spoilt").rglob("*.jpg") if path.is_file()]
    if spoil is None:
        Image.new("RGB", (4 * SIDE, SIDE)).save(kept)
    else:
        kept.write_bytes(spoil)
    assert cache.get(mark, lambda: Image.new("RGB", (300, 400), "blue")).size == (192, SIDE)
    assert cache.get(mark, lambda: pytest.fail("it is kept now")).size == (192, SIDE)


@pytest.mark.parametrize("mark", ["", "../../../etc/passwd", "short", "AB" * 20])
def test_mark_that_is_none_is_never_a_path(tmp_path: Path, mark: str) -> None:
    cache = ThumbnailCache(tmp_path / "none")
    assert cache.get(mark, lambda: Image.new("RGB", (40, 30))).size == (40, 30)
    assert not (tmp_path / "none").exists()


def test_disk_that_takes_nothing_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "full").write_text("not a directory")
    cache = ThumbnailCache(tmp_path / "full")
    assert cache.get("ab" * 20, lambda: Image.new("RGB", (40, 30))).size == (40, 30)
