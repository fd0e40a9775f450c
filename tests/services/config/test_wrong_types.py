"""Whatever stands in the file, the answer is a configuration or our sentence."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fluxtui.domain.errors import ConfigError
from fluxtui.services.config import Config, ConfigService
from fluxtui.services.config.layers import dotted_keys, set_value

VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
PLACES = [key.replace(".NAME.", ".bfl.") for key in dotted_keys(Config)]
TABLES = [
    "profile",
    "profiles",
    "profiles.bfl",
    "profiles.fal.provider",
    "images",
    "log",
    "budget",
    "keys",
    "keys.jobs",
]
ENVIRON = {"BFL_API_KEY": "bfl_x", "FAL_KEY": "a:b"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from(PLACES + TABLES), VALUES, min_size=1, max_size=3))
def test_any_value_of_any_key_is_taken_or_told(tmp_path: Path, changes: dict[str, Any]) -> None:
    tree: dict[str, Any] = {}
    for key, value in changes.items():
        set_value(tree, key, value)
    path = tmp_path / "config.toml"
    path.write_text(tomli_w.dumps(tree))
    for environ in ({}, ENVIRON):
        with contextlib.suppress(ConfigError):
            ConfigService(path, environ=environ).load()


@pytest.mark.parametrize("provider", [[], {}, 1, True, ["bfl"]])
def test_a_provider_of_a_wrong_type_is_told(tmp_path: Path, provider: Any) -> None:
    path = tmp_path / "config.toml"
    path.write_text(tomli_w.dumps({"profiles": {"bfl": {"provider": provider}}}))
    with pytest.raises(ConfigError) as raised:
        ConfigService(path, environ=ENVIRON).load()
    assert raised.value.problems[0].reason.startswith("must be bfl or ")
