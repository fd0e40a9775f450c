"""The order behind the finetune place, and what the place says: pure functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fluxtui.controllers.training import wording
from fluxtui.controllers.training.advice import advice_texts
from fluxtui.controllers.training.order import TrainingOrder
from fluxtui.controllers.training.price import Terms, money_text
from fluxtui.domain.dataset import Dataset, DatasetProblem, DatasetRules, TrainingPicture
from fluxtui.domain.errors import InvalidInput, TrainingDiscontinued
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.money import Estimate
from fluxtui.domain.uses import Trainer
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.providers.bfl.training import BFLTraining

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


TRAINER = Trainer("demo", "bfl", "Black Forest Labs", BFLTraining)


def dataset(*problems: DatasetProblem, source: str = "dogs", ignored: tuple[str, ...] = ()) -> Dataset:
    pictures = (
        TrainingPicture(name="a.jpg", width=800, height=600, format="JPEG", size=1_500_000, caption="a dog"),
        TrainingPicture(name="b.png", width=64, height=64, format="PNG", size=500_000),
    )
    root = None if source.endswith(".zip") else Path(source)
    return Dataset(source=Path(source), root=root, pictures=pictures, problems=problems, ignored=ignored)


HINT = DatasetProblem(name="b.png", reason="is small")
STOP = DatasetProblem(name="", reason="There are too few.", blocking=True)


def order(**changes: Any) -> TrainingOrder:
    values = {"finetune_comment": "Dog", "mode": "character", "iterations": 300, "captioning": False}
    known = {"trainer": TRAINER, "source": "dogs", "dataset": dataset(), "values": values}
    return TrainingOrder(**{**known, **changes})


def job(state: JobState = JobState.RUNNING, **changes: Any) -> Job:
    values = {
        "id": "1",
        "kind": JobKind.TRAINING,
        "state": state,
        "profile": "demo",
        "provider": "bfl",
        "endpoint": "finetune",
        "title": "Dog",
        "parameters": {},
        "estimate_credits": 400,
        "created_at": NOW,
        "updated_at": NOW + timedelta(minutes=1),
        **changes,
    }
    return Job.model_validate(values)


def test_a_complete_order_has_no_faults_and_a_price() -> None:
    complete = order()
    assert complete.dataset_fault() == ""
    assert complete.problems() == ()
    estimate = complete.estimate()
    assert estimate is not None
    assert estimate.credits == 400
    assert complete.request().given()["finetune_comment"] == "Dog"


@pytest.mark.parametrize(("iterations", "credits"), [(100, 200), (150, 400), (500, 400), (501, 600)])
def test_the_price_is_known_while_name_and_mode_are_missing(iterations: int, credits: float) -> None:
    estimate = order(values={"iterations": iterations}).estimate()
    assert estimate is not None
    assert estimate.credits == credits


def test_there_is_no_price_while_a_number_is_wrong() -> None:
    wrong = order(values={"finetune_comment": "Dog", "mode": "style", "iterations": 5})
    assert wrong.estimate() is None
    assert [problem.field for problem in wrong.problems()] == ["iterations"]
    with pytest.raises(InvalidInput):
        wrong.request()


def test_without_a_service_there_is_neither_price_nor_request() -> None:
    nothing = TrainingOrder()
    assert nothing.estimate() is None
    assert nothing.problems() == ()
    with pytest.raises(InvalidInput):
        nothing.request()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"source": "  "}, "Choose the pictures"),
        ({"dataset": None}, "have not been looked at"),
        ({"dataset": None, "fault": "There is nothing at dogs."}, "There is nothing at dogs."),
        ({"dataset": dataset(STOP, HINT)}, "There are too few."),
        ({"dataset": dataset(STOP, STOP)}, "There are too few, and 1 more problem."),
        ({"dataset": dataset(HINT)}, ""),
    ],
)
def test_the_fault_of_a_dataset_is_a_sentence(changes: dict[str, Any], fault: str) -> None:
    found = order(**changes).dataset_fault()
    assert fault in found
    assert bool(found) == bool(fault)


def test_a_dataset_in_one_line() -> None:
    text = wording.summary_text(dataset(STOP, HINT, ignored=(".DS_Store", "b.png")))
    assert text == "2 pictures · 1 caption · 2.0 MB · 1 problem · 1 hint · 1 ignored"


def test_what_stops_comes_first_and_what_is_ignored_last() -> None:
    rows = wording.dataset_rows(dataset(HINT, STOP, ignored=(".DS_Store",)))
    assert [row.kind for row in rows] == ["stops", "hint", "", "", "ignored"]
    assert "stops the training" in rows[0].text
    assert rows[2].text == "  800×600  a dog"
    assert rows[3].is_quiet


def test_what_is_mended_by_itself_is_no_hint_and_what_is_left_out_is_told() -> None:
    scaled = DatasetProblem(name="a.jpg", reason="will be scaled down", automatic=True)
    known = dataset(scaled).model_copy(update={"excluded": ("c.jpg",)})
    assert wording.summary_text(known) == "2 pictures, 1 left out · 1 caption · 2.0 MB"
    assert [row.kind for row in wording.dataset_rows(known)] == ["", "", "mended"]


def test_only_pictures_in_a_folder_can_be_shown() -> None:
    known = dataset(HINT)
    hint, picture = wording.dataset_rows(known)[:2]
    assert wording.preview_path(known, picture) == Path("dogs/a.jpg")
    assert wording.preview_path(known, hint) is None
    assert wording.preview_path(dataset(source="dogs.zip"), picture) is None
    assert wording.preview_path(None, picture) is None
    assert wording.preview_path(known, None) is None


def test_the_needs_name_numbers_formats_and_captions() -> None:
    text = wording.needs_text(DatasetRules(1, 6, 20, ("JPEG", "PNG", "WEBP"), 1_000_000))
    for part in ("1 to 20", "JPEG, PNG or WebP", "6 or more", "dog.txt"):
        assert part in text


@pytest.mark.parametrize(
    ("balance", "text", "too_low"),
    [
        (1_000.0, "balance $10.00, $6.00 afterwards", False),
        (400.0, "balance $4.00, $0.00 afterwards", False),
        (100.0, "✗ balance $1.00: $3.00 too little", True),
        (None, "the balance is not known", False),
    ],
)
def test_what_paying_means(balance: float | None, text: str, too_low: bool) -> None:
    assert money_text(Estimate(400, "flat"), balance) == (text, too_low)


def test_price_that_is_doubted_is_said() -> None:
    doubted = Estimate(2000, "1,000 steps; a, b", exact=False, doubt="a, b")
    assert money_text(doubted, 3000.0) == ("a, b", False)
    assert money_text(doubted, 100.0)[1]


@pytest.mark.parametrize(("captioning", "count"), [(False, 1), (True, 0), (None, 0)])
def test_pictures_that_nobody_describes_are_told(captioning: bool | None, count: int) -> None:
    values = {"mode": "character"} if captioning is None else {"mode": "character", "captioning": captioning}
    asked = order(values=values)
    assert asked.undescribed == count
    assert ("trigger word alone" in advice_texts(asked, None).get("captioning", "")) == bool(count)
    assert TrainingOrder().undescribed == 0


def test_the_question_names_everything_that_matters() -> None:
    text = "\n".join(wording.confirmation(order(), Terms(500.0, abilities=BFLProvider.abilities)))
    for part in ("2 with 1 caption, 2.0 MB", "Name: Dog", "Mode: character", "Iterations: 300"):
        assert part in text
    assert "Automatic captions: no" in text
    assert "1 picture without a caption and automatic captions off" in text
    assert "Balance $5.00, $1.00 afterwards." in text
    assert "cannot be cancelled" in text
    assert "would refuse it, at no cost" in "\n".join(wording.confirmation(order(), Terms(5.0)))


@pytest.mark.parametrize("state", list(JobState))
def test_every_state_of_a_training_has_words(state: JobState) -> None:
    assert wording.training_text(job(state))


def test_a_running_training_shows_its_progress_and_a_failed_one_why() -> None:
    assert "42%" in wording.training_text(job(progress=0.42))
    assert wording.training_text(job(JobState.FAILED, error_title="Out of credits")) == "out of credits"


def test_elapsed_time_stops_with_the_training() -> None:
    later = NOW + timedelta(hours=1)
    assert wording.elapsed_text(job(), later) == "1 h 00 m"
    assert wording.elapsed_text(job(JobState.DONE, finished_at=NOW + timedelta(seconds=30)), later) == "30 s"
    assert wording.elapsed_text(job(JobState.IN_DOUBT), later) == "1 m 00 s"


def test_only_the_newest_training_tells_that_training_has_ended() -> None:
    ended = job(JobState.REFUSED, error_title=TrainingDiscontinued.title, error="No more.")
    newer = job(JobState.DONE, id="2", created_at=NOW + timedelta(days=1))
    assert wording.discontinued_text([ended], TRAINER) == "No more."
    assert wording.discontinued_text([ended, newer], TRAINER) == ""
    assert wording.discontinued_text([], TRAINER) == ""


def test_trainings_are_those_of_all_profiles_active_ones_first() -> None:
    done = job(JobState.DONE, id="done")
    running = job(id="running")
    other = job(id="other", profile="work")
    picture = job(id="picture", kind=JobKind.GENERATION)
    assert [item.id for item in wording.trainings_of([done, running, other, picture])] == [
        "running",
        "other",
        "done",
    ]
