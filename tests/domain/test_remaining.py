"""How long a training will still run: from real progress, or not told at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.pace import Pace, left_text, seconds_left

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def training(**changes: Any) -> Job:
    values = {
        "id": "job",
        "kind": JobKind.TRAINING,
        "state": JobState.RUNNING,
        "profile": "bfl",
        "provider": "bfl",
        "endpoint": "finetune",
        "title": "Fox",
        "parameters": {},
        "estimate_credits": 400.0,
        "created_at": NOW - timedelta(minutes=20),
        "updated_at": NOW,
        "submitted_at": NOW - timedelta(minutes=15),
        "running_at": NOW - timedelta(minutes=10),
    }
    return Job.model_validate({**values, **changes})


def test_its_own_progress_tells_from_when_it_began_to_run() -> None:
    assert seconds_left(training(progress=0.25), NOW) == pytest.approx(1_800)
    assert seconds_left(training(progress=0.5), NOW, Pace(100.0, 3), 300) == pytest.approx(600)


def test_earlier_trainings_tell_where_the_service_does_not() -> None:
    assert seconds_left(training(), NOW, Pace(4.0, 3), 300) == pytest.approx(300)
    assert seconds_left(training(progress=0.01), NOW, Pace(4.0, 3), 300) == pytest.approx(300)


@pytest.mark.parametrize(
    ("changes", "pace", "steps"),
    [
        ({}, None, 300),
        ({}, Pace(4.0, 3), None),
        ({}, Pace(2.0, 3), 300),
        ({"progress": 0.5, "running_at": None}, None, None),
        ({"progress": 0.5, "state": JobState.WAITING}, Pace(4.0, 3), 300),
        ({"progress": 0.5, "cancel_asked_at": NOW}, Pace(4.0, 3), 300),
        ({"progress": 1.0}, None, None),
    ],
)
def test_nothing_is_told_without_data(changes: dict[str, Any], pace: Pace | None, steps: int | None) -> None:
    assert seconds_left(training(**changes), NOW, pace, steps) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (20.0, "under a minute left"),
        (700.0, "about 12 min left"),
        (3_590.0, "about 1 h 00 left"),
        (5_500.0, "about 1 h 32 left"),
    ],
)
def test_it_is_rounded_as_far_as_it_is_sure(seconds: float | None, text: str) -> None:
    assert left_text(seconds) == text
