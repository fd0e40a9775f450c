from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.api.retries import RetryPolicy, retry_after
from fluxtui.domain.errors import NotFound, RateLimited, ServiceDown, StorageError

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def test_waits_double_with_jitter_up_to_the_longest() -> None:
    low = RetryPolicy(attempts=9, first_wait=1, longest_wait=6, chance=lambda: 0.0)
    high = RetryPolicy(attempts=9, first_wait=1, longest_wait=6, chance=lambda: 1.0)
    error = ServiceDown("x")
    assert [low.wait_before(attempt, error) for attempt in (2, 3, 4, 5)] == [0.5, 1, 2, 3]
    assert [high.wait_before(attempt, error) for attempt in (2, 3, 4, 5)] == [1, 2, 4, 6]


def test_it_gives_up_after_the_last_attempt() -> None:
    assert RetryPolicy(attempts=2).wait_before(2, ServiceDown("x")) is not None
    assert RetryPolicy(attempts=2).wait_before(3, ServiceDown("x")) is None


def test_only_passing_troubles_are_worth_another_attempt() -> None:
    assert RetryPolicy().wait_before(2, NotFound("x")) is None
    assert RetryPolicy().wait_before(2, StorageError("x")) is None


def test_the_services_wish_is_respected_but_not_for_ever() -> None:
    policy = RetryPolicy(first_wait=0.1, longest_wait=5)
    assert policy.wait_before(2, RateLimited("x", retry_after=4)) == 4
    assert policy.wait_before(2, RateLimited("x", retry_after=600)) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 30 ", 30),
        ("Mon, 23 Nov 2026 12:00:40 GMT", 40),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Mon, 23 Nov 2026 12:00:40 -0000", 40),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_read_or_ignored(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or seconds >= 0
