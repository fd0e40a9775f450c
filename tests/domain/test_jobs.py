from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from fluxtui.domain.jobs import (
    ACTIVE_STATES,
    REMOTE_STATES,
    TRANSITIONS,
    UNBILLED_STATES,
    GenerationWork,
    Job,
    JobKind,
    JobOrder,
    JobState,
    TrainingWork,
    may_follow,
)
from fluxtui.domain.training_set import TrainingSet

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def _job(state: JobState, **changes: float) -> Job:
    return Job(
        id="1",
        work=GenerationWork(),
        state=state,
        profile="p",
        provider="bfl",
        endpoint="flux-pro-1.1",
        title="t",
        parameters={},
        estimate_credits=4,
        created_at=NOW,
        updated_at=NOW,
        **changes,
    )


def _reachable(start: JobState) -> set[JobState]:
    found, open_states = {start}, [start]
    while open_states:
        following = TRANSITIONS[open_states.pop()] - found
        found |= following
        open_states += following
    return found


def test_every_state_is_reached_from_a_draft_and_every_job_can_end() -> None:
    assert set(TRANSITIONS) == set(JobState) == _reachable(JobState.DRAFT)
    for state in JobState:
        assert any(not TRANSITIONS[end] for end in _reachable(state))


def test_a_job_that_left_is_never_a_draft_again_but_for_what_was_surely_not_taken() -> None:
    back = {state for state in JobState if may_follow(state, JobState.DRAFT)}
    assert back == {JobState.SUBMITTING}


def test_what_ended_stays_so() -> None:
    assert not may_follow(JobState.DONE, JobState.COLLECTING)
    assert not may_follow(JobState.REFUSED, JobState.SUBMITTING)


@pytest.mark.parametrize("state", JobState)
def test_a_job_is_active_as_long_as_something_is_to_be_done(state: JobState) -> None:
    assert _job(state).is_active == (state in ACTIVE_STATES)
    if state in REMOTE_STATES:
        assert _job(state).is_active
    if not TRANSITIONS[state]:
        assert not _job(state).is_active


def test_the_true_cost_counts_where_it_is_known() -> None:
    assert _job(JobState.DONE).credits == 4
    assert _job(JobState.DONE, cost_credits=0).credits == 0
    assert _job(JobState.DONE, cost_credits=4.5).credits == 4.5


def test_nothing_is_billed_for_what_was_never_accepted() -> None:
    assert JobState.IN_DOUBT not in UNBILLED_STATES
    assert JobState.REFUSED in UNBILLED_STATES


TRAINING = TrainingWork(dataset=TrainingSet(sha256="ab", samples=("a fox",)), finetune_name="Fox")
PICTURE = GenerationWork(
    batch="b", finetune_id="f", finetune_name="Fox", finetune_profile="fal", seed=7, after="training"
)
LIFE = {
    "remote_id": "r",
    "polling_url": "https://example.org/r",
    "cost_credits": 3.0,
    "progress": 1.0,
    "remote_status": "Ready",
    "error_title": "Failed",
    "error": "it did",
    "maybe_billed": True,
    "response": {"a": 1},
    "position": 2,
    "addresses": {"status": "https://example.org/s"},
    "cancel_asked_at": NOW,
    "cancel_answer": "no",
    "running_at": NOW,
    "ready_at": NOW,
    "missing_since": NOW,
    "clock_ahead": 90.0,
    "next_try_at": NOW,
    "tries_until": NOW,
    "submitted_at": NOW,
    "finished_at": NOW,
}


@pytest.mark.parametrize(
    ("asked", "ended"),
    [
        (TRAINING, TRAINING.model_copy(update={"finetune_id": "made"})),
        (PICTURE, PICTURE.model_copy(update={"picture": "pictures/1.png"})),
    ],
    ids=["training", "picture"],
)
def test_what_is_sent_again_is_the_order_and_nothing_of_what_became_of_it(
    asked: TrainingWork | GenerationWork, ended: TrainingWork | GenerationWork
) -> None:
    draft = _job(JobState.DRAFT).model_copy(update={"work": asked, "parameters": {"seed": 7}})
    life = {**LIFE, "id": "2", "state": JobState.FAILED, "created_at": NOW + DAY, "updated_at": NOW + DAY}
    own = set(Job.model_fields) - set(JobOrder.model_fields)
    assert set(life) == own, "a new field is part of the order, or of what becomes of it"
    assert draft.model_copy(update={**life, "work": ended}).again("1", NOW) == draft


def test_a_seed_that_the_service_chose_is_chosen_anew() -> None:
    told = _job(JobState.DONE).model_copy(update={"work": GenerationWork(seed=9)})
    assert told.again("2", NOW).seed is None


def test_a_copy_changes_what_the_kind_has_and_nothing_else() -> None:
    job = _job(JobState.DONE)
    assert job.model_copy(update={"seed": 3, "title": "x"}).work == GenerationWork(seed=3)
    for name in ("dataset", "kind"):
        with pytest.raises(TypeError, match=name):
            job.model_copy(update={name: None})


def test_values_beside_each_other_make_the_work_of_their_kind() -> None:
    values = _job(JobState.DRAFT).values()
    assert values["kind"] is JobKind.GENERATION
    training = Job.model_validate({**values, "kind": "training", "seed": 3, "dataset": {"path": "a.zip"}})
    assert training.work == TrainingWork(dataset=TrainingSet(path="a.zip"))
    assert (training.kind, training.seed, training.batch) == (JobKind.TRAINING, None, None)
    assert Job.model_validate(training.values()) == training
    assert training.values().keys() | values.keys() == Job.columns()
    with pytest.raises(ValidationError):
        Job.model_validate({**values, "kind": "painting"})


def test_what_makes_no_sense_in_a_training_set_is_not_known() -> None:
    told = {"source": 3, "path": None, "size": -1, "pictures": True, "names": ["a", 1], "samples": "a fox"}
    assert TrainingSet.model_validate(told).known() == {"names": ["a"]}
