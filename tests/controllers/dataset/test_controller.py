"""Editing a dataset: what is known at once, what follows, and what is listed meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.dataset import Crop, Dataset
from fluxtui.domain.workspace import History
from fluxtui.services.datasets import checks
from fluxtui.services.datasets.workspaces import WorkspaceService
from fluxtui.services.storage import StorageService
from tests.controllers.dataset.conftest import Editing
from tests.fakes.host import FakeHost


async def on_disk(tmp_path: Path, editing: Editing) -> History:
    return await WorkspaceService(StorageService(tmp_path / "data")).load(editing.dataset.source)


async def test_an_edit_is_known_at_once_and_judged_and_saved_after(editing: Editing, tmp_path: Path) -> None:
    before = editing.dataset.listed
    editing.dataset.toggle_excluded()
    assert editing.dataset.edits.present.of("a.png").excluded
    assert editing.dataset.listed is before
    await editing.background.settled()
    assert editing.judged.excluded == ("a.png",)
    assert next(iter(editing.dataset.listed)).state == "out"
    assert (await on_disk(tmp_path, editing)).present.of("a.png").excluded


async def test_what_is_the_same_stays_the_same_object(editing: Editing) -> None:
    before = {row.name: row for row in editing.dataset.listed}
    editing.dataset.turn(1)
    await editing.background.settled()
    after = {row.name: row for row in editing.dataset.listed}
    assert after["a.png"] != before["a.png"]
    assert all(after[name] is before[name] for name in ("c.jpg", "d.png", "e.jpg", "f.webp"))


async def test_undone_and_done_again_in_words(editing: Editing) -> None:
    editing.dataset.undo()
    assert editing.told == "There is nothing to go back to."
    editing.dataset.turn(1)
    editing.dataset.undo()
    assert editing.told == "Undone: turning a.png."
    assert editing.dataset.edits.present.of("a.png").turns == 0
    editing.dataset.redo()
    assert editing.told == "Done again: turning a.png."
    assert editing.dataset.edits.present.of("a.png").turns == 1
    editing.dataset.redo()
    assert editing.told == "Nothing was undone."
    await editing.background.settled()


async def test_a_picture_that_cannot_be_read_is_not_edited(editing: Editing) -> None:
    editing.dataset.go_to("e.jpg")
    editing.dataset.turn(1)
    assert editing.told == "There is no picture here that can be edited."
    editing.dataset.begin_crop()
    assert editing.told == "There is no picture here that can be cropped."
    assert editing.dataset.crop.draft is None
    assert not editing.dataset.edits.present.edits


async def test_everything_that_can_be_mended_is_mended_at_once(editing: Editing) -> None:
    await editing.dataset.mend()
    await editing.background.settled()
    assert editing.judged.excluded == ("b.png",)
    for _ in range(3):
        editing.dataset.list_next()
    assert "only those left out: 1" in editing.dataset.title
    assert editing.listed == ("b.png",)
    await editing.dataset.mend()
    assert editing.told == "There is nothing left that can be mended by itself."


async def test_a_caption_that_is_typed_stays_listed_whatever_is_listed(editing: Editing) -> None:
    editing.dataset.list_next()
    editing.dataset.list_next()
    assert list(editing.listed) == ["f.webp"]
    editing.dataset.go_to("f.webp")
    editing.dataset.enter_caption()
    editing.dataset.type_caption("f.webp", "fog")
    await editing.background.settled()
    assert editing.captions["f.webp"] == "fog"
    assert list(editing.listed) == ["f.webp"]
    editing.dataset.leave_caption()
    await editing.background.settled()
    assert len(editing.listed) == 0
    assert "without a caption: 0" in editing.dataset.title


async def test_quick_keys_are_saved_and_judged_together(
    editing: Editing, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[History] = []
    judged: list[threading.Thread] = []
    save, judge = WorkspaceService.save, checks.check_dataset

    async def noted_save(service: WorkspaceService, history: History) -> None:
        saved.append(history)
        await save(service, history)

    def noted_judge(*args: object) -> Dataset:
        judged.append(threading.current_thread())
        return judge(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(WorkspaceService, "save", noted_save)
    monkeypatch.setattr(checks, "check_dataset", noted_judge)
    for end in range(1, 8):
        editing.dataset.type_caption("a.png", "lantern"[:end])
    await editing.background.settled()
    assert saved == [editing.dataset.edits.history]
    assert len(judged) == 1
    assert judged[0] is not threading.main_thread()
    assert editing.captions["a.png"] == "lantern"
    editing.dataset.undo()
    assert editing.captions["a.png"] == "a lantern, night, a"
    await editing.background.settled()


async def test_leaving_saves_what_was_typed_last(editing: Editing, tmp_path: Path) -> None:
    await editing.dataset.close(("b.png", "fog "))
    assert (await on_disk(tmp_path, editing)).present.of("b.png").caption == "fog"
    assert editing.dataset.review.previews is None


async def test_going_on_stops_at_the_ends(editing: Editing) -> None:
    seen = []
    for by in (1, 1, -5, 99):
        editing.dataset.go_on(by)
        seen.append(editing.dataset.current)
    assert seen == ["b.png", "c.jpg", "a.png", "f.webp"]


async def test_it_begins_with_the_picture_that_was_asked_for(host: FakeHost, pictures: Path) -> None:
    editing = Editing(host, pictures, begin_with="d.png")
    # A key that comes before the pictures does not make that forgotten.
    editing.dataset.list_next()
    editing.dataset.list_next()
    editing.dataset.list_next()
    editing.dataset.list_next()
    await editing.looked()
    assert editing.dataset.current == "d.png"


async def test_a_crop_is_kept_on_its_own_picture(editing: Editing) -> None:
    editing.dataset.begin_crop()
    assert editing.dataset.crop.pixels == (640, 480)
    editing.dataset.crop.take(Crop(left=0.25, top=0.25, right=0.75, bottom=0.75))
    assert editing.dataset.crop.words == "Crop 320×240 · 4:3 · ←↑↓→ move"
    shown = editing.dataset.shown_edit.crop
    editing.dataset.go_to("b.png")
    assert editing.dataset.shown_edit.crop is None
    editing.dataset.keep_crop()
    assert editing.dataset.edits.present.of("a.png").crop == shown
    assert editing.dataset.edits.present.of("b.png").crop is None
    await editing.background.settled()


async def test_a_crop_of_a_turned_picture_and_of_all_of_it(editing: Editing) -> None:
    editing.dataset.turn(1)
    editing.dataset.begin_crop()
    assert editing.dataset.crop.pixels == (480, 640)
    editing.dataset.crop.end()
    assert editing.dataset.edits.present.of("a.png").crop is None
    editing.dataset.begin_crop()
    editing.dataset.crop.take_whole()
    editing.dataset.keep_crop()
    assert editing.dataset.edits.present.of("a.png").crop is None
    await editing.background.settled()


async def test_a_source_that_cannot_be_used_is_told_and_looked_at_again(
    host: FakeHost, tmp_path: Path, textured: Callable[..., Image.Image]
) -> None:
    source = tmp_path / "lanterns"
    source.write_bytes(b"PK, but no ZIP")
    editing = await Editing(host, source).looked()
    assert editing.dataset.problems[0].startswith("✗ ")
    assert editing.dataset.title.endswith("lanterns")
    assert editing.dataset.review.dataset is None
    source.unlink()
    source.mkdir()
    textured(64, 64, 1).save(source / "a.png")
    editing.dataset.look_again()
    await editing.background.settled()
    assert editing.listed == ("a.png",)
    assert not any(line.startswith("✗ The") for line in editing.dataset.problems)


async def test_progress_is_told_while_looking(host: FakeHost, pictures: Path) -> None:
    editing = Editing(host, pictures)
    titles: list[str] = []
    editing.dataset.changed.connect(lambda: titles.append(editing.dataset.title))
    await editing.looked()
    assert titles[0] == "Looking · Esc stops"
    assert "Looking at picture 6 of 6 · Esc stops" in titles
    assert titles[-1].startswith("5 pictures · 4 captions")
