"""Progress and times in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fluxtui.domain.durations import duration_text, elapsed, progress_text, relative_time

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (None, ""),
        (0.0, "────────   0%"),
        (0.001, "━───────   0%"),
        (0.45, "━━━─────  45%"),
        (0.999, "━━━━━━━─  99%"),
        (1.0, "━━━━━━━━ 100%"),
        (7.0, "━━━━━━━━ 100%"),
        (-1.0, "────────   0%"),
    ],
)
def test_progress(fraction: float | None, text: str) -> None:
    """The bar is full only when it is done, and begun as soon as it has begun."""
    assert progress_text(fraction) == text


def test_progress_without_a_bar() -> None:
    """No cells: the percentage alone."""
    assert progress_text(0.5, cells=0) == " 50%"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0 s"), (42.9, "42 s"), (185, "3 m 05 s"), (7_860, "2 h 11 m"), (349_200, "4 d 1 h")],
)
def test_duration(seconds: float, text: str) -> None:
    """Two units at most."""
    assert duration_text(seconds) == text
    assert elapsed(NOW, NOW + timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2, "now"),
        (-2, "now"),
        (40, "40 s ago"),
        (310, "5 m ago"),
        (7_300, "2 h ago"),
        (90_000, "1 d ago"),
        (-7_300, "in 2 h"),
    ],
)
def test_relative_time(seconds: float, text: str) -> None:
    """One unit, past and future."""
    assert relative_time(NOW - timedelta(seconds=seconds), NOW) == text


def test_long_ago_is_a_date() -> None:
    """After a month the date says more."""
    assert relative_time(datetime(2026, 5, 1, 12, tzinfo=UTC), NOW) == "2026-05-01"
