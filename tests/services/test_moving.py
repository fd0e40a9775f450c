from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxtui.domain.errors import StorageError
from fluxtui.services.moving import read_old_key, read_old_models

GOOD = {
    "finetune_id": "0f3b-1",
    "model_name": "Anna",
    "trigger_word": "TOK",
    "mode": "character",
    "type": "lora",
    "rank": 32,
    "iterations": "300",
    "learning_rate": 0.0001,
    "priority": "quality",
    "timestamp": "2025-03-01T10:00:00",
    "more": [1],
}


def write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_models_are_taken_over(tmp_path: Path) -> None:
    old = read_old_models(write(tmp_path / "models.json", [GOOD]), "bfl")
    assert old.problems == ()
    (finetune,) = old.finetunes
    assert (finetune.profile, finetune.id, finetune.name) == ("bfl", "0f3b-1", "Anna")
    assert (finetune.finetune_type, finetune.lora_rank, finetune.iterations) == ("lora", 32, 300)
    assert (finetune.learning_rate, finetune.priority, finetune.mode) == (0.0001, "quality", "character")
    assert finetune.created_at == datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert finetune.raw == GOOD


def test_what_was_not_known_stays_unknown(tmp_path: Path) -> None:
    record = {"finetune_id": "x", "model_name": "", "rank": "N/A", "type": "Unknown", "timestamp": "soon"}
    (finetune,) = read_old_models(write(tmp_path / "m", {"models": [record]}), "p").finetunes
    assert finetune.name == "x"
    assert (finetune.lora_rank, finetune.finetune_type, finetune.created_at) == (None, None, None)


def test_bad_entries_do_not_spoil_the_others(tmp_path: Path) -> None:
    records = [
        3,
        {"model_name": "no id"},
        GOOD | {"finetune_id": "y", "rank": "many", "iterations": {}},
        GOOD,
        GOOD | {"model_name": "Berta"},
        GOOD | {"finetune_id": "a b"},
    ]
    old = read_old_models(write(tmp_path / "models.json", records), "bfl")
    assert [finetune.name for finetune in old.finetunes] == ["Berta"]
    assert [problem.sentence() for problem in old.problems] == [
        "entry 1: is no model",
        "entry 2: finetune_id: is missing or of the wrong kind",
        "entry 3: rank: is missing or of the wrong kind",
        "entry 3: iterations: is missing or of the wrong kind",
        "entry 5: has the same finetune_id as one before it; the later is kept",
        "entry 6: id: must be a text without spaces and control characters",
    ]


@pytest.mark.parametrize("content", ["", "{", '{"models": 3}', "3", "\xff", "[" * 100_000])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "models.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(StorageError, match="Nothing was taken over"):
        read_old_models(path, "bfl")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be read: No such file"):
        read_old_models(tmp_path / "missing.json", "bfl")
    with pytest.raises(StorageError, match="cannot be read"):
        read_old_key(tmp_path)


def test_a_key_is_taken_over_and_not_shown(tmp_path: Path) -> None:
    key = read_old_key(write(tmp_path / "config.json", {"api_key": " bfl_1 ", "other": 1}))
    assert key is not None
    assert key.get_secret_value() == "bfl_1"
    assert "bfl_1" not in repr(key)


@pytest.mark.parametrize("content", [{}, {"api_key": ""}, {"api_key": 3}, {"api_key": "two words"}])
def test_a_configuration_without_a_key(tmp_path: Path, content: Any) -> None:
    assert read_old_key(write(tmp_path / "config.json", content)) is None


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moving") / "models.json"


NAMES = st.sampled_from(list(GOOD)) | st.text(max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(NAMES, VALUES) | VALUES, max_size=4))
def test_any_list_is_read(scratch: Path, records: list[Any]) -> None:
    old = read_old_models(write(scratch, records), "bfl")
    assert len(old.finetunes) <= len(records)
    assert len(old.finetunes) + len(old.problems) >= len(records)


def test_entries_without_measure_are_cut_or_named(tmp_path: Path) -> None:
    long = "x" * 1_000_000
    records = [
        GOOD | {"model_name": long, "trigger_word": long, "more": [long], long: 1},
        GOOD | {"finetune_id": "big", "rank": 2**63, "iterations": 10**30},
        GOOD | {"finetune_id": long},
    ]
    old = read_old_models(write(tmp_path / "models.json", records), "bfl")
    finetune, big = old.finetunes
    assert (big.id, big.lora_rank, big.iterations) == ("big", None, None)
    assert len(finetune.name) == len(finetune.trigger_word or "") == 200
    assert len(json.dumps(finetune.raw)) < 3_000
    assert {(problem.field, problem.reason) for problem in old.problems} == {
        ("entry 3", "finetune_id: has more than 200 characters"),
    }


def test_more_entries_than_anybody_has_are_left_out_and_told(tmp_path: Path) -> None:
    records = [{"finetune_id": f"id-{number}"} for number in range(10_003)]
    old = read_old_models(write(tmp_path / "models.json", records), "bfl")
    assert len(old.finetunes) == 10_000
    assert "the last 3 entries were left out" in old.problems[0].sentence()


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "models.json")
    with pytest.raises(StorageError, match="is not a file"):
        read_old_models(tmp_path / "models.json", "bfl")


@pytest.mark.parametrize("levels", [200, 900, 940, 960, 980])
def test_entry_that_nests_without_end_is_told(tmp_path: Path, levels: int) -> None:
    path = tmp_path / "models.json"
    path.write_text('[{"finetune_id": "a", "x": ' + "[" * levels + "]" * levels + "}]")
    with pytest.raises(StorageError, match="is not JSON"):
        read_old_models(path, "bfl")
