"""Bars of block characters: sizes, axes and what is only possible."""

from __future__ import annotations

import pytest

from fluxtui.domain.money import show_credits
from fluxtui.widgets.bar_chart import Bar, chart


def lines(bars: list[Bar], width: int = 40, height: int = 6) -> list[str]:
    return [line.rstrip() for line in chart(bars, width, height, show_credits).plain.split("\n")]


def test_bars_grow_with_their_amounts_and_possible_ones_stand_on_top() -> None:
    bars = [Bar("11-21", 100.0), Bar("11-22", 0.0), Bar("11-23", 40.0, 40.0)]
    assert lines(bars) == [
        "$1.00 ┤███████",
        "      │███████         ▒▒▒▒▒▒▒",
        "$0.50 ┤███████         ▒▒▒▒▒▒▒",
        "      │███████         ███████",
        "$0.00 ┤███████         ███████",
        "         11-21   11-22   11-23",
    ]


def test_the_smallest_amounts_are_still_seen() -> None:
    drawn = lines([Bar("a", 999.999, 0.001), Bar("b", 0.001), Bar("c", 0.0, 0.001), Bar("d", 0.0)], 48)
    assert drawn[0] == "$10.00 ┤▒▒▒▒▒▒▒"
    assert drawn[4] == " $0.00 ┤███████ ▁▁▁▁▁▁▁ ▒▒▒▒▒▒▒"


def test_labels_never_touch() -> None:
    bars = [Bar(f"11-{day:02}", float(day)) for day in range(1, 31)]
    below = lines(bars, 78)[-1]
    assert below.split()[-1] == "11-30"
    assert all(len(label) == 5 for label in below.split())
    assert max(len(line) for line in lines(bars, 78)) <= 78


@pytest.mark.parametrize("width", [1, 7, 8, 9, 12, 20, 300])
@pytest.mark.parametrize("height", [0, 1, 2, 3, 12])
def test_any_room_will_do(width: int, height: int) -> None:
    bars = [Bar("11-23", float(number), number / 2) for number in range(53)]
    drawn = lines(bars, width, height)
    assert len(drawn) <= max(height, 1)
    assert max(len(line) for line in drawn) <= width


@pytest.mark.parametrize("bars", [[], [Bar("11-23", 0.0)]])
def test_nothing_spent_has_axes_all_the_same(bars: list[Bar]) -> None:
    assert [line[:8] for line in lines(bars)[:-1]] == [
        " $0.01 ┤",
        "       │",
        "$0.005 ┤",
        "       │",
        " $0.00 ┤",
    ]
