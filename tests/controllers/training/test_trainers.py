"""Choosing among the trainers of several services: their values, rules, prices, and what they train."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from fluxtui.controllers.navigation import GenerateWith, ShowJob
from fluxtui.controllers.questions import Confirmation
from fluxtui.controllers.training import wording
from fluxtui.controllers.training.controller import TrainingController
from fluxtui.controllers.training.order import Filling
from fluxtui.controllers.training.start import Obstacle
from fluxtui.controllers.training.trainers import ProfileTrainers, Trainers, trainer_choices
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import Job, JobState, TrainingWork
from fluxtui.domain.notices import Balance
from tests.controllers.training.conftest import MakeHost, picture_count, prepared
from tests.fakes.academy import CANCEL_ADVICE, CAPTION_ADVICE, LOG, PROFILE, Academy, opened_academy
from tests.fakes.host import FakeHost

CAPTIONED, QUICK, FINETUNE = "school/academy/captioned", "school/academy/quick", "demo/finetune"


@pytest.fixture
def academy() -> Iterator[type[Academy]]:
    """A service that trains, beside the one that the program knows."""
    with opened_academy() as academy:
        yield academy


@pytest.fixture
async def host(make_host: MakeHost, academy: type[Academy]) -> FakeHost:
    """A host with profiles at two services that train."""
    host = await make_host(more=PROFILE)
    host.usable_profiles = ("demo", "school")
    host.silent_profiles = frozenset({"school"})
    host.prices = await host.services.prices.refresh("school", at_once=True)
    return host


@pytest.fixture
async def training(host: FakeHost) -> TrainingController:
    """A controller that knows the trainers, and which of them are gone."""
    training = await prepared(host)
    await training.drop_missing()
    return training


def test_a_service_that_does_not_train_is_no_lack_of_a_key() -> None:
    keyless = ProfileTrainers("fal", fault=InvalidInput("No key."))
    assert Trainers().lack == "none without a key"
    assert Trainers((ProfileTrainers("runware"), keyless)).lack == "none without a key"
    assert Trainers((ProfileTrainers("runware"),)).lack == "none at your services"


def ref_of(training: TrainingController) -> str:
    """Return the ref of the trainer that is chosen."""
    trainer = training.order.trainer
    return "" if trainer is None else trainer.ref


def enter(training: TrainingController, **values: object) -> None:
    """Enter values as the form does."""
    for name in values:
        training.change_values(ref_of(training), {**training.order.values, **values}, name)


def field_names(training: TrainingController) -> list[str]:
    """Return the names of the parameters that are asked for."""
    return [item.name for item in training.order.fields()]


async def test_trainers_of_all_profiles_are_offered_but_for_those_that_are_gone(
    host: FakeHost, training: TrainingController
) -> None:
    choices = trainer_choices(training.trainers, host.prices)
    assert [choice.label for choice in choices] == [
        "FLUX.1 finetune · demo · ended",
        "FLUX.2 [dev] LoRA · school",
        "FLUX.2 quick LoRA · school · beta",
    ]
    assert "10 pictures or more · Academy" in choices[1].note
    assert ref_of(training) == CAPTIONED, "what is surely there comes before what has ended"


async def test_the_trainer_that_is_gone_is_left_for_another_and_that_is_told(host: FakeHost) -> None:
    training = TrainingController(host)
    await training.prepare()
    await training.choose_trainer("school/academy/gone")
    assert ref_of(training) == "school/academy/gone"
    await training.drop_missing()
    assert ref_of(training) == CAPTIONED
    assert host.notices[-1].text == "Academy no longer has FLUX.2 old LoRA."


async def test_another_trainer_judges_the_pictures_by_its_own_rules_at_once(
    host: FakeHost, training: TrainingController, pictures: Path
) -> None:
    await training.pictures.choose(str(pictures))
    assert training.order.dataset_fault() == ""
    await training.choose_trainer(QUICK)
    assert "at most 5" in training.order.dataset_fault()
    assert await training.start() == Obstacle(pictures=True)
    assert "at most 5" in host.notices[-1].text
    await training.choose_trainer(CAPTIONED)
    assert training.order.dataset_fault() == ""


async def test_a_default_caption_is_asked_for_only_where_captions_are_missing(
    host: FakeHost, training: TrainingController, pictures: Path
) -> None:
    assert "default_caption" not in field_names(training)
    revision = training.revision
    await training.pictures.choose(str(pictures))
    assert "default_caption" in field_names(training)
    assert training.revision > revision, "the form has to show it"
    assert training.pictures.shown is not None
    rows = wording.dataset_rows(training.pictures.shown, training.pictures.rules)
    assert any(CAPTION_ADVICE in row.text for row in rows)
    enter(training, name="Lantern")
    outcome = await training.start()
    assert isinstance(outcome, Obstacle)
    assert [problem.field for problem in outcome.problems] == ["default_caption"]
    assert "Default caption is needed" in host.notices[-1].text
    enter(training, default_caption="a lantern")
    host.answers.append(False)
    await training.start()
    (question,) = host.questions
    assert isinstance(question, Confirmation)
    assert "Default caption: a lantern" in question.sentences
    (pictures / "lantern-0.txt").write_text("a lantern of its own")
    await training.pictures.look()
    assert "default_caption" not in field_names(training)
    assert "default_caption" not in training.order.given()


async def test_names_and_words_go_along_and_numbers_stay_with_their_trainer(
    training: TrainingController,
) -> None:
    enter(training, name="Lantern", trigger_word="lntrn", steps=700)
    await training.choose_trainer(QUICK)
    values = training.order.values
    assert (values["name"], values["trigger_word"], values["steps"]) == ("Lantern", "lntrn", 100)
    await training.choose_trainer(FINETUNE)
    assert training.order.values["finetune_comment"] == "Lantern"
    await training.choose_trainer(CAPTIONED)
    assert training.order.values["steps"] == 700


async def test_the_last_trainer_is_there_again(host: FakeHost, training: TrainingController) -> None:
    await training.choose_trainer(QUICK)
    enter(training, steps=250)
    again = TrainingController(host)
    again.restore(training.draft)
    await again.prepare()
    assert ref_of(again) == QUICK
    assert again.order.values["steps"] == 250


async def test_what_is_taken_up_from_a_trainer_that_is_not_on_offer_says_so(
    host: FakeHost, training: TrainingController
) -> None:
    training.fill(Filling("school/academy/gone", {"name": "Fog", "steps": 30}, is_whole=True))
    assert ref_of(training) == CAPTIONED
    assert training.order.values["name"] == "Fog"
    told = "academy/gone is not on offer now; what fits FLUX.2 [dev] LoRA was taken over."
    assert host.notices[-1].text == told


async def test_a_trainer_whose_finetunes_cannot_be_used_makes_no_samples_and_says_why(
    host: FakeHost, training: TrainingController
) -> None:
    training.sampling.choose_prompts(("a fox",))
    assert training.price_line().samples == "no samples"
    assert training.samples.ordered == ()
    assert "Samples: none." in training.samples.lines()[0]
    await training.ask_samples()
    assert "no samples there" in host.notices[-1].text
    assert host.questions == []


async def test_a_training_is_paid_at_the_service_it_was_confirmed_for_and_cancelled_there(
    host: FakeHost, training: TrainingController, pictures: Path, academy: type[Academy]
) -> None:
    host.balances = {"demo": Balance(2_000.0, host.clock())}
    await training.choose_trainer(QUICK)
    for number in (4, 5, 6):
        (pictures / f"lantern-{number}.png").unlink()
    await training.pictures.choose(str(pictures))
    assert picture_count(training) == 4
    enter(training, name="Lantern", steps=40)
    line = training.price_line()
    assert (line.price, line.text) == ("$2.00", "the service tells no balance")
    host.answers.append(True)
    job = await training.start()
    assert isinstance(job, Job)
    question = host.questions[-1]
    assert isinstance(question, Confirmation)
    asked = "\n".join((*question.sentences, question.price))
    for words in (
        "FLUX.2 quick LoRA at Academy, profile school",
        "in beta",
        "told by the service on 2026-11-23",
        "The service tells no balance.",
        CANCEL_ADVICE,
        "$2.00 (by the step)",
    ):
        assert words in asked
    running = await until_state(host, job.id, JobState.RUNNING)
    assert academy.ordered == [{"steps": 40, "endpoint": "academy/quick"}]
    assert training.trainings.all == (running,)
    assert training.trainings.destination(job.id) == ShowJob(job.id)
    async with asyncio.timeout(40):
        while (view := await training.trainings.view(job.id)) is None:
            await asyncio.sleep(0.01)
    assert view.log == tuple(line for line in LOG.splitlines() if line)
    assert view.is_live
    host.answers.extend((False, True))
    await training.trainings.cancel(job.id)
    assert host.notices[-1].text == "It goes on: Lantern"
    question = host.questions[-1]
    assert isinstance(question, Confirmation)
    assert CANCEL_ADVICE in question.sentences
    await training.trainings.cancel(job.id)
    assert host.notices[-1].text == "Asked to be cancelled: Lantern"
    cancelled = await until_state(host, job.id, JobState.CANCELLED)
    assert cancelled.cost_credits == 41.0
    await training.trainings.cancel(job.id)
    assert "cancelled already" in host.notices[-1].text
    # Of what has ended only a curve is worth the room.
    assert await training.trainings.view(job.id) is None


async def until_state(host: FakeHost, job_id: str, state: JobState) -> Job:
    """Wait until a job is in a state, and let the host know it so."""
    async with asyncio.timeout(40):
        while (job := await host.services.journal.jobs.get(job_id)) is None or job.state is not state:
            await asyncio.sleep(0.01)
    host.jobs = (job,)
    return job


async def test_presets_fill_in_are_kept_and_deleted(host: FakeHost, training: TrainingController) -> None:
    await training.choose_trainer(FINETUNE)
    enter(training, finetune_comment="Fox")
    host.answers.append("purpose:quick test")
    await training.presets.choose()
    values = training.order.values
    assert (values["iterations"], values["priority"], values["finetune_comment"]) == (140, "speed", "Fox")
    assert training.price_line().text == "$4.00 → $2.00"
    assert "Preset quick test: Iterations 140" in host.notices[-1].text
    enter(training, iterations=700)
    host.answers.extend(("save", "Long"))
    await training.presets.choose()
    assert host.notices[-1].text == "Saved as the preset Long; F9 offers it."
    (saved,) = await host.services.presets.list()
    assert saved.values["iterations"] == 700
    assert "finetune_comment" not in saved.values
    await training.choose_trainer(QUICK)
    host.answers.append(f"own:{saved.key}")
    await training.presets.choose()
    assert ref_of(training) == FINETUNE, "a preset goes to the trainer that it is for"
    assert training.order.values["iterations"] == 700
    host.answers.extend(("delete", f"own:{saved.key}"))
    await training.presets.choose()
    assert host.notices[-1].text == "The preset Long is deleted."
    assert await host.services.presets.list() == ()
    host.answers.append(None)
    await training.presets.choose()


async def test_a_preset_whose_trainer_is_not_on_offer_says_so(
    host: FakeHost, training: TrainingController
) -> None:
    gone = next(item for item in (await host.services.finetuning.trainers("school")) if "gone" in item.ref)
    saved = await host.services.presets.save(gone, "Old", {"steps": 20})
    before = training.order
    host.answers.append(f"own:{saved.key}")
    await training.presets.choose()
    assert host.notices[-1].text == "Old is for academy/gone, which is not on offer."
    assert training.order == before


async def test_a_training_leads_to_its_finetune_once_that_is_ready(
    host: FakeHost, training: TrainingController
) -> None:
    now = host.clock()
    job = Job(
        id="job-1",
        work=TrainingWork(finetune_id="fox-1"),
        state=JobState.DONE,
        profile="demo",
        provider="bfl",
        endpoint="finetune",
        title="Fox",
        parameters={},
        estimate_credits=400.0,
        created_at=now,
        updated_at=now,
    )
    host.jobs = (job,)
    assert training.trainings.destination("job-1") == ShowJob("job-1"), "the finetune is not known yet"
    finetune = Finetune(profile="demo", id="fox-1", name="Fox", state=FinetuneState.READY)
    host.finetunes = (finetune,)
    assert training.trainings.destination("job-1") == GenerateWith(finetune.ref)
    assert training.trainings.destination("nobody") is None
    await training.trainings.cancel("nobody")
    assert host.notices == []
