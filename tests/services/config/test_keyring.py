"""The keyring of the system: asked in a child process, whatever it does."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from fluxtui.domain.errors import ConfigError
from fluxtui.services.config import ConfigService, KeyPlace, Profile
from fluxtui.services.config.keyring import SystemKeyring, entry_name

ROOT = Path(__file__).parents[3]
KEY = SecretStr("bfl_KeyringKey12345")
ENTRY = "bfl at api.bfl.ai"

MakeKeyring = Callable[..., SystemKeyring]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """What the keyring of the test keeps."""
    return tmp_path / "kept.json"


@pytest.fixture
def make_keyring(kept: Path) -> MakeKeyring:
    """Makes a keyring with one of the tests' back-ends behind it."""

    def make(backend: str, **options: float) -> SystemKeyring:
        name = backend if "." in backend else f"tests.fakes.keyring_backends.{backend}"
        environ = os.environ | {
            "PYTHONPATH": str(ROOT),
            "PYTHON_KEYRING_BACKEND": name,
            "FAKE_KEYRING": str(kept),
        }
        return SystemKeyring(environ, **options)

    return make


async def test_a_key_is_kept_found_replaced_and_deleted(make_keyring: MakeKeyring, kept: Path) -> None:
    keyring = make_keyring("Working")
    assert await keyring.key(ENTRY) is None
    await keyring.keep(ENTRY, SecretStr("first-key-123"))
    await keyring.keep(ENTRY, KEY)
    assert await keyring.key(ENTRY) == KEY
    assert await keyring.key("bfl at other.example") is None
    assert KEY.get_secret_value() not in json.loads(kept.read_text())["words"]
    assert await keyring.forget(ENTRY)
    assert not await keyring.forget(ENTRY)
    assert await keyring.key(ENTRY) is None


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        ("keyring.backends.fail.Keyring", "no program of this session offers one"),
        ("keyring.backends.null.Keyring", "no program of this session offers one"),
        ("PlaintextKeyring", "plain text"),
        ("Unrecommended", "plain text"),
        ("no.such.module.Keyring", "the Python package keyring does not work here"),
    ],
)
async def test_what_is_not_safe_is_neither_offered_nor_used(
    make_keyring: MakeKeyring, kept: Path, backend: str, reason: str
) -> None:
    keyring = make_keyring(backend)
    state = await keyring.state()
    assert not state.usable
    assert reason in state.reason
    with pytest.raises(ConfigError, match=reason):
        await keyring.keep(ENTRY, KEY)
    assert not kept.exists()


async def test_a_good_one_is_offered_by_name(make_keyring: MakeKeyring) -> None:
    state = await make_keyring("Working").state()
    assert (state.usable, state.name) == (True, "keyring backends Working")


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        ("Locked", "it is locked"),
        ("Denied", "it did not permit it"),
        ("Broken", r"it failed \(ZeroDivisionError\)"),
        ("Flooding", "does not work here"),
    ],
)
async def test_what_goes_wrong_is_a_sentence_without_its_words(
    make_keyring: MakeKeyring, backend: str, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason) as raised:
        await make_keyring(backend).key(ENTRY)
    assert "Unlock the keyring and try again" in raised.value.sentence()
    assert "bfl_" not in raised.value.sentence()
    assert raised.value.__context__ is None or "bfl_" not in str(raised.value.__context__)


async def test_one_that_keeps_nothing_is_told(make_keyring: MakeKeyring) -> None:
    with pytest.raises(ConfigError, match="it did not keep what it was given"):
        await make_keyring("Forgetful").keep(ENTRY, KEY)


async def test_one_that_waits_for_a_window_is_ended(make_keyring: MakeKeyring, kept: Path) -> None:
    # It has to have begun to wait, which takes longer on a busy machine.
    for seconds in (1, 3, 9, 27):
        words = f"did not answer within {seconds} seconds?: it may be waiting for its password"
        with pytest.raises(ConfigError, match=words):
            await make_keyring("Slow", ask_seconds=seconds).key(ENTRY)
        if kept.exists():
            break
    with pytest.raises(ProcessLookupError):
        os.kill(int(kept.read_text()), 0)


@pytest.fixture
def make_config(make_keyring: MakeKeyring, tmp_path: Path) -> Callable[..., ConfigService]:
    """Makes the service of a file with a text and a keyring behind it."""
    path = tmp_path / "fluxtui" / "config.toml"

    def make(text: str, backend: str = "Working", environ: dict[str, str] | None = None) -> ConfigService:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return ConfigService(path, environ=environ or {}, keyring=make_keyring(backend))

    return make


MakeConfig = Callable[..., ConfigService]
COMMAND = "api_key_command = 'echo bfl_FromCommand1'\n"


async def test_the_order_is_variable_file_keyring_command(
    make_config: MakeConfig, make_keyring: MakeKeyring
) -> None:
    await make_keyring("Working").keep(entry_name("bfl", Profile().base_url), KEY)
    text = f"[profiles.bfl]\napi_key_keyring = true\n{COMMAND}"
    config = make_config(text)
    assert (await config.key(), config.key_place("bfl")) == (KEY, KeyPlace.KEYRING)
    assert config.key_source("bfl") == "the keyring of this system"
    assert KEY in config.known_keys()
    assert config.usable_profiles() == ("bfl",)
    config = make_config(f"{text}api_key = 'bfl_FromFile123'\n")
    assert (await config.key(), config.key_place("bfl")) == (SecretStr("bfl_FromFile123"), KeyPlace.FILE)
    config = make_config(text, environ={"BFL_API_KEY": "bfl_FromEnv1234"})
    assert await config.key() == SecretStr("bfl_FromEnv1234")


async def test_an_empty_keyring_leads_on_to_the_command_and_a_locked_one_does_not(
    make_config: MakeConfig,
) -> None:
    text = f"[profiles.bfl]\napi_key_keyring = true\n{COMMAND}"
    assert await make_config(text).key() == SecretStr("bfl_FromCommand1")
    with pytest.raises(ConfigError, match="it is locked"):
        await make_config(text, "Locked").key()
    assert await make_config("[profiles.bfl]\napi_key_keyring = true\n").key() is None


async def test_another_server_does_not_get_the_key(
    make_config: MakeConfig, make_keyring: MakeKeyring
) -> None:
    await make_keyring("Working").keep(entry_name("bfl", Profile().base_url), KEY)
    config = make_config('[profiles.bfl]\nbase_url = "https://other.example"\napi_key_keyring = true\n')
    assert await config.key() is None


async def test_the_keyring_is_asked_once_for_a_key(make_config: MakeConfig, kept: Path) -> None:
    config = make_config("[profiles.bfl]\napi_key_keyring = true\n", "Counting")
    keys = await asyncio.gather(config.key(), config.key(), config.key())
    assert set(keys) == {KEY}
    assert kept.read_text() == "x"
    config.reload()
    assert await config.key() == KEY
    assert kept.read_text() == "xx"


async def test_nothing_is_asked_where_no_profile_says_so(make_config: MakeConfig, kept: Path) -> None:
    config = make_config("[profiles.bfl]\n", "Slow")
    assert await config.key() is None
    assert not kept.exists()
