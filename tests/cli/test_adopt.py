"""`fluxtui adopt` as typed: old files in, finetunes in the journal, every problem told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.finetune import Finetune
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService

ANNA = {"finetune_id": "0f3b-1", "model_name": "Anna", "trigger_word": "TOK", "type": "lora", "rank": 32}
BROKEN = {"model_name": "no id"}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "old" / "data"
    folder.mkdir(parents=True)
    (folder / "models.json").write_text(json.dumps([ANNA, BROKEN]))
    (folder / "config.json").write_text(json.dumps({"api_key": "bfl_very_secret"}))
    return folder.parent


def adopt(data: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fluxtui", "adopt", "--data-dir", str(data), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


async def known(data: Path) -> tuple[Finetune, ...]:
    journal = Journal(StorageService(data).journal_path)
    await journal.open()
    try:
        return await journal.finetunes.all()
    finally:
        await journal.close()


async def test_a_directory_is_taken_over(old: Path, tmp_path: Path) -> None:
    result = adopt(tmp_path / "data", old)
    assert result.returncode == 1
    assert "1 finetune taken over into the profile bfl." in result.stdout
    assert "entry 2" in result.stdout
    assert "holds a key" in result.stdout
    assert "bfl_very_secret" not in result.stdout + result.stderr
    (finetune,) = await known(tmp_path / "data")
    assert (finetune.profile, finetune.id, finetune.name, finetune.lora_rank) == ("bfl", "0f3b-1", "Anna", 32)


async def test_numbers_that_cannot_be_do_not_keep_a_model_out(old: Path, tmp_path: Path) -> None:
    models = old / "data" / "models.json"
    models.write_text(json.dumps([{**ANNA, "rank": 2**63, "iterations": 10**300, "learning_rate": 1e308}]))
    result = adopt(tmp_path / "data", models)
    assert (result.returncode, result.stderr) == (0, "")
    (finetune,) = await known(tmp_path / "data")
    assert (finetune.id, finetune.lora_rank, finetune.iterations, finetune.learning_rate) == (
        "0f3b-1",
        None,
        None,
        None,
    )


async def test_twice_is_as_good_as_once(old: Path, tmp_path: Path) -> None:
    models = old / "data" / "models.json"
    models.write_text(json.dumps([ANNA]))
    assert [adopt(tmp_path / "data", models).returncode for _ in range(2)] == [0, 0]
    assert len(await known(tmp_path / "data")) == 1


def test_for_programs(old: Path, tmp_path: Path) -> None:
    told: dict[str, Any] = json.loads(adopt(tmp_path / "data", "--json", old).stdout)
    assert told["profile"] == "bfl"
    assert told["finetunes"] == [{"id": "0f3b-1", "name": "Anna"}]
    assert len(told["problems"]) == 1
    assert told["configurations_with_a_key"] == [str(old / "data" / "config.json")]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_text("{nonsense")
    (tmp_path / "empty").mkdir()
    result = adopt(tmp_path / "data", tmp_path / "models.json", tmp_path / "empty", tmp_path / "nowhere.json")
    assert result.returncode == 1
    assert "is not JSON" in result.stdout
    assert "neither models.json nor config.json" in result.stdout
    assert "nowhere.json" in result.stdout
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "data").exists()
