"""How long pictures take, from those that were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.domain.pace import batch_seconds, picture_seconds

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def made(seconds: float, state: JobState = JobState.DONE, endpoint: str = "flux-dev") -> Job:
    return Job(
        id=f"{seconds}-{state}-{endpoint}",
        work=GenerationWork(),
        state=state,
        profile="bfl",
        provider="bfl",
        endpoint=endpoint,
        title="a fox",
        parameters={},
        estimate_credits=1,
        created_at=START,
        updated_at=START,
        submitted_at=START,
        finished_at=START + timedelta(seconds=seconds),
    )


def test_pictures_of_the_endpoint_that_came_in_count() -> None:
    jobs = [made(4), made(6), made(50), made(1, JobState.FAILED), made(1, endpoint="other")]
    assert picture_seconds(jobs, "bfl", "flux-dev") == 6
    assert picture_seconds(jobs, "fal", "flux-dev") is None
    assert picture_seconds([], "bfl", "flux-dev") is None


def test_many_pictures_wait_for_each_other() -> None:
    assert batch_seconds([6] * 4, 24) == 6
    assert batch_seconds([6] * 48, 24) == 12
    assert batch_seconds([6, 30], 1) == 36
    assert batch_seconds([], 4) == 0
