"""A key that was replaced or removed leaves nothing beside the configuration."""

from __future__ import annotations

import os
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from fluxtui.services.config import ConfigService
from fluxtui.services.config.copies import without_keys_of

Configured = Callable[..., ConfigService]
OLD = "OldKeyOfMine4711"
HAND_WRITTEN = f"""# mine
[profiles.bfl]  # the first
    api_key = "{OLD}"  # from the dashboard
# api_key = "{OLD}2"
base_url = "https://api.bfl.ai"
[profiles]
fal = {{ provider = "fal", api_key = '{OLD}3' }}
"eu".api_key = "{OLD}4"
[profiles.two]
api_key = \"\"\"
{OLD}5\"\"\"
"""


def everything(path: Path) -> str:
    return "".join(file.read_text() for file in path.parent.iterdir())


def test_the_copy_of_what_was_written_by_hand_has_no_key(configured: Configured, path: Path) -> None:
    service = configured(HAND_WRITTEN.partition("[profiles.two]")[0])
    service.save(
        {f"profiles.{name}.api_key": SecretStr(f"New{name}Key12345") for name in ("bfl", "fal", "eu")}
    )
    copy = path.with_name("config.toml.bak")
    assert service.copied_to == copy
    assert OLD not in everything(path)
    assert "# mine" in copy.read_text()
    assert "    # api_key: not kept in this copy" in copy.read_text()
    assert tomllib.loads(copy.read_text())["profiles"]["bfl"] == {"base_url": "https://api.bfl.ai"}


def test_a_key_over_several_lines_goes_as_well() -> None:
    clean = without_keys_of(HAND_WRITTEN)
    assert OLD not in clean
    assert tomllib.loads(clean)["profiles"]["bfl"]["base_url"] == "https://api.bfl.ai"


def test_an_old_copy_loses_its_key_with_the_next_save(configured: Configured, path: Path) -> None:
    service = configured(f'[profiles.bfl]\napi_key = "{OLD}"\n')
    copy = path.with_name("config.toml.bak")
    copy.write_text(f'# by an older version\n[profiles.bfl]\napi_key = "{OLD}0"\nbroken {OLD}')
    service.save({"profiles.bfl.api_key": None})
    assert service.copied_to is None
    assert OLD not in everything(path)
    assert "# by an older version" in copy.read_text()


@pytest.mark.parametrize("act", ["load", "save"])
def test_what_a_crash_left_of_a_save_is_deleted(configured: Configured, path: Path, act: str) -> None:
    service = configured("[profiles.bfl]\n")
    left, fresh, other = (
        path.with_name(name) for name in (".config.toml.ab1.tmp", ".config.toml.cd2.tmp", "my.tmp")
    )
    for file in (left, fresh, other):
        file.write_text(OLD)
    os.utime(left, (time.time() - 120,) * 2)
    service.load() if act == "load" else service.save({"images.protocol": "none"})
    assert [file.exists() for file in (left, fresh, other)] == [False, True, True]


def test_a_key_of_this_run_stays_known(configured: Configured) -> None:
    service = configured(f'[profiles.bfl]\napi_key = "{OLD}"\n')
    service.load()
    service.save({"profiles.bfl.api_key": SecretStr("NewKeyOfMine1")})
    assert {key.get_secret_value() for key in service.known_keys()} == {OLD, "NewKeyOfMine1"}


KEYS = st.text("abcdefghijABCDEFGHIJ0123456789_-:.", min_size=8, max_size=50).map(lambda text: f"K{text}9")


@given(
    key=KEYS,
    written=st.sampled_from(['"{}"', "'{}'", '"""{}"""', "'''{}'''", '"""\\\n  {}"""']),
    inline=st.booleans(),
)
def test_no_key_is_left_in_a_copy(key: str, written: str, inline: bool) -> None:
    value = written.format(key)
    text = (
        f"[profiles]\nbfl = {{api_key = {value}}}\n" if inline else f"[profiles.bfl]\n api_key={value} #x\n"
    )
    assert key in tomllib.loads(text)["profiles"]["bfl"]["api_key"]
    clean = without_keys_of(text)
    assert key not in clean
    assert not tomllib.loads(clean)["profiles"].get("bfl", {}).get("api_key")


@pytest.mark.parametrize("name", ["huggingface_token", "civitai_token"])
def test_a_token_of_another_place_is_as_secret_as_a_key(
    configured: Configured, path: Path, name: str
) -> None:
    service = configured(f"# mine\n[profiles.bfl]\n{name} = '{OLD}'\n")
    assert OLD not in str(service.load())
    assert [key.get_secret_value() for key in service.known_keys()] == [OLD]
    assert OLD not in without_keys_of(path.read_text())
    service.save({"images.protocol": "none"})
    assert OLD not in path.with_name("config.toml.bak").read_text()
    assert tomllib.loads(path.read_text())["profiles"]["bfl"] == {name: OLD}
