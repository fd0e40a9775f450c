from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import fluxtui
from fluxtui.services.config import Config, ConfigService
from fluxtui.services.config.layers import dotted_keys

EXAMPLE = Path(fluxtui.__file__).parents[1] / "config.example.toml"
COMMENTED_KEY = re.compile(r"^# (?=[a-z_]+ = )", re.MULTILINE)
SHOWN_WITHOUT_DEFAULT = {
    "profiles.bfl.api_key",
    "profiles.bfl.platform_url",
    "profiles.bfl.rest_url",
    "profiles.bfl.api_key_command",
    "profiles.bfl.huggingface_token",
    "profiles.bfl.civitai_token",
    "storage.data_dir",
    "images.max_bytes",
    "budget.day_usd",
    "budget.month_usd",
    "home.host",
    "home.ssh_port",
    "prompts.wildcards_dir",
}


@pytest.fixture
def uncommented() -> str:
    return COMMENTED_KEY.sub("", EXAMPLE.read_text(encoding="utf-8"))


def leaves(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in tree.items():
        found |= leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


def test_the_example_is_valid_and_means_the_defaults() -> None:
    assert ConfigService(EXAMPLE, environ={}).load() == Config()


def test_the_example_is_valid_with_every_key(tmp_path: Path, uncommented: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(uncommented, encoding="utf-8")
    config = ConfigService(path, environ={}).load()
    assert config.profiles["bfl"].api_key is not None
    assert config.storage.data_dir == Path.home() / "fluxtui"


def test_every_key_is_in_the_example_and_no_other(uncommented: str) -> None:
    shown = leaves(tomllib.loads(uncommented))
    assert sorted(shown) == sorted(key.replace(".NAME.", ".bfl.") for key in dotted_keys(Config))


def test_the_defaults_in_the_example_are_true(uncommented: str) -> None:
    shown = leaves(tomllib.loads(uncommented))
    true = leaves(Config().model_dump(mode="json"))
    assert {key for key, value in true.items() if value is None} == SHOWN_WITHOUT_DEFAULT
    for key in shown.keys() - SHOWN_WITHOUT_DEFAULT:
        assert shown[key] == true[key], key


def test_the_example_says_the_limits() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    tables = Config.model_json_schema()["$defs"]
    schema = json.dumps([tables["ImageSettings"], tables["GenerationSettings"]])
    limits = re.findall(r'"(?:minimum|maximum)": ([0-9]+)[,}]', schema)
    assert len(limits) >= 5
    assert [limit for limit in limits if not re.search(rf"\b{limit}\b", text)] == []
