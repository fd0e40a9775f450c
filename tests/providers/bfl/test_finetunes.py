from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.providers.bfl.finetunes import finetune_ids, finetune_of

KEYS = [
    "finetune_details",
    "finetune_comment",
    "trigger_word",
    "lora_rank",
    "iterations",
    "learning_rate",
    "timestamp",
    "captioning",
    "x",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=15,
)


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        ({"finetunes": ["a", "b", "a"]}, ("a", "b")),
        ({"finetunes": []}, ()),
        (["a"], ("a",)),
        (
            {"finetunes": [{"finetune_id": "a", "name": "n"}, {"id": "b"}, {"name": "c"}, {"x": 1}]},
            ("a", "b", "c"),
        ),
        ({"finetunes": [None, 3, "", "with space", "esc\x1b[31m", "x" * 999, ["a"], "ok"]}, ("ok",)),
    ],
)
def test_ids_in_any_shape(data: Any, ids: tuple[str, ...]) -> None:
    assert finetune_ids(data) == ids


@pytest.mark.parametrize("data", [None, {}, {"finetunes": None}, {"finetunes": {"a": 1}}, "a", 3])
def test_what_is_no_list_is_unexpected(data: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        finetune_ids(data)


def test_details_are_read() -> None:
    details = {
        "finetune_comment": "My cat",
        "trigger_word": "TOKCAT",
        "mode": "character",
        "finetune_type": "lora",
        "lora_rank": "32",
        "iterations": 300.0,
        "learning_rate": "0.0001",
        "priority": "quality",
        "captioning": True,
        "timestamp": "2025-06-01T10:00:00+02:00",
        "webhook_secret": "s3cret",
    }
    finetune = finetune_of("id-1", {"finetune_details": details})
    assert (finetune.id, finetune.name, finetune.profile) == ("id-1", "My cat", "")
    assert (finetune.lora_rank, finetune.iterations, finetune.learning_rate) == (32, 300, 1e-4)
    assert finetune.created_at == datetime(2025, 6, 1, 8, tzinfo=UTC)
    assert finetune.captioning is True
    assert "webhook_secret" not in finetune.raw
    assert finetune.raw["mode"] == "character"


@pytest.mark.parametrize(
    ("stamp", "moment"),
    [
        (1_748_772_000, datetime(2025, 6, 1, 10, tzinfo=UTC)),
        (1_748_772_000_000, datetime(2025, 6, 1, 10, tzinfo=UTC)),
        ("1748772000", datetime(2025, 6, 1, 10, tzinfo=UTC)),
        ("2025-06-01T10:00:00Z", datetime(2025, 6, 1, 10, tzinfo=UTC)),
        ("2025-06-01 10:00:00", datetime(2025, 6, 1, 10, tzinfo=UTC)),
        ("yesterday", None),
        (None, None),
        (1e300, None),
        ([], None),
    ],
)
def test_times_in_any_shape(stamp: Any, moment: datetime | None) -> None:
    assert finetune_of("x", {"finetune_details": {"timestamp": stamp}}).created_at == moment


def test_a_finetune_without_details_is_called_by_its_id() -> None:
    assert finetune_of("id-1", {"finetune_details": {}}).name == "id-1"
    assert finetune_of("id-1", {"finetune_details": None}).name == "id-1"
    assert finetune_of("id-1", {"finetune_comment": "flat"}).name == "flat"


def test_names_are_made_harmless_and_short() -> None:
    name = finetune_of("x", {"finetune_details": {"finetune_comment": "a\x1b[31mb\u202e\n" + "c" * 999}}).name
    assert name.startswith("ab c")
    assert len(name) == 200


def test_huge_details_are_not_kept() -> None:
    finetune = finetune_of("x", {"finetune_details": {"finetune_comment": "n", "blob": "x" * 100_000}})
    assert finetune.raw == {}
    assert finetune.name == "n"


@given(JSON)
def test_any_json_is_read_or_refused(data: Any) -> None:
    for read in (lambda: finetune_ids(data), lambda: finetune_of("id", data)):
        try:
            read()
        except UnexpectedAnswer:
            continue
