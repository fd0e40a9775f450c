"""What is said of pictures and captions, and what the user's edits make of it."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from fluxtui.domain.dataset import Crop, Dataset, DatasetRules, Fix
from fluxtui.domain.dataset_scan import DatasetScan
from fluxtui.domain.errors import PictureError
from fluxtui.domain.workspace import Workspace
from fluxtui.imaging.pictures import Preparation, looked_at, prepared
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.scan import scan_source
from fluxtui.services.datasets.scan_memory import ScanMemory

PictureMaker = Callable[..., bytes]
Painter = Callable[[int, int, int], Image.Image]


def reasons(dataset: Dataset, name: str) -> str:
    return "; ".join(problem.reason for problem in dataset.problems if problem.name == name)


def save(image: Image.Image, path: Path, **options: object) -> None:
    image.save(path, **options)  # type: ignore[arg-type]


async def test_doubtful_looks_are_told(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, textured: Painter
) -> None:
    sharp = textured(600, 300, 1)
    save(sharp.filter(ImageFilter.GaussianBlur(12)), tmp_path / "blurred.png")
    save(textured(300, 300, 2).point(lambda value: value // 8), tmp_path / "dark.png")
    save(textured(300, 300, 3).point(lambda value: 255 - value // 8), tmp_path / "bright.png")
    save(Image.new("RGB", (300, 300), "navy"), tmp_path / "flat.png")
    save(textured(1200, 300, 4), tmp_path / "wide.png")
    save(textured(300, 300, 5), tmp_path / "good.png")
    dataset = await datasets.inspect(tmp_path, rules)
    assert "is blurred everywhere" in reasons(dataset, "blurred.png")
    assert "is very dark" in reasons(dataset, "dark.png")
    assert "is very bright" in reasons(dataset, "bright.png")
    assert "nothing but one colour" in reasons(dataset, "flat.png")
    assert "is 4.0 times as wide as high" in reasons(dataset, "wide.png")
    assert reasons(dataset, "good.png") == ""


async def test_what_packing_puts_right_is_told(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, picture: PictureMaker, textured: Painter
) -> None:
    (tmp_path / "inks.jpg").write_bytes(picture(mode="CMYK", seed=1))
    glass = textured(280, 280, 2).convert("RGBA")
    glass.putpixel((3, 3), (0, 0, 0, 0))
    save(glass, tmp_path / "glass.png")
    deep = textured(280, 280, 3).convert("L").convert("I").point(lambda value: value * 256)
    save(deep.convert("I;16"), tmp_path / "deep.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "turned.jpg").write_bytes(picture(seed=4, exif=exif))
    (tmp_path / "phone.heic").write_bytes(picture(format_name="HEIF", seed=5))
    (tmp_path / "scan.tif").write_bytes(picture(format_name="TIFF", seed=6))
    dataset = await datasets.inspect(tmp_path, rules)
    assert len(dataset.pictures) == 6
    assert "CMYK" in reasons(dataset, "inks.jpg")
    assert "transparent" in reasons(dataset, "glass.png")
    assert "16 bits" in reasons(dataset, "deep.png")
    assert "sent upright" in reasons(dataset, "turned.jpg")
    assert "is a HEIF picture; it is sent as JPEG" in reasons(dataset, "phone.heic")
    assert "is a TIFF picture" in reasons(dataset, "scan.tif")
    assert [problem for problem in dataset.problems if not problem.automatic] == []


async def test_copies_are_told_and_left_out_on_request(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    (tmp_path / "a.jpg").write_bytes(picture(seed=1))
    (tmp_path / "b.jpg").write_bytes(picture(seed=1))
    (tmp_path / "c.jpg").write_bytes(picture(seed=1, quality=60))
    (tmp_path / "d.jpg").write_bytes(picture(seed=2))
    found = await datasets.scan(tmp_path)
    dataset = datasets.check(found, rules)
    assert "is the same file as a.jpg" in reasons(dataset, "b.jpg")
    assert "looks like a.jpg" in reasons(dataset, "c.jpg")
    assert reasons(dataset, "d.jpg") == ""
    mended = datasets.fixed(dataset, found, Workspace(source=str(tmp_path)))
    after = datasets.check(found, rules, mended)
    assert after.excluded == ("b.jpg",)
    assert [item.name for item in after.pictures] == ["a.jpg", "c.jpg", "d.jpg"]
    assert not [problem for problem in after.problems if problem.fix is Fix.EXCLUDE]


async def test_edits_change_counts_captions_and_sizes(
    datasets: DatasetService, folder: Path, rules: DatasetRules
) -> None:
    found = await datasets.scan(folder)
    workspace = (
        Workspace(source=str(folder))
        .edited("a.jpg", caption="")
        .edited("b.png", caption=" a cat ", crop=Crop(right=0.5))
        .edited("c.webp", excluded=True)
        .edited("gone.jpg", excluded=True)
    )
    dataset = datasets.check(found, rules, workspace)
    assert [(item.name, item.caption) for item in dataset.pictures] == [("a.jpg", None), ("b.png", "a cat")]
    assert (dataset.pictures[1].width, dataset.pictures[1].height) == (140, 280)
    assert dataset.excluded == ("c.webp",)


async def test_caption_in_another_code_is_read_on_request(
    datasets: DatasetService, folder: Path, rules: DatasetRules
) -> None:
    (folder / "b.txt").write_bytes("ein Hund für Anna".encode("cp1252"))
    found = await datasets.scan(folder)
    dataset = datasets.check(found, rules)
    assert "is not UTF-8" in reasons(dataset, "b.txt")
    mended = datasets.fixed(dataset, found, Workspace(source=str(folder)))
    after = datasets.check(found, rules, mended)
    assert after.pictures[1].caption == "ein Hund für Anna"
    assert (folder / "b.txt").read_bytes() == "ein Hund für Anna".encode("cp1252")


async def test_endless_caption_is_told(datasets: DatasetService, folder: Path, rules: DatasetRules) -> None:
    (folder / "b.txt").write_text("word " * 400)
    dataset = await datasets.inspect(folder, rules)
    assert "400 words" in reasons(dataset, "b.png")


def look(path: Path, memory: ScanMemory) -> DatasetScan:
    return scan_source(path, memory, lambda done, total: None, threading.Event())


def test_second_look_decodes_only_what_has_changed(
    folder: Path, tmp_path: Path, picture: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = ScanMemory(tmp_path / "looks")
    first = look(folder, memory)
    decoded: list[int] = []

    def counted(content: bytes) -> object:
        decoded.append(len(content))
        return looked_at(content)

    monkeypatch.setattr("fluxtui.services.datasets.scan.looked_at", counted)
    assert look(folder, memory) == first
    assert decoded == []
    (folder / "b.png").write_bytes(picture(format_name="PNG", seed=9))
    assert look(folder, memory) != first
    assert len(decoded) == 1


def test_damaged_memory_is_only_slower(folder: Path, tmp_path: Path) -> None:
    memory = ScanMemory(tmp_path / "looks")
    first = look(folder, memory)
    (kept,) = (tmp_path / "looks").iterdir()
    for content in (b"", b"[]", b'{"version": 1, "pictures": [{"name": 3}]}', b"\xff"):
        kept.write_bytes(content)
        assert look(folder, memory) == first


def test_turned_and_cropped_pictures_are_packed_so() -> None:
    image = Image.new("RGB", (200, 100), "white")
    image.paste((255, 0, 0), (0, 0, 100, 100))
    target = io.BytesIO()
    image.save(target, "PNG")
    crop = Crop(top=0.0, bottom=0.5)
    content, kind = prepared(target.getvalue(), Preparation(10**6, turns=1, crop=crop))
    with Image.open(io.BytesIO(content)) as made:
        assert (kind, made.size) == ("png", (100, 100))
        assert made.getpixel((50, 50)) == (255, 0, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_put_upright(orientation: int, textured: Painter) -> None:
    image = textured(120, 80, 1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    target = io.BytesIO()
    image.save(target, "PNG", exif=exif)
    look_ = looked_at(target.getvalue())
    content, _ = prepared(target.getvalue(), Preparation(10**6))
    from PIL import ImageOps

    with Image.open(io.BytesIO(target.getvalue())) as source, Image.open(io.BytesIO(content)) as made:
        expected = ImageOps.exif_transpose(source)
        assert made.tobytes() == expected.tobytes()
        assert (look_.width, look_.height) == expected.size


def test_what_cannot_be_converted_is_named() -> None:
    target = io.BytesIO()
    Image.new("RGB", (20, 20)).save(target, "JPEG2000")
    with pytest.raises(PictureError, match="JPEG 2000"):
        looked_at(target.getvalue())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a caf\ufffd", "has a lost letter (\ufffd) in its caption: it was once read in another encoding"),
        (r"{\rtf1 a cat}", "has a caption that is the source of an RTF document and no plain text"),
    ],
)
@pytest.mark.parametrize("file", ["b.txt", "b.json", "edited"])
async def test_a_damaged_caption_is_never_sent(
    datasets: DatasetService, folder: Path, rules: DatasetRules, text: str, reason: str, file: str
) -> None:
    workspace = Workspace(source=str(folder))
    if file == "edited":
        workspace = workspace.with_captions({"b.png": text})
    else:
        content = json.dumps({"caption": text}) if file == "b.json" else text
        (folder / file).write_text(content, encoding="utf-8")
    found = await datasets.scan(folder)
    (problem,) = datasets.check(found, rules, workspace).blocking
    assert (problem.name, problem.reason) == ("b.png", reason)
    assert datasets.check(found, rules, workspace.with_captions({"b.png": "a cafe"})).blocking == ()
    assert datasets.check(found, rules, workspace.edited("b.png", excluded=True)).blocking == ()
