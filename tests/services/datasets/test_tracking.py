"""Edits and the pictures they were made on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fluxtui.domain.dataset import Dataset, DatasetRules, ProblemKind
from fluxtui.domain.dataset_scan import DatasetScan
from fluxtui.domain.workspace import UNSURE, Workspace
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.tracking import dropped, kept, marked, outdated

PictureMaker = Callable[..., bytes]


@pytest.fixture
async def edited(datasets: DatasetService, folder: Path) -> Workspace:
    """`a.jpg` turned and captioned, `b.png` captioned only, `c.webp` left out; as they were found."""
    workspace = Workspace(source=str(folder)).edited("a.jpg", turns=1, caption="mine")
    workspace = workspace.edited("b.png", caption="mine too").edited("c.webp", excluded=True)
    return marked(workspace, await datasets.scan(folder))


def told(dataset: Dataset) -> list[tuple[str, bool, str]]:
    return [
        (problem.name, problem.blocking, problem.reason)
        for problem in dataset.problems
        if problem.kind is ProblemKind.EDIT
    ]


async def test_nothing_is_asked_while_nothing_has_changed(
    datasets: DatasetService, folder: Path, rules: DatasetRules, edited: Workspace
) -> None:
    found = await datasets.scan(folder)
    assert marked(edited, found) == edited
    assert outdated(edited, found).names == ()
    assert told(datasets.check(found, rules, edited)) == []


async def test_pictures_that_were_replaced_stop_the_training_until_it_is_decided(
    datasets: DatasetService, folder: Path, rules: DatasetRules, edited: Workspace, picture: PictureMaker
) -> None:
    (folder / "a.jpg").write_bytes(picture(seed=71))
    (folder / "c.webp").write_bytes(picture(seed=72, format_name="WEBP"))
    found = await datasets.scan(folder)
    dataset = datasets.check(found, rules, edited)
    assert told(dataset) == [
        ("a.jpg", True, "has changed since you edited it (turned right, caption changed)"),
        ("c.webp", True, "has changed since you edited it (left out)"),
    ]
    # A further edit does not make the earlier ones fit.
    further = edited.edited("a.jpg", caption="new words")
    assert set(outdated(marked(further, found, edited), found).pictures) == {"a.jpg", "c.webp"}
    one = kept(edited, found, ["a.jpg"])
    assert outdated(one, found).pictures == ("c.webp",)
    assert one.of("a.jpg").turns == 1
    both = dropped(one, found, ["c.webp"])
    assert outdated(both, found).names == ()
    assert not both.of("c.webp").excluded
    assert datasets.check(found, rules, both).blocking == ()


async def test_captions_that_were_changed_elsewhere_are_told(
    datasets: DatasetService, folder: Path, rules: DatasetRules, edited: Workspace
) -> None:
    (folder / "a.txt").write_text("theirs")
    (folder / "b.txt").write_text("mine too")
    found = await datasets.scan(folder)
    ((name, blocks, reason),) = told(datasets.check(found, rules, edited))
    assert (name, blocks) == ("a.jpg", True)
    assert "“theirs”" in reason
    assert datasets.captions(found, kept(edited, found, ["a.jpg"]))["a.jpg"] == "mine"
    after = dropped(edited, found, ["a.jpg"])
    assert datasets.captions(found, after)["a.jpg"] == "theirs"
    assert after.of("a.jpg").turns == 1
    # Who writes anew has seen what is there.
    again = marked(edited.edited("a.jpg", caption="mine again"), found, edited)
    assert outdated(again, found).names == ()


async def test_edits_of_pictures_that_are_gone_are_told_and_wait(
    datasets: DatasetService, folder: Path, rules: DatasetRules, edited: Workspace, picture: PictureMaker
) -> None:
    (folder / "b.png").unlink()
    found = await datasets.scan(folder)
    assert told(datasets.check(found, rules, edited)) == [
        ("", False, "1 picture that you had edited are not here any more: b.png.")
    ]
    waiting = kept(edited, found, ["b.png"])
    assert dropped(edited, found, ["b.png"]).of("b.png").is_empty
    (folder / "b.png").write_bytes(picture(seed=73, format_name="PNG"))
    assert outdated(waiting, await datasets.scan(folder)).pictures == ("b.png",)


async def test_edits_of_perhaps_another_folder_are_asked_about(
    datasets: DatasetService, folder: Path, rules: DatasetRules
) -> None:
    found = await datasets.scan(folder)
    unsure = Workspace(source=str(folder)).edited("a.jpg", turns=1, made_on=UNSURE)
    ((_, blocks, reason),) = told(datasets.check(found, rules, marked(unsure, found)))
    assert blocks
    assert "another folder" in reason


async def test_edits_of_before_there_were_marks_are_tied_to_what_is_there(
    datasets: DatasetService, folder: Path
) -> None:
    found: DatasetScan = await datasets.scan(folder)
    workspace = marked(Workspace(source="x").edited("a.jpg", turns=1), found)
    look = found.pictures[0].look
    assert look is not None
    assert workspace.of("a.jpg").made_on == look.sha256
    assert workspace.edited("a.jpg", turns=0).edits == {}
