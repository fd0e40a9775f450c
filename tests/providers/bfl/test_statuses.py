from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import Phase
from fluxtui.providers.bfl.statuses import progress_of, status_of

URL = "https://delivery.eu.bfl.ai/1.png?sig=s1gn"

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["status", "result", "sample", "details", "message", "progress", "seed", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("Pending", Phase.QUEUED),
        ("Reasoning", Phase.RUNNING),
        ("Generating", Phase.RUNNING),
        ("Ready", Phase.READY),
        ("Request Moderated", Phase.MODERATED),
        ("Content Moderated", Phase.MODERATED),
        ("Error", Phase.FAILED),
        ("Task not found", Phase.MISSING),
        ("task NOT found ", Phase.MISSING),
        ("Rehearsing", Phase.RUNNING),
    ],
)
def test_every_status_has_its_phase(word: str, phase: Phase) -> None:
    status = status_of({"id": "1", "status": word, "result": {"sample": URL}}, JobKind.GENERATION)
    assert status.phase is phase
    assert status.word == word.strip()
    assert status.result_url == (URL if phase is Phase.READY else None)


def test_what_is_worth_keeping_is_kept() -> None:
    result = {"sample": URL, "seed": 42, "duration": 1.5, "prompt": "a fox", "start_time": 1, "secret": URL}
    status = status_of({"status": "Ready", "result": result}, JobKind.GENERATION)
    assert dict(status.details) == {"seed": 42, "duration": 1.5, "prompt": "a fox"}
    assert "s1gn" not in repr(status)


def test_a_finished_training_has_no_result() -> None:
    assert status_of({"status": "Ready", "result": None}, JobKind.TRAINING).phase is Phase.READY


@pytest.mark.parametrize("result", [None, {}, {"sample": None}, {"sample": ""}, {"sample": 3}, [URL], URL])
def test_ready_without_a_picture_is_a_failure(result: Any) -> None:
    status = status_of({"status": "Ready", "result": result}, JobKind.GENERATION)
    assert status.phase is Phase.FAILED
    assert "no picture" in status.message


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ("out of memory", "It says: out of memory"),
        ({"message": "bad weather"}, "It says: bad weather"),
        ({"Moderation Reasons": ["Violence", "Logos"]}, "It says: Violence, Logos"),
        ({"input": "aGVsbG8"}, "could not finish the task."),
        (None, "could not finish the task."),
        ([1], "could not finish the task."),
    ],
)
def test_the_reason_of_a_failure_is_told(details: Any, words: str) -> None:
    status = status_of({"status": "Error", "details": details}, JobKind.GENERATION)
    assert status.message.endswith(words)
    assert "aGVsbG8" not in status.message


def test_moderation_says_what_was_refused() -> None:
    kinds = ("Request Moderated", "Content Moderated")
    first, second = (status_of({"status": word}, JobKind.GENERATION).message for word in kinds)
    assert "refused the input" in first
    assert "refused the result" in second


@pytest.mark.parametrize(
    ("value", "share"),
    [
        (None, None),
        (0, 0),
        (0.25, 0.25),
        (1, 1),
        (1.0, 1),
        (25, 0.25),
        (100, 1),
        (500, 1),
        (-1, 0),
        ("0.5", 0.5),
        ("half", None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        ([1], None),
        (10**400, None),
    ],
)
def test_progress(value: Any, share: float | None) -> None:
    assert progress_of(value) == share


@pytest.mark.parametrize(
    "data", [None, [], "Ready", 3, {}, {"status": 3}, {"status": ""}, {"state": "Ready"}]
)
def test_an_answer_without_a_status_is_unexpected(data: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        status_of(data, JobKind.GENERATION)


@given(data=JSON, kind=st.sampled_from(JobKind))
def test_any_json_is_read_or_refused(data: Any, kind: JobKind) -> None:
    try:
        status = status_of(data, kind)
    except UnexpectedAnswer:
        return
    assert status.progress is None or 0 <= status.progress <= 1
    assert len(status.word) <= 60
    assert len(status.message) <= 400
