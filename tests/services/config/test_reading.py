from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxtui.domain.errors import ConfigError
from fluxtui.domain.text import safe_text
from fluxtui.services.config import Config, ConfigService

Configured = Callable[..., ConfigService]
Faults = Callable[..., dict[str, str]]


def test_no_file_means_defaults(configured: Configured) -> None:
    service = configured()
    assert service.load() == Config()
    assert service.warnings == ()
    name, profile = service.active()
    assert (name, profile.base_url) == ("bfl", "https://api.bfl.ai")


def test_the_path_is_named_by_option_variable_or_platform(tmp_path: Path, monkeypatch: Any) -> None:
    variable = {"FLUXTUI_CONFIG": str(tmp_path / "variable.toml")}
    assert ConfigService(tmp_path / "option.toml", environ=variable).path == tmp_path / "option.toml"
    assert ConfigService(environ=variable).path == tmp_path / "variable.toml"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    platform = ConfigService(environ={}).path
    assert platform.name == "config.toml"
    assert platform.parent.name == "fluxtui"
    assert tmp_path in platform.parents


def test_every_fault_is_told_with_its_line(faults: Faults) -> None:
    found = faults(
        """
protocol = "sixel"
profile = 3

[profiles.bfl]
api-key = "x"   # a dash
base_url = "http://example.com"
api_key_command = "pass 'show"

[profiles."b c"]

[images]
protocol = "foo"
max_bytes = 3

[interface]
bell = "perhaps"
[network]
read_seconds = inf
connect_seconds = "soon"
[log]
level = ["info"]
[generation]
images = 1.5
confirm_above_usd = -1
[storage]
data_dir = "relative/path"
"""
    )
    assert found == {
        "protocol": "is not a known key here; did you mean images.protocol? (line 2)",
        "profile": "must be text (line 3)",
        "profiles.bfl.api-key": "is not a known key; did you mean profiles.bfl.api_key? (line 6)",
        "profiles.bfl.base_url": (
            "must begin with https://, because a key would travel readable by others (line 7)"
        ),
        "profiles.bfl.api_key_command": "has a quotation mark without its partner (line 8)",
        "profiles.b c": "must be a name of letters, digits, - and _, at most 40 (line 10)",
        "images.protocol": "must be auto, kitty, iterm2, sixel, halfcell or none (line 13)",
        "images.max_bytes": "must be at least 10000 (line 14)",
        "interface.bell": "must be true or false (line 17)",
        "network.read_seconds": "must be a finite number (line 19)",
        "network.connect_seconds": "must be a number (line 20)",
        "log.level": "must be debug, info, warning or error (line 22)",
        "generation.images": "must be a whole number (line 24)",
        "generation.confirm_above_usd": "must be at least 0 (line 25)",
        "storage.data_dir": "must be an absolute path, or one that begins with ~ (line 27)",
    }


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("nonsense = 1", "nonsense", "those known here are profile, profiles, storage"),
        ("[image]\nprotocol='auto'", "image", "did you mean images?"),
        ("[interface]\ntheem = 'x'", "interface.theem", "did you mean interface.theme?"),
        ("images = 3", "images", "must be a table"),
        ("profiles = 3", "profiles", "must be a table"),
        ("[profiles]\nbfl = 3", "profiles.bfl", "must be a table"),
        ("profiles = {}", "profiles", "at least one profile"),
        ("profile = 'other'", "profile", "there is bfl"),
        ("[profiles.bfl]\nprovider = 'x'", "profiles.bfl.provider", "must be bfl or fal or replicate"),
        ("[profiles.bfl]\napi_key_command = []", "profiles.bfl.api_key_command", "must name a command"),
        ("[profiles.bfl]\napi_key_command = [1]", "profiles.bfl.api_key_command", "list of texts"),
        ("[profiles.bfl]\napi_key = ''", "profiles.bfl.api_key", "must not be empty"),
        ("[interface]\ntheme = ''", "interface.theme", "must not be empty"),
        ("[home]\nhost = '-oProxyCommand=x'", "home.host", "must be a host or user@host"),
        ("[home]\nhost = 'a b'", "home.host", "must be a host or user@host"),
        ("[home]\nssh_port = 0", "home.ssh_port", "must be at least 1"),
        ("[home]\npage_port = 65536", "home.page_port", "must be at most 65535"),
    ],
)
def test_faults_in_words(faults: Faults, text: str, field: str, words: str) -> None:
    assert words in faults(text)[field]


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com",
        "ftp://api.bfl.ai",
        "api.bfl.ai",
        "https://",
        "https://user:pass@api.bfl.ai",
        "https://api.bfl.ai?x=1",
        "https://api.bfl.ai#x",
        "https://api.bfl.ai:99999",
        "https://[::1",
        "https://a b.example",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
    ],
)
def test_unsafe_addresses_are_refused(faults: Faults, address: str) -> None:
    assert faults(f"[profiles.bfl]\nbase_url = '{address}'").keys() == {"profiles.bfl.base_url"}


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://api.eu.bfl.ai/", "https://api.eu.bfl.ai"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:1/v", "http://localhost:1/v"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_safe_addresses_are_taken(configured: Configured, address: str, kept: str) -> None:
    config = configured(f"[profiles.bfl]\nbase_url = '{address}'").load()
    assert config.profiles["bfl"].base_url == kept


