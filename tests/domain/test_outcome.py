"""What became of several jobs, in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fluxtui.domain.jobs import WORKS, Job, JobKind, JobState
from fluxtui.domain.outcome import outcome_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def job(state: JobState, kind: JobKind = JobKind.GENERATION, cost: float | None = 7.0) -> Job:
    return Job(
        id="1",
        work=WORKS[kind](),
        state=state,
        profile="bfl",
        provider="bfl",
        endpoint="flux-pro-1.1",
        title="a fox",
        parameters={},
        estimate_credits=4.0,
        cost_credits=cost,
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize(
    ("jobs", "sentence"),
    [
        ([], ""),
        ([job(JobState.RUNNING)], ""),
        ([job(JobState.DONE)], "1 picture"),
        (
            [*[job(JobState.DONE)] * 6, job(JobState.DONE, JobKind.TRAINING), job(JobState.EXPIRED)],
            "6 pictures, 1 training finished; 1 expired ($0.07 paid)",
        ),
        (
            [job(JobState.IN_DOUBT, cost=None), job(JobState.REFUSED), job(JobState.CANCELLED)],
            "1 in doubt ($0.04 if accepted), 1 refused, 1 cancelled",
        ),
        ([job(JobState.FAILED, cost=None)] * 2, "2 failed ($0.08 paid)"),
    ],
)
def test_outcome(jobs: list[Job], sentence: str) -> None:
    assert outcome_of(jobs) == sentence
