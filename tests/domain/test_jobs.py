from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fluxtui.domain.jobs import (
    ACTIVE_STATES,
    REMOTE_STATES,
    TRANSITIONS,
    UNBILLED_STATES,
    Job,
    JobKind,
    JobState,
    may_follow,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _job(state: JobState, **changes: float) -> Job:
    return Job(
        id="1",
        kind=JobKind.GENERATION,
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
