"""Numbers that no service should tell, and that a damaged journal can hold: no formatter fails at them."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fluxtui.collector.report import json_line, people_line
from fluxtui.domain.durations import duration_text, next_try_text, progress_text
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import show_credits, show_usd
from fluxtui.domain.outcome import outcome_of
from fluxtui.domain.pace import batch_seconds, left_text, seconds_left
from fluxtui.domain.text import file_size
from fluxtui.providers.reading import as_moment
from fluxtui.widgets.bar_chart import Bar, chart

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SILLY = (math.inf, -math.inf, math.nan, -1.0, 0.0, 1e308, -1e308, 5e-324, 2**63, 10**300)
FORMATTERS: dict[str, Callable[[Any], Any]] = {
    "usd": show_usd,
    "credits": show_credits,
    "size": file_size,
    "left": left_text,
    "duration": duration_text,
    "progress": progress_text,
    "batch": lambda value: left_text(batch_seconds([value], 2)),
    "chart": lambda value: chart([Bar("today", value, value)], 40, 8, show_usd),
}


@pytest.mark.parametrize("show", FORMATTERS.values(), ids=FORMATTERS)
def test_every_number_has_words(show: Callable[[Any], Any]) -> None:
    for value in SILLY:
        assert len(str(show(value))) < 2_000


@pytest.mark.parametrize("field", ["estimate_credits", "cost_credits", "progress", "clock_ahead"])
def test_every_job_has_words(field: str) -> None:
    for value in SILLY:
        usual = {
            "id": "job",
            "kind": "training",
            "state": "running",
            "profile": "bfl",
            "provider": "bfl",
            "endpoint": "flux-dev",
            "title": "a fox",
            "parameters": {},
            "estimate_credits": 1.0,
            "created_at": NOW,
            "updated_at": NOW,
            "submitted_at": NOW,
            "running_at": NOW,
        }
        job = Job.model_validate(usual | {field: value})
        assert job.sent_at is not None
        assert len(json_line(job, Path("/data"))) + len(people_line(job, Path("/data"))) < 2_000
        assert len(f"{left_text(seconds_left(job, NOW))}{progress_text(job.progress)}{job.price_words}") < 99
        assert len(f"{next_try_text(job, NOW)}{outcome_of([job])}") < 200


@pytest.mark.parametrize(
    "told", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", -1e15, 1e300, math.inf, math.nan, "noon", None]
)
def test_a_time_that_cannot_be_is_not_told(told: object) -> None:
    """The journal refuses it, and so would the clock of the machine."""
    assert as_moment(told) is None


def test_a_time_that_can_be_is_kept() -> None:
    assert as_moment("2026-11-23T12:00:00Z") == as_moment(NOW.timestamp()) == NOW
