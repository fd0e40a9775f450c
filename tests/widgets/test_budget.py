"""Budgets in the top line: words for the warning, also where there is little room."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from textual.content import Content
from textual.geometry import Size

from fluxtui.domain.spending import Allowance, Period, Spent
from fluxtui.widgets.budget import allowance_text, most_pressing
from fluxtui.widgets.top_bar import JobCounts, TopBar

LATER = datetime(2026, 12, 1, tzinfo=UTC)


def day(spent: float, possible: float = 0.0) -> Allowance:
    return Allowance(Period.DAY, 500.0, Spent(spent, possible), LATER)


def month(spent: float) -> Allowance:
    return Allowance(Period.MONTH, 5000.0, Spent(spent), LATER)


@pytest.mark.parametrize(
    ("allowance", "words"),
    [
        (day(80), "$0.80 of $5.00 today"),
        (day(300, 100), "$4.00 of $5.00 today, budget low"),
        (day(500), "$5.00 of $5.00 today, budget reached"),
        (month(6000), "$60.00 of $50.00 this month, budget reached"),
    ],
)
def test_a_warning_is_a_word(allowance: Allowance, words: str) -> None:
    assert allowance_text(allowance).plain == words


def test_the_most_pressing_budget_is_shown() -> None:
    assert most_pressing([]) is None
    assert most_pressing([day(0), month(0)]) == day(0)
    assert most_pressing([day(0), month(4500)]) == month(4500)
    assert most_pressing([day(450), month(4500)]) == day(450)
    assert most_pressing([month(0)]) == month(0)


@pytest.mark.parametrize(
    ("width", "spent", "text"),
    [
        (120, 80, "FluxTUI  Jobs  bfl  $12.34 left  $0.80 of $5.00 today  3 running"),
        (80, 80, "FluxTUI  Jobs  bfl  $12.34 left  $0.80 of $5.00 today  3 running"),
        (74, 450, "FluxTUI  bfl  $12.34 left  $4.50 of $5.00 today, budget low  3 running"),
        (50, 450, "FluxTUI  $12.34  budget low  3 running"),
        (50, 80, "FluxTUI  $12.34  3 running"),
        (26, 500, "FluxTUI  budget reached"),
        (12, 500, "FluxTUI"),
    ],
)
def test_the_top_line_has_the_budget(width: int, spent: float, text: str) -> None:
    line = TopBar()
    line.place, line.profile, line.balance, line.counts = "Jobs", "bfl", 1234.0, JobCounts(3)
    line.spent_today, line.allowances = 77.0, (day(spent), month(0))
    with patch.object(TopBar, "content_size", Size(width, 1)):
        drawn = line.render()
    assert isinstance(drawn, Content)
    assert drawn.plain.removesuffix("●").rstrip() == text
