"""Contact sheets: where pictures and labels stand, what is drawn in the place of what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageFont

from fluxtui.domain.errors import InvalidInput
from fluxtui.services.contact_sheets import (
    MOST_EDGE,
    MOST_PIXELS,
    SheetCell,
    contact_sheet,
    fitted_text,
)


@pytest.fixture
def painted(tmp_path: Path) -> dict[str, Path]:
    paths = {}
    for name, size in (("red", (640, 480)), ("blue", (640, 480)), ("lime", (480, 640))):
        paths[name] = tmp_path / f"{name}.jpg"
        Image.new("RGB", size, name).save(paths[name], quality=95)
    Image.new("RGBA", (64, 48), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    paths["clear"] = tmp_path / "clear.png"
    return paths


def is_near(found: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) < 12 for one, other in zip(found, wanted, strict=True))


def test_pictures_stand_in_rows_with_their_labels(painted: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "new" / "sheet.png"
    cells = [SheetCell(painted["red"]), SheetCell(painted["blue"]), SheetCell(None, words="moderated")]
    contact_sheet(
        cells, target, columns=2, row_labels=("Steps 20", "Steps 30"), column_labels=("a", "b"), title="Foxes"
    )
    with Image.open(target) as sheet:
        width, height = sheet.size
        left = 8 + 158
        cell = ((width - left) // 2, (height - 8 - 38 - 22) // 2)
        middles = [
            sheet.getpixel((left + cell[0] * column + cell[0] // 2, 68 + cell[1] * row + cell[1] // 3))
            for row, column in ((0, 0), (0, 1), (1, 0), (1, 1))
        ]
    assert is_near(middles[0], (255, 0, 0))
    assert is_near(middles[1], (0, 0, 255))
    assert is_near(middles[2], (45, 45, 50))
    assert is_near(middles[3], (24, 24, 27))


def test_upright_pictures_are_not_cut(painted: dict[str, Path], tmp_path: Path) -> None:
    contact_sheet([SheetCell(painted["lime"], "one")], tmp_path / "sheet.png", columns=1)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert is_near(sheet.getpixel((10, 10)), (0, 255, 0))
        assert is_near(sheet.getpixel((sheet.width - 12, sheet.height - 42)), (0, 255, 0))
        assert sheet.height > sheet.width


@pytest.mark.parametrize("size", [(2_000, 1), (1, 2_000), (9_000, 20)])
def test_strip_is_drawn_as_well(tmp_path: Path, size: tuple[int, int]) -> None:
    path, target = tmp_path / "strip.png", tmp_path / "sheet.png"
    Image.new("RGB", size, "red").save(path)
    contact_sheet([SheetCell(path, "a")] * 4, target, columns=2)
    with Image.open(target) as sheet:
        assert min(sheet.size) > 40


def test_gone_and_damaged_pictures_are_drawn_as_such(painted: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(painted["red"].read_bytes()[:200])
    cells = [SheetCell(tmp_path / "gone.png", "gone"), SheetCell(broken), SheetCell(painted["clear"])]
    contact_sheet(cells, tmp_path / "sheet.webp", columns=3)
    with Image.open(tmp_path / "sheet.webp") as sheet:
        assert sheet.format == "WEBP"
        assert is_near(sheet.convert("RGB").getpixel((20, 20)), (45, 45, 50))


def test_hostile_labels_are_harmless(painted: dict[str, Path], tmp_path: Path) -> None:
    label = "\x1b[31m[/x] \u202e" + "W" * 5000 + "\n\n\x00"
    cells = [SheetCell(painted["red"], label), SheetCell(None, label, label)]
    contact_sheet(
        cells, tmp_path / "s.jpg", columns=1, row_labels=(label,) * 9, column_labels=(label,), title=label
    )
    with Image.open(tmp_path / "s.jpg") as sheet:
        assert sheet.width < 600


def test_text_is_cut_where_there_is_no_room() -> None:
    font = ImageFont.load_default(15)
    assert fitted_text("short", font, 500) == "short"
    cut = fitted_text("a very long label " * 20, font, 100)
    assert cut.endswith("…")
    assert font.getlength(cut) <= 100
    assert fitted_text("wide", font, 1) == ""


def test_what_the_font_lacks_is_written_in_plain_letters() -> None:
    font = ImageFont.load_default(15)
    assert fitted_text("Größe 4 × 3 · café 狐", font, 500) == "Grosse 4 x 3 · cafe ?"


@pytest.mark.parametrize(("count", "columns"), [(100, 10), (100, 100), (400, 20), (1, 5)])
def test_a_sheet_has_bounds(painted: dict[str, Path], tmp_path: Path, count: int, columns: int) -> None:
    contact_sheet([SheetCell(None, "x")] * count, tmp_path / "sheet.jpg", columns=columns)
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.width * sheet.height <= MOST_PIXELS
        assert max(sheet.size) <= MOST_EDGE


@pytest.mark.parametrize(
    ("cells", "name", "columns", "words"),
    [
        ([], "s.jpg", 1, "There is no picture"),
        ([SheetCell(None)], "s.jpg", 0, "There is no picture"),
        ([SheetCell(None)], "s.gif", 1, "A contact sheet is written as .jpg"),
        ([SheetCell(None)] * 5000, "s.jpg", 1, "5,000 pictures are too many"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    tmp_path: Path, cells: list[SheetCell], name: str, columns: int, words: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        contact_sheet(cells, tmp_path / name, columns=columns)
    assert words in caught.value.sentence()
    assert not (tmp_path / name).exists()
