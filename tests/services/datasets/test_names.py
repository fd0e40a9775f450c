"""Files are used whatever they are called; what is shown of a name is harmless, and another for each file."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.text import safe_text
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.naming import is_system_name, repeats_of, shown_names
from fluxtui.services.datasets.workspaces import WorkspaceService
from fluxtui.services.storage import StorageService
from tests.fakes.pictures import encoded

ODD = [
    "می\u200cخواهم",
    "soft\u00adhyphen",
    "flag \U0001f3f4\U000e0067\U000e0062\U000e007f",
    "shaking \U0001fae8",
    "new\nline",
    "\ufeffbom",
    "space ",
    "red\x1b[31m",
    "back\\slash",
    "caf\udce9",
    "ko\u0308rper",
]
RULES = DatasetRules(1, 1, 100, ("JPEG", "PNG"), 10_000)


def grey(value: int) -> bytes:
    return encoded(Image.new("RGB", (20, 20), (value, value, value)), "PNG")


def greys_sent(path: Path) -> dict[int, str]:
    """Return the caption of each picture in a training archive, by how grey it is."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            assert name.isascii()
            assert safe_text(name) == name
            if name.endswith(".png"):
                with archive.open(name) as file, Image.open(file) as image:
                    value = image.convert("L").getpixel((5, 5))
                text = name.replace(".png", ".txt")
                found[int(value)] = archive.read(text).decode() if text in archive.namelist() else ""  # type: ignore[arg-type]
    return found


async def test_pictures_of_any_name_are_sent_with_their_captions(
    datasets: DatasetService, storage: StorageService, tmp_path: Path
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for number, name in enumerate(ODD):
        Path(folder, f"{name}.png").write_bytes(grey(number * 20))
        Path(folder, f"{name}.txt").write_text(f"caption {number}")
    dataset = await datasets.inspect(folder, RULES)
    assert len(dataset.pictures) == len(ODD)
    assert all(picture.name == safe_text(picture.name) for picture in dataset.pictures)
    packed = await datasets.pack(dataset, storage, RULES)
    assert greys_sent(packed.path) == {number * 20: f"caption {number}" for number in range(len(ODD))}


async def test_names_that_look_alike_stay_apart(
    datasets: DatasetService, storage: StorageService, tmp_path: Path
) -> None:
    for number, name in enumerate(["a b", "a\u200b b", "a\u200c b", "a\n\u200bb"]):
        Path(tmp_path, f"{name}.png").write_bytes(grey(number * 20))
        Path(tmp_path, f"{name}.txt").write_text(name)
    dataset = await datasets.inspect(tmp_path, RULES)
    names = [picture.name for picture in dataset.pictures]
    assert len(set(names)) == 4
    assert "a b.png" in names
    again = await datasets.inspect(tmp_path, RULES)
    assert [picture.name for picture in again.pictures] == names
    packed = await datasets.pack(dataset, storage, RULES)
    assert set(greys_sent(packed.path)) == {0, 20, 40, 60}
    assert all(greys_sent(packed.path).values())


async def test_captions_are_written_beside_the_real_file(
    datasets: DatasetService, storage: StorageService, tmp_path: Path
) -> None:
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    (folder / "می\u200cخواهم.png").write_bytes(grey(1))
    found = await datasets.scan(tmp_path / "**")
    (picture,) = found.pictures
    assert picture.name == "café/میخواهم.png"
    workspaces = WorkspaceService(storage)
    now = datetime(2026, 11, 30, tzinfo=UTC)
    assert await workspaces.write_captions(found, {picture.name: "a word"}, now) == 1
    assert (folder / "می\u200cخواهم.txt").read_text() == "a word\n"
    assert len(os.listdir(folder)) == 2


@given(st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1), max_size=12))
def test_shown_names_are_harmless_and_different(names: list[str]) -> None:
    shown = shown_names(names)
    assert set(shown) == set(names)
    assert len(set(shown.values())) == len(set(names))
    assert all(name == safe_text(name) and name for name in shown.values())


@pytest.mark.parametrize(
    "name",
    ["@eaDir", "#recycle", "$RECYCLE.BIN", ".@__thumb", "__MACOSX", "Thumbs.db", "lost+found", "@Recycle"],
)
async def test_what_systems_keep_for_themselves_is_left_out(
    datasets: DatasetService, tmp_path: Path, name: str
) -> None:
    assert is_system_name(name)
    (tmp_path / "album" / name).mkdir(parents=True)
    (tmp_path / "album" / "a.png").write_bytes(grey(1))
    (tmp_path / "album" / name / "small.png").write_bytes(grey(2))
    target = tmp_path / "set.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted((tmp_path / "album").rglob("*.png")):
            archive.write(path, path.relative_to(tmp_path))
    for source in (f"{tmp_path}/album/**", f"{tmp_path}/album/**/*.png", f"{target}/**", str(target)):
        dataset = await datasets.inspect(Path(source), RULES)
        assert [picture.name for picture in dataset.pictures] == ["a.png"]


@pytest.mark.parametrize(
    ("folder", "count"),
    [("10_ohwx man", 10), ("1_a", 1), ("2024_trip", None), ("01_a", None), ("a_10", None)],
)
def test_folders_that_ask_for_repeats(folder: str, count: int | None) -> None:
    assert repeats_of(folder) == count
