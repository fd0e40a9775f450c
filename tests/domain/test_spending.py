"""Local days and months, and what a budget allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from fluxtui.domain.spending import Allowance, BudgetLevel, OverBudget, Period, Spent, days_start

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
NEW_YORK = "EST5EDT,M3.2.0,M11.1.0"
# In Havana the clocks change at midnight: one day of the year has no 00:00, another has it twice.
HAVANA = "CST5CDT,M3.2.0/0,M11.1.0/1"
KIRITIMATI = "<+14>-14"

InZone = Callable[[str], None]


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[InZone]:
    """Puts the process into a time zone until the test ends."""

    def put(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "start", "end"),
    [
        (BERLIN, "2026-11-23T12:00", "2026-11-22T23:00", "2026-11-23T23:00"),
        (BERLIN, "2026-11-22T22:59", "2026-11-21T23:00", "2026-11-22T23:00"),
        (BERLIN, "2026-11-22T23:00", "2026-11-22T23:00", "2026-11-23T23:00"),
        # 23 hours: the clocks go forward at two; asked after that, and before.
        (BERLIN, "2026-03-29T12:00", "2026-03-28T23:00", "2026-03-29T22:00"),
        (BERLIN, "2026-03-29T00:30", "2026-03-28T23:00", "2026-03-29T22:00"),
        # 25 hours: the clocks go back at three.
        (BERLIN, "2026-10-25T12:00", "2026-10-24T22:00", "2026-10-25T23:00"),
        (NEW_YORK, "2026-11-01T20:00", "2026-11-01T04:00", "2026-11-02T05:00"),
        (HAVANA, "2026-03-08T12:00", "2026-03-08T05:00", "2026-03-09T04:00"),
        (HAVANA, "2026-11-01T12:00", "2026-11-01T04:00", "2026-11-02T05:00"),
        (KIRITIMATI, "2026-12-31T09:59", "2026-12-30T10:00", "2026-12-31T10:00"),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight(
    in_zone: InZone, zone: str, moment: str, start: str, end: str
) -> None:
    in_zone(zone)
    assert Period.DAY.start(at(moment)) == at(start)
    assert Period.DAY.end(at(moment)) == at(end)


@pytest.mark.parametrize(
    ("zone", "moment", "start", "end"),
    [
        ("UTC0", "2026-01-31T23:59", "2026-01-01T00:00", "2026-02-01T00:00"),
        ("UTC0", "2028-02-29T12:00", "2028-02-01T00:00", "2028-03-01T00:00"),
        (BERLIN, "2026-10-31T22:59", "2026-09-30T22:00", "2026-10-31T23:00"),
        (BERLIN, "2026-10-31T23:00", "2026-10-31T23:00", "2026-11-30T23:00"),
        (KIRITIMATI, "2026-12-31T10:00", "2026-12-31T10:00", "2027-01-31T10:00"),
    ],
)
def test_a_month_lasts_from_its_first_to_the_next(
    in_zone: InZone, zone: str, moment: str, start: str, end: str
) -> None:
    in_zone(zone)
    assert Period.MONTH.start(at(moment)) == at(start)
    assert Period.MONTH.end(at(moment)) == at(end)


def test_the_last_days_begin_at_a_midnight_of_their_own_offset(in_zone: InZone) -> None:
    in_zone(BERLIN)
    assert days_start(at("2026-11-01T12:00"), 30) == at("2026-10-02T22:00")
    assert days_start(at("2026-11-01T12:00"), 1) == at("2026-10-31T23:00")


def allowance(sure: float, possible: float = 0.0, limit: float = 500.0) -> Allowance:
    return Allowance(Period.DAY, limit, Spent(sure, possible), at("2026-11-24T00:00"))


@pytest.mark.parametrize(
    ("used", "level"),
    [
        (0, BudgetLevel.FREE),
        (399.9, BudgetLevel.FREE),
        (400, BudgetLevel.NEAR),
        (499.9, BudgetLevel.NEAR),
        (500, BudgetLevel.REACHED),
        (700, BudgetLevel.REACHED),
    ],
)
def test_level_of_a_budget(used: float, level: BudgetLevel) -> None:
    assert allowance(used).level is level
    assert allowance(0.0, used).level is level


def test_an_order_may_use_a_budget_up_but_not_go_over_it() -> None:
    assert allowance(300, 100).allows(100)
    assert not allowance(300, 100).allows(100.01)
    assert allowance(600).allows(0)
    assert allowance(600).left == 0
    # Ten times seven tenths of a credit is not seven in floating point.
    assert allowance(sum([0.7] * 10), limit=7.7).allows(0.7)


def test_a_budget_of_nothing_allows_nothing() -> None:
    assert not allowance(0, limit=0).allows(0.1)
    assert allowance(0, limit=0).level is BudgetLevel.REACHED


def test_refusal_has_all_figures(in_zone: InZone) -> None:
    in_zone(BERLIN)
    error = OverBudget(allowance(455, 21), 28, 4)
    assert error.sentence() == (
        "Nothing was sent: 4 jobs for about $0.28 would go over today's budget of $5.00. $4.55 is spent, up "
        "to $0.21 more may be (queued, running or in doubt); $0.24 is left. The budget starts anew at "
        "2026-11-24 01:00; F7 Settings changes it."
    )
    assert (error.wanted, error.count, error.allowance.left) == (28, 4, 24)
    month = Allowance(Period.MONTH, 5000, Spent(5000), at("2026-12-01T00:00") + timedelta(hours=1))
    assert (
        "1 job for about $4.00 would go over this month's budget of $50.00. $50.00 is spent; $0.00 is left"
        in (OverBudget(month, 400, 1).sentence())
    )
