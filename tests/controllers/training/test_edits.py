"""A trainer of edits in the finetune place: pairs, their price, and where the result works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image

from fluxtui.controllers.questions import Confirmation
from fluxtui.controllers.training.controller import TrainingController
from fluxtui.controllers.training.start import Obstacle
from fluxtui.controllers.training.trainers import trainer_choices
from fluxtui.controllers.training.wording import dataset_rows
from fluxtui.domain.dataset import CaptionRule, Dataset, DatasetRules, PairRules
from fluxtui.domain.endpoint import EndpointInfo, Group
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.generation import Flux2EditLora, Flux2Lora
from fluxtui.services.finetuning import FinetuningService
from tests.controllers.training.conftest import MakeHost, prepared
from tests.fakes.academy import PROFILE, Academy, Captioned, Quick, opened_academy
from tests.fakes.host import FakeHost


def _price(request: Captioned) -> Estimate:
    return Estimate(request.steps, "by the step")


class Edits(Captioned):
    """Learns edits, at so many credits a step as there are pictures before each result."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        "academy/edits", "FLUX.2 edits", "For tests.", Group.TRAINING, _price, trains=Base.FLUX2_DEV
    )
    rules: ClassVar[DatasetRules] = DatasetRules(
        min_pictures=1,
        advised_pictures=2,
        max_pictures=9,
        formats=("PNG",),
        max_pixels=1024 * 1024,
        captions=CaptionRule.NEEDED,
        default_caption="default_caption",
        pairs=PairRules(3, mixed=True),
    )

    def estimate_on(self, dataset: Dataset | None, live: UnitPrice | None = None) -> Estimate:
        times = dataset.most_inputs if dataset is not None else 1
        return Estimate(self.steps * times, f"{times} before each result")


EDITS, QUICK = "school/academy/edits", "school/academy/quick"


@pytest.fixture
def academy(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Academy]]:
    """A service that trains on single pictures and on pairs."""
    monkeypatch.setattr(Academy, "training", (Edits, Quick))
    with opened_academy() as academy:
        yield academy


@pytest.fixture
async def host(make_host: MakeHost, academy: type[Academy]) -> FakeHost:
    host = await make_host(more=PROFILE)
    host.usable_profiles = ("demo", "school")
    return host


@pytest.fixture
async def training(host: FakeHost) -> TrainingController:
    training = await prepared(host)
    await training.choose_trainer(EDITS)
    return training


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Two pairs, the second with two pictures before its result and no caption."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    for number, name in enumerate(("a_start", "a_end", "b_start", "b_start2", "b_end")):
        Image.new("RGB", (320, 320), (50 * number, 90, 20)).save(folder / f"{name}.png")
    (folder / "a.txt").write_text("make it night")
    return folder


def enter(training: TrainingController, **values: object) -> None:
    for name, value in values.items():
        training.change_values(EDITS, {**training.order.values, name: value}, name)


async def test_pairs_are_counted_priced_and_asked_about_as_pairs(
    host: FakeHost, training: TrainingController, pairs: Path
) -> None:
    assert "pairs of pictures before and after" in training.pictures.status.text
    assert training.price_line().price == "$10.00"
    await training.pictures.choose(str(pairs))
    assert training.pictures.status.text.startswith("✓ 2 pairs · 1 caption · ")
    assert training.price_line().price == "$20.00", "the price follows the pictures before the results"
    texts = {row.name: row.text for row in dataset_rows(training.pictures.state.dataset or _none())}
    assert texts["a_end.png"].endswith("make it night ← a_start.png")
    assert texts["b_end.png"].endswith("← b_start.png and 1 more")
    enter(training, name="Night")
    outcome = await training.start()
    assert isinstance(outcome, Obstacle)
    assert "1 pair without a caption" in host.notices[-1].text
    enter(training, default_caption="make it night")
    host.answers.append(False)
    assert await training.start() is None
    (question,) = host.questions
    assert isinstance(question, Confirmation)
    assert question.sentences[0].startswith("Pairs: 2 with 1 caption")
    assert "$20.00 (2 before each result)" in question.price
    (works,) = (text for text in question.sentences if text.startswith("Its result works"))
    assert Flux2EditLora.info.title in works
    assert Flux2Lora.info.title not in works, "that has no picture to be edited"


def _none() -> Dataset:
    raise AssertionError("the pictures are not known")


async def test_the_wrong_kind_of_set_is_said_before_anything_is_asked_or_sent(
    host: FakeHost, training: TrainingController, pairs: Path, pictures: Path
) -> None:
    await training.pictures.choose(str(pictures))
    assert await training.start() == Obstacle(pictures=True)
    assert "There is no pair in it" in host.notices[-1].text
    assert host.questions == []
    await training.choose_trainer(QUICK)
    await training.pictures.choose(str(pairs))
    shown = training.pictures.shown
    assert shown is not None
    assert any("would be learned as single pictures" in problem.reason for problem in shown.problems)
    training.change_values(QUICK, {**training.order.values, "name": "Night"}, "name")
    host.answers.append(False)
    await training.start()
    question = host.questions[-1]
    assert isinstance(question, Confirmation)
    assert any("this trainer learns no edits" in text for text in question.sentences)


async def test_what_nothing_uses_is_asked_about_first_and_is_not_trained_without_a_yes(
    host: FakeHost, training: TrainingController, pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nowhere(*_: object) -> tuple[()]:
        return ()

    monkeypatch.setattr(FinetuningService, "result_uses", nowhere)
    await training.pictures.choose(str(pairs))
    enter(training, name="Night", default_caption="make it night")
    await training.refresh()
    assert "✗ Nothing that is known here generates with its result." in training.advice()[""]
    host.answers.append(False)
    assert await training.start() is None
    (question,) = host.questions
    assert isinstance(question, Confirmation)
    assert question.danger
    assert "Nothing that is known here generates" in question.sentences[0]
    host.answers.extend((True, False))
    assert await training.start() is None
    last = host.questions[-1]
    assert isinstance(last, Confirmation)
    assert "✗ Nothing here generates with its result." in last.sentences
    assert not await host.services.journal.jobs.recent(10)


async def test_where_a_result_works_stands_with_the_trainer(training: TrainingController) -> None:
    def endpoints() -> int:
        said = re.search(r"Its result works at fal\.ai with (\d+) endpoints?", training.advice()[""])
        assert said is not None
        return int(said[1])

    for_edits = endpoints()
    await training.choose_trainer(QUICK)
    assert endpoints() > for_edits >= 1


async def test_pairs_are_advised_in_the_list_of_trainers(
    host: FakeHost, training: TrainingController
) -> None:
    notes = {choice.value: choice.note for choice in trainer_choices(training.trainers, host.prices)}
    assert "2 pairs or more" in notes[EDITS]
    assert "4 pictures or more" in notes[QUICK]
