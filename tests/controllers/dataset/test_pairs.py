"""A dataset of pairs while it is edited: a pair is one row, and is left out and described as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.controllers.dataset.rows import problem_lines
from fluxtui.domain.dataset import PairRules
from fluxtui.services.datasets.previewing import side_by_side
from tests.controllers.dataset.conftest import RULES, Editing
from tests.fakes.host import FakeHost

EDITS = replace(RULES, advised_pictures=1, pairs=PairRules(most_inputs=4, mixed=True))


@pytest.fixture
def pairs(tmp_path: Path, textured: Callable[..., Image.Image]) -> Path:
    """Two pairs, the second with two inputs, the first of them dark; a half, and a picture that is none."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    for number, name in enumerate(
        ("a_start", "a_end", "b_start", "b_start2", "b_end", "half_start", "cover"), start=1
    ):
        textured(400, 280, number).save(folder / f"{name}.png")
    textured(400, 280, 3).point(lambda value: value // 10).save(folder / "b_start.png")
    (folder / "a.txt").write_text("make it night")
    return folder


@pytest.fixture
async def editing(host: FakeHost, pairs: Path) -> Editing:
    """The pairs, looked through, with commands acting on the first."""
    editing = await Editing(host, pairs, rules=EDITS).looked()
    editing.dataset.go_to("a_end.png")
    return editing


async def test_a_pair_is_one_row_and_what_lacks_its_other_half_is_told(editing: Editing) -> None:
    rows = {row.name: row for row in editing.dataset.listed}
    assert list(rows) == ["a_end.png", "b_end.png", "cover.png", "half_start.png"]
    assert rows["a_end.png"].inputs == ("a_start.png",)
    assert rows["b_end.png"].inputs == ("b_start.png", "b_start2.png")
    assert (rows["a_end.png"].caption, rows["b_end.png"].caption) == ("make it night", "")
    assert [rows[name].state for name in rows] == ["good", "doubt", "stops", "stops"]
    assert problem_lines(rows["half_start.png"])[0].startswith("✗ has no other half: there is no half_end")
    assert problem_lines(rows["b_end.png"])[0].startswith("! b_start.png is very dark")
    assert editing.dataset.title.startswith("2 pairs · 1 caption · 3 to look at")


async def test_mending_leaves_out_what_has_no_other_half(editing: Editing) -> None:
    await editing.dataset.mend()
    await editing.background.settled()
    assert editing.judged.blocking == ()
    assert editing.judged.excluded == ("cover.png", "half_start.png")


async def test_a_pair_is_left_out_and_taken_back_as_one(editing: Editing) -> None:
    editing.dataset.toggle_excluded()
    await editing.background.settled()
    rows = {row.name: row for row in editing.dataset.listed}
    assert rows["a_end.png"].state == "out"
    assert "a_start.png" not in rows
    assert [picture.name for picture in editing.judged.pictures] == ["b_end.png"]
    editing.dataset.toggle_excluded()
    await editing.background.settled()
    assert [picture.name for picture in editing.judged.pictures] == ["a_end.png", "b_end.png"]


async def test_an_input_that_was_left_out_by_itself_can_be_taken_back(editing: Editing) -> None:
    present = editing.dataset.edits.present
    editing.dataset.change(present.edited("b_start.png", excluded=True), "leaving out b_start.png")
    await editing.background.settled()
    rows = {row.name: row for row in editing.dataset.listed}
    assert (rows["b_start.png"].state, rows["b_end.png"].inputs) == ("out", ("b_start2.png",))
    editing.dataset.go_to("b_start.png")
    editing.dataset.toggle_excluded()
    await editing.background.settled()
    assert "b_start.png" not in editing.listed


async def test_the_caption_of_a_pair_is_written_back_for_both(editing: Editing, pairs: Path) -> None:
    assert editing.captions == {"a_end.png": "make it night", "b_end.png": ""}
    editing.dataset.type_caption("b_end.png", "take the hat off")
    await editing.background.settled()
    editing.host.answers.append(True)
    await editing.bulk.write_back()
    assert (pairs / "b.txt").read_text() == "take the hat off\n"
    assert not (pairs / "b_end.txt").exists()


async def test_small_and_large_pictures_show_both_sides(editing: Editing) -> None:
    thumbnail = editing.dataset.review.thumbnail("a_end.png")
    assert thumbnail.width > 2 * thumbnail.height
    previews = editing.dataset.review.previews
    assert previews is not None
    shown = previews.preview("a_end.png", editing.dataset.shown_edit, ("a_start.png",))
    assert (shown.width, shown.height) == (400 + 400 + 2 * 7, 280)


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (2, 2), (4, 2), (10, 4)])
def test_inputs_are_on_the_left_and_share_the_height_of_the_result(count: int, rows: int) -> None:
    red, blue = (200, 0, 0), (0, 0, 200)
    inputs = [Image.new("RGB", (90, 60), red) for _ in range(count)]
    shown = side_by_side(inputs, Image.new("RGB", (120, 120), blue))
    assert shown.height == 120
    assert shown.getpixel((1, 1)) == red
    assert shown.getpixel((shown.width - 1, 60)) == blue
    colours = [shown.getpixel((1, row)) for row in range(120)]
    starts = sum(now == red and before != red for before, now in zip([None, *colours], colours, strict=False))
    assert starts == rows
