"""What is asked before many pictures are changed, and what the answers do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.controllers.dataset.bulk_actions import DROP, DROP_ONE, KEEP, BulkEditQuestion
from fluxtui.controllers.questions import Confirmation, Selection
from fluxtui.domain.dataset import USUAL_QUALITY, ProblemKind
from fluxtui.domain.errors import FluxError
from fluxtui.services.datasets.caption_edits import BulkEdit, EditKind
from tests.controllers.dataset.conftest import Editing


def suggested(question: BulkEditQuestion) -> BulkEdit:
    """Answer with what the dialog begins with."""
    return BulkEdit(question.kind, question.trigger_word)


def outdated_names(editing: Editing) -> set[str]:
    """Return the pictures whose edits stop the training."""
    return {problem.name for problem in editing.judged.blocking if problem.kind is ProblemKind.EDIT}


async def test_all_captions_are_changed_together(editing: Editing) -> None:
    editing.host.answers.append(suggested)
    await editing.bulk.change_captions(editing.listed)
    question = editing.host.questions[-1]
    assert isinstance(question, BulkEditQuestion)
    assert (len(question.captions), question.whose, question.kind) == (5, "", EditKind.INSERT_TRIGGER)
    assert editing.captions["f.webp"] == "TOK"
    assert editing.captions["a.png"] == "TOK, a lantern, night, a"
    assert editing.told == "Changed 5 captions; u takes it back."
    editing.dataset.undo()
    assert editing.captions["f.webp"] == ""
    await editing.background.settled()


async def test_only_captions_of_pictures_that_are_meant_are_changed(editing: Editing) -> None:
    editing.host.answers.append(BulkEdit(EditKind.FILL, "fog"))
    await editing.bulk.change_captions(("f.webp", "e.jpg"))
    question = editing.host.questions[-1]
    assert isinstance(question, BulkEditQuestion)
    assert (question.captions, question.whose) == ({"f.webp": ""}, "of 1 of 5 pictures: those listed")
    assert editing.captions["f.webp"] == "fog"
    assert editing.captions["a.png"] == "a lantern, night, a"
    await editing.background.settled()


async def test_nothing_is_changed_without_an_answer(editing: Editing) -> None:
    before = editing.dataset.edits.history
    editing.host.answers += [None, None, "tags", None, "import", None, "export", None, "write", False]
    editing.host.answers += ["quality", None]
    await editing.bulk.change_captions(editing.listed)
    for _ in range(6):
        await editing.bulk.choose()
    assert not editing.host.answers
    assert editing.dataset.edits.history is before
    assert editing.host.notices == []
    assert not (editing.dataset.source / "f.txt").exists()


async def test_quality_is_chosen_and_taken_back(editing: Editing) -> None:
    editing.host.answers += ["quality", "80"]
    await editing.bulk.choose()
    await editing.background.settled()
    assert editing.judged.jpeg_quality == 80
    asked = editing.host.questions[-1]
    assert isinstance(asked, Selection)
    assert asked.value == str(USUAL_QUALITY)
    editing.dataset.undo()
    await editing.background.settled()
    assert editing.judged.jpeg_quality == USUAL_QUALITY


async def test_a_tag_lists_its_pictures(editing: Editing) -> None:
    editing.host.answers += ["tags", "a lantern"]
    await editing.bulk.choose()
    asked = editing.host.questions[-1]
    assert isinstance(asked, Selection)
    assert asked.title == "Tags of 5 pictures, 16 words in all"
    assert ("a lantern", "4 captions") in [(choice.label, choice.note) for choice in asked.choices]
    assert "the tag “a lantern”: 4" in editing.dataset.title
    assert editing.listed == ("a.png", "b.png", "c.jpg", "d.png")
    editing.dataset.list_next()
    assert len(editing.listed) == 6


async def test_captions_go_into_a_file_and_come_back_from_it(editing: Editing, tmp_path: Path) -> None:
    path = tmp_path / "captions.jsonl"
    editing.host.answers += ["export", str(path)]
    await editing.bulk.choose()
    assert editing.told == f"4 captions are in {path}."
    path.write_text(path.read_text().replace("night, a", "morning") + '{"file_name": "z.png", "text": "?"}\n')
    editing.host.answers += ["import", str(path)]
    await editing.bulk.choose()
    assert editing.captions["a.png"] == "a lantern, morning"
    assert editing.captions["b.png"] == "a lantern, night, b"
    assert "1 name in it fit no picture, such as z.png." in editing.told
    editing.host.answers += ["import", str(tmp_path / "none.csv")]
    with pytest.raises(FluxError):
        await editing.bulk.choose()
    await editing.background.settled()


async def test_captions_are_written_back_once_that_is_said(editing: Editing) -> None:
    editing.dataset.type_caption("f.webp", "fog")
    editing.host.answers += ["write", True]
    await editing.bulk.choose()
    await editing.background.settled()
    asked = editing.host.questions[-1]
    assert isinstance(asked, Confirmation)
    assert asked.sentences[0].startswith("The captions of 5 pictures are written into text files")
    assert (editing.dataset.source / "f.txt").read_text() == "fog\n"
    assert editing.told == "1 caption file written."
    # It was looked through again, so that the file is what the edit was made on.
    assert editing.dataset.review.scan is not None
    assert "f.txt" in [caption.name for caption in editing.dataset.review.scan.captions]


async def test_all_edits_are_forgotten_once_that_is_said(editing: Editing) -> None:
    editing.host.answers.append("discard")
    await editing.bulk.choose()
    assert editing.told == "There are no edits to discard."
    editing.dataset.turn(1)
    editing.host.answers += ["discard", True]
    await editing.bulk.choose()
    asked = editing.host.questions[-1]
    assert isinstance(asked, Confirmation)
    assert asked.danger
    assert not editing.dataset.edits.present.edits
    editing.dataset.undo()
    assert editing.dataset.edits.present.of("a.png").turns == 1
    await editing.background.settled()


async def test_edits_of_a_picture_that_was_replaced_are_kept_or_dropped(
    editing: Editing, textured: Callable[..., Image.Image]
) -> None:
    await editing.bulk.decide_outdated()
    assert editing.told == "All edits are of the pictures that are here."
    editing.dataset.turn(1)
    editing.dataset.type_caption("b.png", "fog")
    textured(500, 400, 9).save(editing.dataset.source / "a.png")
    (editing.dataset.source / "b.txt").write_text("somebody wrote this meanwhile")
    await editing.looked()
    assert outdated_names(editing) == {"a.png", "b.png"}
    assert editing.dataset.review.has_outdated
    editing.host.answers.append(DROP_ONE)
    await editing.bulk.decide_outdated()
    await editing.background.settled()
    assert editing.dataset.edits.present.of("a.png").turns == 0
    assert editing.captions["b.png"] == "fog"
    editing.dataset.undo()
    editing.host.answers.append(KEEP)
    await editing.bulk.decide_outdated()
    await editing.background.settled()
    assert not outdated_names(editing)
    assert editing.dataset.edits.present.of("a.png").turns == 1
    assert editing.captions["b.png"] == "fog"
    editing.dataset.undo()
    editing.host.answers.append(DROP)
    await editing.bulk.decide_outdated()
    await editing.background.settled()
    assert not outdated_names(editing)
    assert editing.captions["b.png"] == "somebody wrote this meanwhile"
