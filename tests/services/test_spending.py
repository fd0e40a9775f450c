"""The history of spending and its file: sums by day, finetune and endpoint, safe for a spreadsheet."""

from __future__ import annotations

import csv
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.spending import SpendingRow, SpendingView, Spent
from fluxtui.services.journal import Journal
from fluxtui.services.spending import SpendingService, csv_text
from fluxtui.services.storage import StorageService

NOW = datetime(2026, 10, 26, 12, tzinfo=UTC)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process in a zone that left summer time the day before."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def spending(open_journal: Journal, data_directory: StorageService) -> SpendingService:
    return SpendingService(open_journal, data_directory, clock=lambda: NOW)


def make_job(job_id: str, at: datetime = NOW, **values: Any) -> Job:
    defaults: dict[str, Any] = {
        "kind": JobKind.GENERATION,
        "state": JobState.DONE,
        "profile": "bfl",
        "provider": "bfl",
        "endpoint": "flux-dev",
        "title": "a fox",
        "parameters": {"prompt": "a fox"},
        "estimate_credits": 2.5,
        "created_at": at,
        "updated_at": at,
        "submitted_at": None if values.get("state") is JobState.DRAFT else at,
    }
    return Job(id=job_id, **(defaults | values))


@pytest.mark.usefixtures("berlin")
async def test_days_are_local_and_of_their_own_length(
    open_journal: Journal, spending: SpendingService
) -> None:
    moments = {
        "24, last minute": datetime(2026, 10, 24, 21, 59, tzinfo=UTC),
        "25, first minute": datetime(2026, 10, 24, 22, 0, tzinfo=UTC),
        "25, its 25th hour": datetime(2026, 10, 25, 22, 59, tzinfo=UTC),
        "26, first minute": datetime(2026, 10, 25, 23, 0, tzinfo=UTC),
    }
    await open_journal.jobs.add([make_job(name, at, cost_credits=1.0) for name, at in moments.items()])
    rows = await spending.history(SpendingView.DAY, 7)
    assert [(row.key, row.jobs) for row in rows] == [("2026-10-26", 1), ("2026-10-25", 2), ("2026-10-24", 1)]
    assert [row.key for row in await spending.history(SpendingView.DAY, 2)] == ["2026-10-26", "2026-10-25"]


async def test_what_is_summed_up(open_journal: Journal, spending: SpendingService) -> None:
    lanterns: dict[str, Any] = {"finetune_id": "id-1", "finetune_name": "lanterns"}
    training: dict[str, Any] = {"kind": JobKind.TRAINING, "endpoint": "finetune"}
    long_ago = NOW - timedelta(days=400)
    await open_journal.jobs.add(
        [
            make_job("trained", cost_credits=400.0, **training, **lanterns),
            make_job("made", cost_credits=6.0, picture="pictures/a.png", **lanterns),
            make_job("failed", state=JobState.FAILED, estimate_credits=6.0, **lanterns),
            make_job("base", cost_credits=2.5, picture="pictures/b.png"),
            make_job("in training", state=JobState.RUNNING, finetune_name="owls", **training),
            make_job("queued", long_ago, state=JobState.DRAFT, profile="other"),
            make_job("refused", state=JobState.REFUSED),
            make_job("never sent", state=JobState.CANCELLED),
            make_job("given up", state=JobState.CANCELLED, maybe_billed=True),
            make_job("long ago", long_ago, cost_credits=1000.0),
        ]
    )
    assert await spending.history(SpendingView.FINETUNE, 30) == (
        SpendingRow("bfl/id-1", "lanterns", 3, 1, 1, Spent(406.0, 6.0)),
        SpendingRow("", "", 3, 0, 1, Spent(2.5, 5.0)),
        SpendingRow("bfl/named owls", "owls", 1, 1, 0, Spent(0.0, 2.5)),
    )
    assert await spending.history(SpendingView.ENDPOINT, 30) == (
        SpendingRow("finetune", "finetune", 2, 2, 0, Spent(400.0, 2.5)),
        SpendingRow("flux-dev", "flux-dev", 5, 0, 2, Spent(8.5, 11.0)),
    )
    (day,) = await spending.history(SpendingView.DAY, 30)
    # What waits in the queue since last year is a matter of today.
    assert day.jobs == 7
    assert day.spent == Spent(408.5, 13.5)


async def test_same_names_in_two_profiles_are_two_finetunes(
    open_journal: Journal, spending: SpendingService
) -> None:
    same: dict[str, Any] = {"finetune_id": "x", "finetune_name": "same", "cost_credits": 1.0}
    await open_journal.jobs.add([make_job("a", **same), make_job("b", profile="other", **same)])
    rows = await spending.history(SpendingView.FINETUNE, 7)
    assert [(row.key, row.label) for row in rows] == [("bfl/x", "same"), ("other/x", "same")]


HOSTILE = [
    '=HYPERLINK("http://x";"y")',
    "+1+1",
    "-2+3|cmd",
    "@SUM(A1)",
    "\t=1+1",
    "\r\n=1+1",
    " \x1b[31m=1+1",
    "\u202e=1+1",
    "＝1+1",
    "'=1",
    'a, "quoted"\nname',
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_a_formula_or_another_row(name: str) -> None:
    row = SpendingRow(f"bfl/{name}", name, 1, 0, 1, Spent(7.0, 0.25))
    titles, cells = csv.reader(csv_text(SpendingView.FINETUNE, [row]).splitlines())
    assert titles == ["finetune", "id", "jobs", "trainings", "pictures", "sure_usd", "possible_usd"]
    assert cells[2:] == ["1", "0", "1", "0.0700", "0.0025"]
    assert cells[0][0] in "'a"
    assert all(character.isprintable() for text in cells for character in text)


async def test_export_is_a_private_file_that_is_replaced(
    open_journal: Journal, spending: SpendingService, data_directory: StorageService
) -> None:
    empty = await spending.export(SpendingView.ENDPOINT, 30)
    await open_journal.jobs.add([make_job("a", cost_credits=7.0)])
    path = await spending.export(SpendingView.ENDPOINT, 30)
    assert path == empty == data_directory.root / "spending" / "spending-2026-10-26-30-days-by-endpoint.csv"
    assert path.read_text().splitlines()[1:] == ["flux-dev,flux-dev,1,0,0,0.0700,0.0000"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == [path.name]