@pytest.mark.parametrize(
    "line",
    [
        "api_key = {secret}",
        "api_key = ['{secret}']",
        "api_key = 'a {secret} b'",
        "base_url = '{secret}'",
        "base_url = 'https://x:{secret}@api.bfl.ai'",
        "provider = '{secret}'",
        'api_key_command = "pass \'{secret}"',
        "api_key_command = {{ a = '{secret}' }}",
    ],
)
def test_no_fault_tells_a_secret(configured: Configured, line: str) -> None:
    secret = "4815162342"
    service = configured("[profiles.bfl]\n" + line.format(secret=secret))
    with pytest.raises(ConfigError) as caught:
        service.load()
    told = "".join(traceback.format_exception(caught.value)) + caught.value.sentence() + repr(caught.value)
    assert secret not in told.replace(line.format(secret=secret), "")


def test_a_key_is_not_shown_by_the_configuration(configured: Configured) -> None:
    config = configured("[profiles.bfl]\napi_key = 'bfl_secret'").load()
    assert "bfl_secret" not in f"{config!r} {config} {config.model_dump_json()}"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = 1\nb = \n", "line 2"),
        ("[images]\nprotocol = 'auto'\nprotocol = 'kitty'\n", "line 3"),
        ("= 1", "line 1"),
        ("a = [", "is not valid TOML"),
        ("a = 2026-99-99", "is not valid TOML"),
        ("a = " + "9" * 10_000, "is not valid TOML"),
        ("a = " + "[" * 10_000, "is not valid TOML"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(configured: Configured, text: str, place: str) -> None:
    service = configured(text)
    with pytest.raises(ConfigError) as caught:
        service.load()
    assert place in caught.value.sentence()
    assert str(service.path) in caught.value.sentence()


def test_other_bytes_are_told(configured: Configured, path: Path) -> None:
    service = configured("")
    path.write_bytes(b"# fine\na = '\xff'\n")
    with pytest.raises(ConfigError, match="line 2 is not UTF-8"):
        service.load()
    path.write_bytes(b"\xef\xbb\xbf[images]\r\nprotocol = 'sixel'\r\n")
    assert service.load().images.protocol == "sixel"
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigError, match="far too large"):
        service.load()


def test_a_directory_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        ConfigService(tmp_path, environ={}).load()


def test_a_file_without_permission_is_told(ordinary_user: Path) -> None:
    path = ordinary_user / "config.toml"
    path.touch(0o000)
    with pytest.raises(ConfigError, match="Permission denied"):
        ConfigService(path, environ={}).load()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_draws_a_warning(configured: Configured, path: Path, mode: int) -> None:
    service = configured("")
    path.chmod(mode)
    service.load()
    assert [warning.startswith("Others on this machine") for warning in service.warnings] == [True]
    path.chmod(0o600)
    service.reload()
    assert service.warnings == ()


def test_a_faulty_file_leaves_what_was_loaded(configured: Configured, path: Path) -> None:
    service = configured("[images]\nprotocol = 'sixel'")
    service.load()
    path.write_text("[images]\nprotocol = 'foo'")
    with pytest.raises(ConfigError):
        service.reload()
    assert service.config.images.protocol == "sixel"
    path.write_text("[images]\nprotocol = 'kitty'")
    assert service.reload().images.protocol == "kitty"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("config") / "config.toml"


def loaded(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    service = ConfigService(path, environ={"BFL_API_KEY": "bfl_x", "FLUXTUI_BASE_URL": "https://a.example"})
    try:
        service.load()
    except ConfigError as error:
        told = error.sentence()
    else:
        told = service.key_source()
    assert told == safe_text(told)


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_file_is_a_configuration_or_a_sentence(scratch: Path, content: bytes) -> None:
    loaded(scratch, content)


NAMES = st.sampled_from(
    ["profile", "profiles", "bfl", "api_key", "base_url", "api_key_command", "images", "protocol", "log"]
) | st.text(max_size=8)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.just("bfl"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_any_toml_is_a_configuration_or_a_sentence(scratch: Path, tree: dict[str, Any]) -> None:
    loaded(scratch, tomli_w.dumps(tree).encode("utf-8", "replace"))


def test_file_with_faults_without_end_is_told_in_a_page(faults: Callable[..., dict[str, str]]) -> None:
    found = faults("".join(f"unknown{number} = 1\n" for number in range(20_000)))
    assert len(found) <= 51
    assert found["unknown7"].endswith("(line 8)")
    assert found[""] == "and 19,950 more faults"


def test_blanks_without_end_are_read_past(faults: Callable[..., dict[str, str]]) -> None:
    blanks = " " * 200_000
    found = faults(f'unknown = """\n{blanks}.\n[{blanks}\n"""\n[home] # here\n  page_port = "x"\n')
    assert found["unknown"].endswith("(line 1)")
    assert found["home.page_port"].endswith("(line 6)")


@pytest.mark.parametrize("provider", ["[]", "{a = 1}", "7", "2026-11-30"])
def test_provider_that_is_no_text_is_a_fault(faults: Callable[..., dict[str, str]], provider: str) -> None:
    assert "profiles.bfl.provider" in faults(f"[profiles.bfl]\nprovider = {provider}\n")
