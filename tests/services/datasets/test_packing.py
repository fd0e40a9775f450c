"""The archive that is sent to a trainer."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageFile

from fluxtui.domain.dataset import Crop, DatasetRules, PackedDataset
from fluxtui.domain.errors import DatasetError, FluxError, PictureError
from fluxtui.domain.workspace import Workspace
from fluxtui.imaging.pictures import Preparation, prepared
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.packing import verify
from fluxtui.services.storage import StorageService
from tests.fakes.pictures import encoded, exif_of

PictureMaker = Callable[..., bytes]

Red = tuple[int, ...]


async def pack(
    datasets: DatasetService, source: Path, rules: DatasetRules, storage: StorageService
) -> PackedDataset:
    return await datasets.pack(await datasets.inspect(source, rules), storage, rules)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


async def test_archive_is_flat_plain_and_kept_under_its_hash(
    datasets: DatasetService, folder: Path, rules: DatasetRules, storage: StorageService
) -> None:
    packed = await pack(datasets, folder, rules, storage)
    assert packed.path == storage.dataset_path(packed.sha256)
    assert hashlib.sha256(packed.path.read_bytes()).hexdigest() == packed.sha256
    assert packed.path.stat().st_size == packed.size
    assert packed.pictures == ("001.jpg", "002.png", "003.jpg")
    assert packed.captioned == 1
    with zipfile.ZipFile(packed.path) as archive:
        assert archive.namelist() == ["001.jpg", "001.txt", "002.png", "003.jpg"]
        assert archive.read("001.txt").decode() == "a dog, ünder a tree"
        assert {info.external_attr for info in archive.infolist()} == {0o100644 << 16}
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert list(storage.inside("tmp").iterdir()) == []


async def test_same_pictures_give_the_same_archive(
    datasets: DatasetService, folder: Path, rules: DatasetRules, storage: StorageService
) -> None:
    originals = contents(folder)
    first = await pack(datasets, folder, rules, storage)
    (folder / "b.png").touch()
    second = await pack(datasets, folder, rules, storage)
    assert first == second
    assert contents(folder) == originals
    assert len(list(storage.inside("datasets").iterdir())) == 1


async def test_changed_folder_is_not_packed(
    datasets: DatasetService, folder: Path, rules: DatasetRules, storage: StorageService
) -> None:
    dataset = await datasets.inspect(folder, rules)
    (folder / "b.png").unlink()
    with pytest.raises(DatasetError, match="has changed since"):
        await datasets.pack(dataset, storage, rules)
    assert list(storage.inside("tmp").iterdir()) == []


async def test_a_file_changed_in_place_is_noticed_though_its_size_is_the_same(
    datasets: DatasetService, folder: Path, rules: DatasetRules, storage: StorageService
) -> None:
    dataset = await datasets.inspect(folder, rules)
    path = folder / "b.png"
    content, times = bytearray(path.read_bytes()), path.stat()
    content[-1] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(DatasetError, match=r"b\.png has changed since .* Nothing was sent"):
        await datasets.pack(dataset, storage, rules)
    assert list(storage.inside("datasets").iterdir()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 7, "height": 5}, "became 280 x 280 px, not 7 x 5 px"),
        ({"caption": "another"}, "does not read back"),
        ({"caption": None}, "does not read back"),
    ],
)
async def test_what_was_packed_is_compared_with_what_was_confirmed(
    datasets: DatasetService,
    folder: Path,
    rules: DatasetRules,
    storage: StorageService,
    change: dict[str, object],
    words: str,
) -> None:
    dataset = await datasets.inspect(folder, rules)
    packed = await datasets.pack(dataset, storage, rules)
    with zipfile.ZipFile(packed.path) as archive:
        written = tuple(archive.namelist())
    pictures = dict(zip(packed.pictures, dataset.pictures, strict=True))
    assert verify(packed.path, written, pictures) == packed.sha256
    pictures["001.jpg"] = pictures["001.jpg"].model_copy(update=change)
    with pytest.raises(FluxError, match=words):
        verify(packed.path, written, pictures)


async def test_each_picture_is_decoded_once_and_what_a_disk_spoils_is_seen(
    datasets: DatasetService,
    folder: Path,
    rules: DatasetRules,
    storage: StorageService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dataset = await datasets.inspect(folder, rules)
    decoded: dict[int, object] = {}
    load = ImageFile.ImageFile.load

    def counted(image: ImageFile.ImageFile) -> object:
        if image.tile:
            decoded[id(image)] = image
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", counted)
    packed = await datasets.pack(dataset, storage, rules)
    assert len(decoded) == len(packed.pictures)
    content = bytearray(packed.path.read_bytes())
    content[content.index(b"a dog") - 100] ^= 1
    packed.path.write_bytes(content)
    names = ("001.jpg", "001.txt", "002.png", "003.jpg")
    with pytest.raises(FluxError, match="does not read back"):
        verify(packed.path, names, dict(zip(packed.pictures, dataset.pictures, strict=True)))


async def test_a_kept_archive_that_was_damaged_is_made_anew(
    datasets: DatasetService, folder: Path, rules: DatasetRules, storage: StorageService
) -> None:
    first = await pack(datasets, folder, rules, storage)
    content = first.path.read_bytes()
    first.path.write_bytes(content[:-1] + b"?")
    again = await pack(datasets, folder, rules, storage)
    assert again == first
    assert first.path.read_bytes() == content


async def test_every_way_of_making_a_picture_gives_the_size_that_was_told(
    datasets: DatasetService, tmp_path: Path, storage: StorageService, textured: Callable[..., Image.Image]
) -> None:
    rules = DatasetRules(1, 1, 100, ("JPEG",), 90_001)
    workspace = Workspace(source=str(tmp_path))
    crop = Crop(left=0.1, top=0.333, right=0.77, bottom=0.9)
    for number, (width, height) in enumerate([(1237, 853), (301, 300), (4001, 257), (90, 70)]):
        for turns in (0, 1):
            for part in (None, crop):
                for kind in ("JPEG", "PNG"):
                    name = f"{number}-{turns}-{part is None}.{kind.lower()}"
                    path = tmp_path / name
                    exif = exif_of(6 if number % 2 else 1)
                    path.write_bytes(encoded(textured(width, height, number), kind, exif=exif))
                    workspace = workspace.edited(name, turns=turns, crop=part)
    found = await datasets.scan(tmp_path)
    packed = await datasets.pack(datasets.check(found, rules, workspace), storage, rules)
    assert len(packed.pictures) == 32


async def test_blocking_problems_stop_packing(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, storage: StorageService
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="no picture"):
        await pack(datasets, tmp_path / "empty", rules, storage)


def test_large_picture_is_scaled_to_the_cap(picture: PictureMaker) -> None:
    for format_name in ("JPEG", "PNG"):
        content, _ = prepared(picture(1600, 900, format_name), Preparation(300 * 300))
        width, height = opened(content).size
        assert 290 * 300 < width * height <= 300 * 300
        assert abs(width / height - 16 / 9) < 0.02


def test_picture_is_turned_upright_and_stripped(picture: PictureMaker) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[1] = "N"
    content, extension = prepared(picture(100, 60, exif=exif), Preparation(10**6))
    image = opened(content)
    assert extension == "jpg"
    assert image.size == (60, 100)
    assert not image.getexif()
    assert b"a camera" not in content


def test_png_text_is_stripped_and_pixels_stay(picture: PictureMaker) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("parameters", "secret prompt")
    original = picture(format_name="PNG", pnginfo=info)
    content, extension = prepared(original, Preparation(10**6))
    assert extension == "png"
    assert b"secret" not in content
    assert opened(content).tobytes() == opened(original).tobytes()


def test_odd_colours_become_plain_rgb() -> None:
    def saved(image: Image.Image, format_name: str, **options: object) -> bytes:
        target = io.BytesIO()
        image.save(target, format_name, **options)
        return target.getvalue()

    def near(pixel: object, wanted: Red) -> bool:
        assert isinstance(pixel, tuple)
        return all(abs(a - b) <= 12 for a, b in zip(pixel, wanted, strict=True))

    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    sixteen = Image.new("I;16", (8, 8), 0x8000)
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([10, 200, 10])
    cmyk = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    for content, wanted in (
        (saved(clear, "PNG"), (255, 255, 255)),
        (saved(sixteen, "PNG"), (128, 128, 128)),
        (saved(palette, "PNG"), (10, 200, 10)),
        (saved(Image.new("1", (8, 8), 1), "PNG"), (255, 255, 255)),
        (saved(Image.new("LA", (8, 8), (0, 128)), "PNG"), (127, 127, 127)),
        (saved(cmyk, "JPEG"), (255, 0, 0)),
        (saved(clear, "WEBP", lossless=True), (255, 255, 255)),
    ):
        image = opened(prepared(content, Preparation(10**6))[0])
        assert image.mode == "RGB"
        assert near(image.getpixel((4, 4)), wanted)


def test_colour_profile_is_applied_or_ignored_where_broken(picture: PictureMaker) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, b"broken"):
        content, _ = prepared(picture(format_name="PNG", icc_profile=icc), Preparation(10**6))
        assert "icc_profile" not in opened(content).info


def test_damage_is_a_sentence(picture: PictureMaker) -> None:
    with pytest.raises(PictureError, match="damaged"):
        prepared(picture()[:-500], Preparation(10**6))
