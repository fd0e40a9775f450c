"""A training from the folder to the finetune, as a script orders it: no Textual, answers given beforehand."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fluxtui.controllers.navigation import TrainAgain
from fluxtui.controllers.questions import Confirmation
from fluxtui.controllers.training.controller import TrainingController
from fluxtui.controllers.training.draft import TrainingDraft
from fluxtui.controllers.training.samples import SamplesQuestion
from fluxtui.controllers.training.start import Obstacle
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import FinetuneState
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.notices import Balance
from fluxtui.services.finetuning import FinetuningService
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from tests.controllers.training.conftest import MakeHost, picture_count, prepared
from tests.fakes.host import FakeHost


def enter(training: TrainingController, **values: object) -> None:
    """Enter values as the form does, one after the other."""
    trainer = training.order.trainer
    assert trainer is not None
    for name, value in values.items():
        training.change_values(trainer.ref, {**training.order.values, name: value}, name)


def asked(host: FakeHost) -> str:
    """Return all that the last question says."""
    question = host.questions[-1]
    assert isinstance(question, Confirmation)
    return "\n".join((*question.sentences, question.price, question.confirm_label))


def told(host: FakeHost) -> str:
    """Return what was told last."""
    return host.notices[-1].text


async def read_jobs(host: FakeHost) -> tuple[Job, ...]:
    """Let the host know the jobs as they are in the journal."""
    host.jobs = tuple(await host.services.journal.jobs.recent(100))
    return host.jobs


async def until_done(host: FakeHost) -> None:
    """Wait until no job is active any more."""
    async with asyncio.timeout(40):
        while not all(job.state is JobState.DONE for job in await read_jobs(host)):
            await asyncio.sleep(0.01)


def test_a_script_needs_no_textual() -> None:
    code = "import sys, fluxtui.controllers.training.controller; print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


async def test_it_trains_from_the_folder_to_the_finetune(
    make_host: MakeHost, simulator: Simulator, pictures: Path
) -> None:
    host = await make_host(simulator.base_url)
    host.balances = {"demo": Balance(10_000.0, host.clock())}
    training = await prepared(host)
    await training.pictures.choose(str(pictures))
    assert training.pictures.status.text.startswith("✓ 7 pictures · 6 captions")
    enter(training, finetune_comment="Lantern", mode="style", trigger_word="lntrn")
    line = training.price_line()
    assert (line.price, line.text) == ("$4.00", "balance $100.00, $96.00 afterwards")

    def agree(_: Confirmation) -> bool:
        assert simulator.ledger() == [], "it was sent before the user was asked"
        return True

    host.answers.append(agree)
    job = await training.start()
    assert isinstance(job, Job)
    for words in ("7 with 6 captions", "Lantern", "lntrn", "full", "300", "$96.00 afterwards", "cancelled"):
        assert words in asked(host)
    assert told(host) == "The training of Lantern is on its way."
    await until_done(host)
    (finetune,) = await host.services.journal.finetunes.all()
    assert (finetune.name, finetune.trigger_word) == ("Lantern", "lntrn")
    assert finetune.state is FinetuneState.READY
    assert len(simulator.ledger()) == 1
    assert training.progress == ""


async def test_without_a_yes_nothing_is_sent(
    make_host: MakeHost, simulator: Simulator, pictures: Path
) -> None:
    host = await make_host(simulator.base_url)
    training = await prepared(host)
    await training.pictures.choose(str(pictures))
    enter(training, finetune_comment="Lantern", mode="style")
    for answer in (False, None):
        host.answers.append(answer)
        assert await training.start() is None
    assert await read_jobs(host) == ()
    assert simulator.ledger() == []


async def test_while_one_is_being_started_no_second_one_is(
    make_host: MakeHost, simulator: Simulator, pictures: Path
) -> None:
    host = await make_host(simulator.base_url)
    training = await prepared(host)
    await training.pictures.choose(str(pictures))
    enter(training, finetune_comment="Once", mode="style")
    host.answers.append(True)
    started = await asyncio.gather(*(training.start() for _ in range(3)))
    assert sum(isinstance(job, Job) for job in started) == 1
    assert len(host.questions) == 1
    await until_done(host)
    assert len(simulator.ledger()) == 1


async def test_what_is_missing_is_said_and_nothing_is_sent(
    make_host: MakeHost, simulator: Simulator, pictures: Path
) -> None:
    host = await make_host(simulator.base_url)
    training = await prepared(host)
    assert await training.start() == Obstacle(pictures=True)
    assert told(host) == "Choose the pictures to train on. Nothing was sent."
    await training.pictures.choose(str(pictures))
    enter(training, iterations=5)
    outcome = await training.start()
    assert isinstance(outcome, Obstacle)
    reasons = {problem.field: problem.reason for problem in outcome.problems}
    assert "Name is needed" in told(host)
    assert "100 to 1000" in reasons["iterations"]
    assert training.price_line().price == ""
    assert host.questions == []
    assert await read_jobs(host) == ()
    assert simulator.ledger() == []


async def test_a_low_balance_is_said_before(
    make_host: MakeHost, simulator: Simulator, pictures: Path
) -> None:
    host = await make_host(simulator.base_url)
    host.balances = {"demo": Balance(0.0, host.clock())}
    training = await prepared(host)
    line = training.price_line()
    assert line.is_fault
    assert "$4.00 too little" in line.text
    await training.pictures.choose(str(pictures))
    enter(training, finetune_comment="Poor", mode="style")
    host.answers.append(False)
    await training.start()
    assert "would refuse it, at no cost" in asked(host)
    assert await read_jobs(host) == ()


async def test_what_the_service_refuses_to_take_is_told_at_its_field(
    host: FakeHost, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = await prepared(host)
    await training.pictures.choose(str(pictures))
    enter(training, finetune_comment="Lantern", mode="style")
    problems = replace(training.order, values={}).problems()
    assert problems

    async def refuse(*_: object, **__: object) -> Job:
        raise InvalidInput("Nothing was sent.", problems)

    monkeypatch.setattr(FinetuningService, "start", refuse)
    host.answers.append(True)
    assert await training.start() == Obstacle(problems)
    assert host.notices[-1].severity == "error"
    assert training.progress == ""


async def test_preparing_can_be_stopped_before_anything_is_paid(
    make_host: MakeHost, simulator: Simulator, pictures: Path
) -> None:
    host = await make_host(simulator.base_url)
    training = await prepared(host)
    await training.pictures.choose(str(pictures))
    enter(training, finetune_comment="Stopped", mode="style")
    stopped: list[str] = []

    def stop() -> None:
        if host.questions and training.progress and not stopped:
            stopped.append(training.progress)
            asyncio.get_running_loop().call_soon(training.stop)

    training.changed.connect(stop)
    host.answers.append(True)
    assert await training.start() is None
    assert stopped == ["Preparing the pictures · Esc stops"]
    assert told(host) == "Stopped before anything was sent or paid."
    assert training.progress == ""
    assert await read_jobs(host) == ()
    assert simulator.ledger() == []
    assert not training.stop(), "there is nothing to stop any more"


async def test_a_service_that_no_longer_trains_is_explained_for_good(
    make_host: MakeHost, pictures: Path
) -> None:
    with running_simulator(Settings(mode="current")) as current:
        host = await make_host(current.base_url)
        training = await prepared(host)
        await training.pictures.choose(str(pictures))
        enter(training, finetune_comment="Too late", mode="style")
        assert training.notice().is_hint or training.notice().text == ""
        host.answers.append(True)
        assert isinstance(await training.start(), Job)
        async with asyncio.timeout(40):
            while (await read_jobs(host))[0].is_active:
                await asyncio.sleep(0.01)
        notice = training.notice()
        assert "no longer" in notice.heading + notice.text
        assert "klein" in notice.text
        assert not notice.is_hint
        assert current.ledger() == []
        assert (await prepared(host)).notice() == notice, "also after the program was left"


async def test_what_was_paid_already_and_a_name_that_is_taken_are_told(
    make_host: MakeHost, simulator: Simulator, pictures: Path
) -> None:
    host = await make_host(simulator.base_url)
    training = await prepared(host)
    await training.pictures.choose(str(pictures))
    enter(training, finetune_comment="Lantern", mode="style")
    host.answers.append(True)
    await training.start()
    assert "Identical" not in asked(host)
    assert "already" not in asked(host)
    await until_done(host)
    host.finetunes = tuple(await host.services.journal.finetunes.all())
    enter(training, finetune_comment="lantern")
    host.answers.append(False)
    await training.start()
    assert "Identical to Lantern, trained" in asked(host)
    assert "for $4.00: same pictures, captions, values and trainer." in asked(host)
    assert "There is a finetune called lantern already." in asked(host)
    (pictures / "lantern-2.txt").write_text("another caption")
    await training.pictures.look()
    enter(training, finetune_comment="Fog")
    host.answers.append(False)
    await training.start()
    assert "Identical" not in asked(host)
    assert "already" not in asked(host)
    assert len(simulator.ledger()) == 1


async def test_samples_are_priced_with_the_training_and_made_after_it(
    make_host: MakeHost, simulator: Simulator, pictures: Path
) -> None:
    host = await make_host(simulator.base_url)
    host.balances = {"demo": Balance(10_000.0, host.clock())}
    training = await prepared(host)
    await training.pictures.choose(str(pictures))
    enter(training, finetune_comment="Lantern", mode="style", trigger_word="lntrn")
    host.answers.append(("lntrn at sea", "lntrn in snow", "lntrn"))
    await training.ask_samples()
    (question,) = host.questions
    assert isinstance(question, SamplesQuestion)
    assert (question.prompts, question.trigger_word) == ((), "lntrn")
    line = training.price_line()
    assert (line.samples, line.price) == ("3 samples", "$4.21")
    assert line.text == "$4.00 → $4.21, leaves $95.79"
    host.answers.append(True)
    await training.start()
    assert "$4.21 (training $4.00 + 3 samples $0.21)" in asked(host)
    assert "Samples: 3 when it is done; not paid if it fails" in asked(host)
    await until_done(host)
    kinds = [job.kind for job in host.jobs]
    assert (kinds.count(JobKind.TRAINING), kinds.count(JobKind.GENERATION)) == (1, 3)
    assert len(simulator.ledger()) == 4


async def test_samples_that_are_not_answered_stay_as_they_were(
    host: FakeHost, training: TrainingController
) -> None:
    training.sampling.choose_prompts(("a fox",))
    host.answers.extend((None, ()))
    await training.ask_samples()
    assert training.draft.samples == ("a fox",)
    await training.ask_samples()
    assert training.samples.prompts == ()


async def test_a_training_is_taken_up_with_its_own_samples_and_no_others(
    host: FakeHost, pictures: Path
) -> None:
    training = TrainingController(host)
    values = {"finetune_comment": "Lantern", "mode": "style", "finetune_type": "lora", "iterations": 120}
    training.want(TrainAgain("demo/finetune", str(pictures), values, ("a lantern at sea",)))
    assert not training.apply_request(), "the trainers are not known yet"
    assert await training.prepare()
    assert values.items() <= training.order.values.items()
    assert training.order.values["learning_rate"] == 1e-4, "it follows from the type"
    assert training.order.source == str(pictures)
    assert training.draft.samples == ("a lantern at sea",)
    await training.refresh()
    assert picture_count(training) == 7
    training.want(TrainAgain("demo/finetune", "", {"mode": "style"}))
    assert training.apply_request()
    assert training.samples.prompts == ()
    assert training.order.source == str(pictures), "no pictures were named, so they stay"
    assert training.order.values["iterations"] == 300, "what is not named goes back to its default"
    estimate = training.estimate()
    assert estimate is not None
    assert "sample" not in estimate.basis


async def test_a_change_of_a_value_shows_the_cost_before_and_after(training: TrainingController) -> None:
    enter(training, iterations=600)
    assert training.price_line().text == "$4.00 → $6.00"
    enter(training, iterations=140)
    assert training.price_line().text == "$4.00 → $2.00"
    enter(training, finetune_comment="F")
    assert "→" not in training.price_line().text
    assert training.price_line().price == "$2.00"


async def test_the_draft_is_there_again(host: FakeHost, pictures: Path) -> None:
    training = await prepared(host)
    await training.pictures.choose(str(pictures))
    enter(training, finetune_comment="Half [/x] typed", iterations=450)
    training.sampling.choose_prompts(("a fox",))
    note = training.draft.to_note()
    assert TrainingDraft.from_note(note) == training.draft
    again, kept = TrainingController(host), TrainingDraft.from_note(note)
    drafts: list[TrainingDraft] = []
    again.changed.connect(lambda: drafts.append(again.draft))
    again.restore(kept)
    assert set(map(repr, drafts)) == {repr(kept)}, "it is never told of half of it"
    await again.prepare()
    assert picture_count(again) is None, "the pictures are looked at anew"
    await again.refresh()
    assert picture_count(again) == 7
    assert again.order.values == training.order.values
    assert again.samples.prompts == ("a fox",)


async def test_nothing_is_kept_before_the_user_has_done_something(host: FakeHost) -> None:
    training = TrainingController(host)
    await training.prepare()
    await training.refresh()
    await training.drop_missing()
    assert training.draft == TrainingDraft()


@pytest.mark.parametrize(
    "note", [{}, {"source": 3, "by_trainer": [1], "samples": "x"}, {"by_trainer": {"a/b": 5}, "samples": [1]}]
)
def test_a_note_that_is_no_draft_does_no_harm(note: dict[str, Any]) -> None:
    draft = TrainingDraft.from_note(note)
    assert (draft.by_trainer, draft.samples, draft.trainer) == ({}, (), "")


async def test_without_a_key_it_says_so_and_comes_with_the_key(make_host: MakeHost) -> None:
    host = await make_host(key=None)
    training = await prepared(host)
    assert training.offered == ()
    assert "no key" in training.notice().text
    assert isinstance(await training.start(), Obstacle)
    host.services.config.save({"profiles.demo.api_key": "sim-valid"})
    await training.prepare()
    assert training.order.trainer is not None
    assert training.notice().text == ""


async def test_values_of_another_trainer_are_remembered_for_it(training: TrainingController) -> None:
    before = training.order.values
    training.change_values("school/academy/quick", {"steps": 77}, "steps")
    assert training.order.values == before
    assert training.draft.by_trainer["school/academy/quick"] == {"steps": 77}


async def test_each_change_is_told_until_nobody_listens(training: TrainingController, pictures: Path) -> None:
    told_of: list[str] = []
    end = training.changed.connect(lambda: told_of.append(training.pictures.status.text))
    await training.pictures.choose(str(pictures))
    assert any(text.startswith("✓ 7 pictures") for text in told_of)
    changes: list[Callable[[], None]] = [
        lambda: enter(training, iterations=600),
        lambda: training.sampling.choose_prompts(("a fox",)),
        lambda: training.pictures.type_source("elsewhere"),
    ]
    for change in changes:
        told_of.clear()
        change()
        assert told_of
    end()
    told_of.clear()
    enter(training, iterations=300)
    assert not told_of
