"""Which columns fit, and what details say of a finetune."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fluxtui.domain.errors import Problem
from fluxtui.domain.finetune import Finetune
from fluxtui.screens.models.columns import COLUMNS, fitting, rows_of
from fluxtui.screens.models.facts import facts_of, refreshed_text
from fluxtui.services.models import RefreshResult

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LAMP = Finetune(
    profile="demo",
    id="abc",
    name="Lamp",
    trigger_word="LMP",
    lora_rank=16,
    learning_rate=1e-5,
    dataset={"source": "lamps", "pictures": 12, "sha256": "00ff", "names": ["a.jpg", "b.jpg"]},
    raw={"finetune_comment": "Lamp", "cluster": "eu2"},
    refreshed_at=NOW - timedelta(minutes=5),
)


@pytest.mark.parametrize("width", range(1, 220, 7))
def test_columns_fit_and_keep_their_order(width: int) -> None:
    columns = fitting(width)
    assert columns
    assert list(columns) == [column for column in COLUMNS if column in columns]
    if len(columns) > 1:
        assert sum((column.width or 16) + 2 for column in columns) <= width


def test_a_wide_terminal_shows_all_and_a_narrow_one_what_matters() -> None:
    assert fitting(200) == COLUMNS
    assert [column.key for column in fitting(79)] == ["name", "state", "trigger", "type", "mode", "date"]


def test_rows_have_favourites_first_then_the_newest() -> None:
    older = LAMP.model_copy(update={"id": "old", "created_at": NOW - timedelta(days=2), "favourite": True})
    newer = LAMP.model_copy(update={"id": "new", "created_at": NOW})
    undated = LAMP.model_copy(update={"id": "undated"})
    assert [row.key for row in rows_of([undated, newer, older])] == ["demo/old", "demo/new", "demo/undated"]


def test_facts_tell_everything_and_each_thing_once() -> None:
    facts = {fact.title: fact.text for fact in facts_of(LAMP, None, NOW)}
    assert facts["Trigger word"] == "LMP"
    assert facts["Rank"] == "16"
    assert facts["cluster"] == "eu2"
    assert "finetune comment" not in facts
    assert "5 m ago" in facts["Local copy"]
    assert facts["Pictures"] == "12"
    assert facts["Dataset hash"] == "00ff"
    assert facts["Files"] == "a.jpg, b.jpg"
    assert "Cost" not in facts


def test_what_came_of_a_refresh_is_one_sentence() -> None:
    gone = LAMP.model_copy(update={"id": "gone", "name": "Gone"})
    failures = (Problem("abc", "The service has a problem."),)
    text = refreshed_text(RefreshResult((LAMP, gone), failures, (gone,)))
    assert text.startswith("The service told of 1 finetune;")
    assert "does not list Gone" in text
    assert "details of 1 finetune could not be had (abc: The service has a problem.)" in text
