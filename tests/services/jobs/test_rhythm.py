"""Pictures are asked about when they should be ready: once or twice, and soon after they are."""

from __future__ import annotations

import itertools

import pytest

from fluxtui.services.jobs.pacing import Pacing, poll_waits
from fluxtui.services.jobs.rhythm import KEPT, PollRhythm, UsualSeconds

PACING = Pacing()
KEY = ("bfl", "flux-2-pro")


def asked(usual: float | None, ready: float) -> list[float]:
    """Return the moments at which a picture is asked about that is ready after so many seconds."""
    rhythm = PollRhythm(PACING, poll_waits(PACING, training=False), usual)
    moments = [rhythm.next(0.0)]
    while moments[-1] < ready:
        moments.append(moments[-1] + rhythm.next(moments[-1]))
    return moments


def test_one_or_two_questions_where_the_time_is_known() -> None:
    for _ in range(50):
        moments = asked(3.0, 3.1)
        assert len(moments) <= 3
        assert moments[-1] < 3.1 + 0.45


def test_no_wait_is_longer_than_the_longest_however_long_it_usually_takes() -> None:
    moments = asked(60.0, 61.0)
    assert max(later - sooner for sooner, later in itertools.pairwise(moments)) <= 7.0
    assert moments[-1] < 61 + 7


def test_what_takes_much_longer_than_usual_is_asked_about_as_before() -> None:
    assert asked(0.5, 60.0)[-1] < 66
    assert len(asked(0.5, 60.0)) < 40
    assert asked(None, 3.0)[0] < 1.0


def test_single_ones_do_not_move_the_usual_time() -> None:
    usual = UsualSeconds()
    assert usual.of(KEY) is None
    for _ in range(KEPT):
        usual.remember(KEY, 3.0)
    usual.remember(KEY, 90.0)
    assert usual.of(KEY) == 3.0
    assert usual.of(("fal", "flux-2-pro")) is None


def test_what_is_ready_at_the_first_question_is_asked_about_earlier_next_time() -> None:
    usual = UsualSeconds()
    for _ in range(40):
        usual.note(KEY, usual.of(KEY) or 10.0, unready_at=None)
    assert usual.of(KEY) == pytest.approx(0.0, abs=8.0)
    assert (usual.of(KEY) or 10.0) < 8.0


def test_what_was_not_ready_before_became_so_in_between() -> None:
    usual = UsualSeconds()
    usual.note(KEY, 4.4, unready_at=2.6)
    assert usual.of(KEY) == 3.5


def test_after_four_pictures_one_question_in_a_row_is_near_the_time() -> None:
    """Each picture takes 3 s; the first is asked about as if nothing were known."""
    usual = UsualSeconds()
    found = []
    for _ in range(6):
        for _ in range(KEPT):
            moments = asked(usual.of(KEY), 3.0)
            before = moments[-2] if len(moments) > 1 else None
            usual.note(KEY, moments[-1], unready_at=before)
        found.append((len(moments), moments[-1]))
    assert all(number <= 2 and moment < 3.5 for number, moment in found[3:])


def test_the_past_is_looked_at_once() -> None:
    usual = UsualSeconds()
    assert usual.is_new(KEY)
    assert not usual.is_new(KEY)
