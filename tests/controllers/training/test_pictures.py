"""Looking through the pictures of a training, judging them, and knowing when they are others."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fluxtui.controllers.questions import Confirmation
from fluxtui.controllers.training import wording
from fluxtui.controllers.training.controller import TrainingController
from fluxtui.controllers.training.pictures import TrainingPictures
from fluxtui.controllers.training.start import Obstacle
from fluxtui.services.datasets import DatasetService
from tests.controllers.training.conftest import picture_count
from tests.fakes.host import FakeHost


def rows_of(pictures: TrainingPictures) -> tuple[wording.DatasetRow, ...]:
    """Return what is listed of the pictures."""
    assert pictures.shown is not None
    return wording.dataset_rows(pictures.shown, pictures.rules)


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Looking through pictures never ends; the event is set when it has begun."""
    begun = asyncio.Event()

    async def look(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(DatasetService, "scan", look)
    return begun


async def test_problems_stop_and_hints_do_not(
    training: TrainingController, pictures: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty [red]"
    empty.mkdir()
    (pictures / "broken.jpg").write_bytes(b"\xff\xd8 broken")
    (pictures / ".DS_Store").write_bytes(b"x")
    await training.pictures.choose(str(pictures))
    status = training.pictures.status
    assert (status.tone, status.mends) == ("good", True)
    assert status.text.endswith("1 hint · 1 ignored")
    rows = rows_of(training.pictures)
    assert [row.name for row in rows][:3] == ["broken.jpg", "captions", "lantern-0.png"]
    assert "1 picture without one" in rows[1].text
    assert rows[-1].name == ".DS_Store"
    assert training.order.dataset_fault() == ""
    await training.pictures.choose(str(empty))
    assert training.pictures.status.text.startswith("✗ 0 pictures")
    assert "no picture" in training.order.dataset_fault()
    assert "stops the training" in rows_of(training.pictures)[0].text
    await training.pictures.choose(str(tmp_path / "nothing [/x] here"))
    status = training.pictures.status
    assert (status.tone, status.mends) == ("fault", False)
    assert "nothing at" in training.order.dataset_fault()
    assert "[/x]" in status.text
    assert training.pictures.shown is None


async def test_what_would_be_sent_is_told_once_it_is_estimated(
    training: TrainingController, pictures: Path
) -> None:
    await training.pictures.choose(str(pictures))
    assert training.order.dataset is not None
    assert training.order.dataset.archive is not None
    assert "to send" in training.pictures.status.text


async def test_looking_can_be_stopped(
    training: TrainingController, pictures: Path, endless: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = asyncio.create_task(training.pictures.choose(str(pictures)))
    await endless.wait()
    assert training.pictures.shown is None
    assert training.stop()
    await look
    assert not training.pictures.is_looking
    assert training.pictures.status.text.startswith("Stopped.")
    assert picture_count(training) is None
    assert not training.stop()
    monkeypatch.undo()
    await training.pictures.look()
    assert picture_count(training) == 7


async def test_training_waits_for_the_look_at_the_pictures_and_stops_with_it(
    host: FakeHost, training: TrainingController, pictures: Path, endless: asyncio.Event
) -> None:
    look = asyncio.create_task(training.pictures.choose(str(pictures)))
    await endless.wait()
    start = asyncio.create_task(training.start())
    await asyncio.sleep(0)
    assert host.notices == []
    assert training.stop()
    assert await start == Obstacle(pictures=True)
    assert "not been looked at" in host.notices[-1].text
    await look


async def test_whoever_is_no_longer_waited_for_stops_looking(
    training: TrainingController, pictures: Path, endless: asyncio.Event
) -> None:
    look = asyncio.create_task(training.pictures.choose(str(pictures)))
    await endless.wait()
    look.cancel()
    await asyncio.gather(look, return_exceptions=True)
    await asyncio.sleep(0)
    assert not training.pictures.is_looking


async def test_of_two_sources_the_last_one_counts(
    training: TrainingController, pictures: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    await asyncio.gather(training.pictures.choose(str(empty)), training.pictures.choose(str(pictures)))
    assert training.order.source == str(pictures)
    assert picture_count(training) == 7


async def test_typing_another_path_forgets_what_is_known(
    training: TrainingController, pictures: Path
) -> None:
    await training.pictures.choose(str(pictures))
    training.pictures.type_source(f"{pictures}x")
    assert training.pictures.shown is None
    assert picture_count(training) is None
    assert not training.pictures.is_looked_at
    assert "A folder or a ZIP with" in training.pictures.status.text


async def test_a_path_that_is_only_typed_is_looked_through_before_the_question(
    host: FakeHost, training: TrainingController, pictures: Path
) -> None:
    trainer = training.order.trainer
    assert trainer is not None
    values = {**training.order.values, "finetune_comment": "Typed", "mode": "style"}
    training.change_values(trainer.ref, values, "mode")
    training.pictures.type_source(str(pictures))
    host.answers.append(False)
    await training.start()
    (question,) = host.questions
    assert isinstance(question, Confirmation)
    assert "Pictures: 7 with 6 captions" in question.sentences[0]


async def test_a_path_is_made_absolute(
    training: TrainingController, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pictures.parent)
    await training.pictures.choose(f"'{pictures.name}' ")
    assert training.order.source == str(pictures)
    assert training.draft.source == str(pictures)
    assert training.pictures.is_looked_at


async def test_what_changes_after_it_was_shown_is_shown_again_before_it_is_paid(
    host: FakeHost, training: TrainingController, pictures: Path
) -> None:
    await training.pictures.choose(str(pictures))
    (pictures / "lantern-0.txt").write_text("a seventh caption")
    assert await training.start() == Obstacle()
    assert host.notices[-1].text == wording.CHANGED
    assert host.questions == []
    assert training.order.dataset is not None
    assert training.order.dataset.captioned == 7
    assert training.order.dataset.archive is not None


async def test_while_it_is_looked_at_again_what_was_in_it_stays_known_and_is_not_trusted(
    training: TrainingController, pictures: Path
) -> None:
    await training.pictures.choose(str(pictures))
    before = training.order.dataset
    seen: list[bool] = []

    def see() -> None:
        if training.pictures.is_looking:
            seen.append(training.order.dataset is before and training.pictures.shown is None)

    end = training.pictures.changed.connect(see)
    await training.pictures.look()
    end()
    assert seen[0]
    assert training.pictures.shown is not None


async def test_edits_of_the_workbench_count_at_once(
    host: FakeHost, training: TrainingController, pictures: Path
) -> None:
    await training.pictures.choose(str(pictures))
    scan = training.pictures.scan
    assert scan is not None
    history = await host.services.workspaces.of(scan)
    without = history.present.edited("lantern-3.png", excluded=True)
    await host.services.workspaces.save(history.changed(without, "left out"))
    await training.pictures.take_edits(None)
    assert picture_count(training) == 6
    assert "1 left out" in training.pictures.status.text
