"""A picture goes as fast as the line takes it, and never so far ahead that a key waits long."""

from __future__ import annotations

from collections import deque

import pytest

from fluxtui.terminal.line_pace import (
    AHEAD_SECONDS,
    ANSWER_SECONDS,
    FIRST_BYTES,
    LEAST_BYTES,
    MOST_BYTES,
    LinePace,
)

PIECE = 16_000


def sent_over(rate: float, trip: float, size: int) -> tuple[float, float]:
    """Send pieces over a line of so many bytes a second and so many seconds there and back.

    Returns the seconds until all is taken, and the longest that a key pressed meanwhile would have waited.
    """
    pace, now, free_at, longest = LinePace(), 0.0, 0.0, 0.0
    answers: deque[float] = deque()
    while size > 0 or answers:
        if size > 0 and pace.has_room():
            free_at = max(free_at, now) + PIECE / rate
            longest = max(longest, free_at - now)
            answers.append(free_at + trip)
            pace.sent(PIECE, now)
            size -= PIECE
            continue
        now = answers.popleft()
        pace.answered(now)
    return now, longest


@pytest.mark.parametrize("trip", [0.002, 0.05, 0.2])
@pytest.mark.parametrize("rate", [100_000, 400_000, 5_000_000, 50_000_000])
def test_the_line_is_used_and_no_key_waits_long(rate: int, trip: float) -> None:
    size = 3_000_000
    seconds, longest = sent_over(rate, trip, size)
    first = FIRST_BYTES + PIECE
    assert longest <= max(2 * AHEAD_SECONDS, first / rate) + 2 * PIECE / rate
    # At the worst the least goes out in each round trip.
    assert seconds < 1.5 * size / rate + trip * (4 + size / LEAST_BYTES)


def test_a_quick_line_takes_a_picture_almost_at_once() -> None:
    """At the fixed pace of before it was 400 kB a second."""
    seconds, _ = sent_over(50_000_000, 0.002, 700_000)
    assert seconds < 0.1


def test_the_window_stays_within_its_limits() -> None:
    pace = LinePace()
    for number in range(50):
        pace.sent(PIECE, number * 10.0)
        pace.answered(number * 10.0 + 5)
    assert pace.window == LEAST_BYTES
    for number in range(50):
        pace.sent(1_000_000, 1_000.0 + number)
        pace.answered(1_000.0 + number)
    assert pace.window == MOST_BYTES


def test_who_never_answers_is_asked_no_more() -> None:
    pace = LinePace()
    for _ in range(4):
        pace.sent(PIECE, 1.0)
    assert not pace.has_room()
    assert not pace.is_late(1.0 + ANSWER_SECONDS)
    assert pace.is_late(1.1 + ANSWER_SECONDS)
    pace.give_up()
    assert pace.has_room()
    assert not pace.is_answered
    pace.answered(9.0)
    assert pace.has_room()
