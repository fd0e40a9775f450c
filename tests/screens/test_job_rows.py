"""Jobs as rows and as a story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fluxtui.controllers.jobs.controller import JobStory
from fluxtui.controllers.jobs.rows import (
    SIGNS,
    cost_cell,
    ordered,
    places_of,
    progress_cell,
    state_text,
    state_word,
)
from fluxtui.domain.jobs import Job, JobEvent, JobKind, JobState
from fluxtui.screens.jobs.details import ADVICE, job_details

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def make_job(state: JobState, **changes: Any) -> Job:
    values: dict[str, Any] = {
        "id": "job-1",
        "kind": JobKind.GENERATION,
        "state": state,
        "profile": "demo",
        "provider": "bfl",
        "endpoint": "flux-pro-1.1",
        "title": "a lantern",
        "parameters": {"prompt": "a lantern"},
        "estimate_credits": 4.0,
        "created_at": NOW - timedelta(minutes=3),
        "updated_at": NOW,
    }
    return Job(**{**values, **changes})


def test_every_state_has_a_sign_and_a_word() -> None:
    assert set(SIGNS) == set(JobState)
    assert all(state_word(state) for state in JobState)


def test_doubtful_jobs_come_first_then_active_ones_then_the_newest() -> None:
    old = make_job(JobState.DONE, id="old", created_at=NOW - timedelta(days=1))
    new = make_job(JobState.FAILED, id="new")
    active = make_job(JobState.RUNNING, id="active", created_at=NOW - timedelta(days=2))
    doubtful = make_job(JobState.IN_DOUBT, id="doubtful", created_at=NOW - timedelta(days=3))
    assert [job.id for job in ordered([old, new, active, doubtful])] == ["doubtful", "active", "new", "old"]


@pytest.mark.parametrize(
    ("state", "cost", "shown"),
    [
        (JobState.DRAFT, None, "~$0.04"),
        (JobState.RUNNING, None, "~$0.04"),
        (JobState.DONE, 7.0, "$0.07"),
        (JobState.REFUSED, None, ""),
        (JobState.IN_DOUBT, None, "~$0.04"),
        (JobState.CANCELLED, None, ""),
        (JobState.CANCELLED, 2.0, "$0.02"),
    ],
)
def test_the_cost_is_marked_while_it_is_an_estimate(state: JobState, cost: float | None, shown: str) -> None:
    assert cost_cell(make_job(state, cost_credits=cost)) == shown


def test_cost_that_may_have_been_charged_is_marked() -> None:
    for state in (JobState.IN_DOUBT, JobState.CANCELLED):
        job = make_job(state, maybe_billed=True)
        assert cost_cell(job) == "$0.04?"
        assert "possible in what you spent" in job_details(job, JobStory()).plain
    assert cost_cell(make_job(JobState.CANCELLED)) == ""


def test_queued_jobs_stand_in_the_order_of_their_queue() -> None:
    drafts = [make_job(JobState.DRAFT, id=name) for name in "abc"]
    places = places_of([["c", "a"], ["b"]])
    assert places == {"c": 1, "a": 2, "b": 1}
    running = make_job(JobState.RUNNING, id="running", created_at=NOW - timedelta(days=1))
    shown = ordered([*drafts, running], {"c": 1, "a": 2, "b": 3})
    assert [job.id for job in shown] == ["running", "c", "a", "b"]
    assert progress_cell(drafts[0], NOW, 2) == "no. 2 in line"
    assert progress_cell(drafts[0], NOW) == "in the queue"


def test_details_show_what_the_service_answered() -> None:
    response = {"submission": {"id": "r-1", "polling_url": "(address at x removed)"}, "result": {"seed": 7}}
    text = job_details(make_job(JobState.DONE, response=response), JobStory()).plain
    assert "Answer to the submission" in text
    assert "(address at x removed)" in text
    assert "Answer to the result" not in text
    assert "Answer with the result" in text


def test_progress_shows_a_share_only_where_the_service_tells_one() -> None:
    sent = NOW - timedelta(seconds=65)
    assert "45%" in progress_cell(make_job(JobState.RUNNING, submitted_at=sent, progress=0.45), NOW)
    assert progress_cell(make_job(JobState.RUNNING, submitted_at=sent), NOW) == "1 m 05 s"


@pytest.mark.parametrize("state", list(ADVICE))
def test_a_bad_end_says_what_to_do_next(state: JobState) -> None:
    assert ADVICE[state] in job_details(make_job(state), JobStory()).plain


def test_the_story_shows_every_state_and_hostile_text_as_text() -> None:
    job = make_job(
        JobState.FAILED, title="[/x] \x1b[31mred", error="\x1b]0;title\x07[bold]no", error_title="Failed"
    )
    story = [
        JobEvent(job_id=job.id, at=NOW, state=JobState.SUBMITTING),
        JobEvent(job_id=job.id, at=NOW, state=JobState.FAILED, note="the service said: Error"),
    ]
    text = job_details(job, JobStory(story)).plain
    assert "[/x] red" in text
    assert "[bold]no" in text
    assert "\x1b" not in text
    assert "sending" in text
    assert "the service said: Error" in text


def test_sample_that_waits_for_its_training_says_so_and_stands_after_the_queue() -> None:
    waiting = make_job(JobState.DRAFT, id="waiting", after="training")
    queued = make_job(JobState.DRAFT, id="queued")
    done = make_job(JobState.DONE, id="done", created_at=NOW)
    assert [job.id for job in ordered([waiting, done, queued], {"queued": 1})] == [
        "queued",
        "waiting",
        "done",
    ]
    assert (state_text(waiting), progress_cell(waiting, NOW)) == ("○ waits", "for training")
    assert "waits for its training" in job_details(waiting, JobStory()).plain
    cancelled = make_job(JobState.CANCELLED, after="training")
    assert state_text(cancelled) == "– cancelled"
