from __future__ import annotations

import stat
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from fluxtui.domain.errors import ConfigError, StorageError
from fluxtui.services.config import ConfigService, Profile

Configured = Callable[..., ConfigService]


def test_changes_are_written_and_hold(configured: Configured, path: Path) -> None:
    service = configured()
    config = service.save(
        {
            "images.protocol": "sixel",
            "profiles.bfl.api_key": SecretStr("bfl_1"),
            "storage.data_dir": Path("/srv/x"),
            "profiles.eu": Profile(base_url="https://api.eu.bfl.ai", api_key_command=("pass", "show")),
        }
    )
    assert service.config == config == configured().load()
    assert tomllib.loads(path.read_text()) == {
        "profiles": {
            "bfl": {"api_key": "bfl_1"},
            "eu": {"base_url": "https://api.eu.bfl.ai", "api_key_command": ["pass", "show"]},
        },
        "images": {"protocol": "sixel"},
        "storage": {"data_dir": "/srv/x"},
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_none_removes(configured: Configured, path: Path) -> None:
    service = configured("[profiles.bfl]\napi_key = 'x'\n[profiles.eu]\n[images]\nprotocol = 'sixel'")
    config = service.save(
        {"profiles.bfl.api_key": None, "profiles.eu": None, "images.protocol": None, "no.x": None}
    )
    assert list(config.profiles) == ["bfl"]
    assert config.profiles["bfl"].api_key is None
    assert config.images.protocol == "auto"
    assert "sixel" not in path.read_text()


def test_another_profile_does_not_take_the_place_of_the_usual_one(configured: Configured) -> None:
    config = configured().save({"profiles.eu.base_url": "https://api.eu.bfl.ai"})
    assert list(config.profiles) == ["bfl", "eu"]
    assert config.profile == "bfl"


def test_environment_and_overrides_are_not_written(configured: Configured, path: Path) -> None:
    service = configured(
        "", {"BFL_API_KEY": "bfl_env", "FLUXTUI_LOG_LEVEL": "debug"}, images__protocol="none"
    )
    config = service.save({"interface.bell": False})
    assert (config.log.level, config.images.protocol, config.interface.bell) == ("debug", "none", False)
    assert tomllib.loads(path.read_text()) == {"interface": {"bell": False}}


@pytest.mark.parametrize(
    "changes", [{"images.protocol": "foo"}, {"nonsense": 1}, {"profile": "nope"}, {"log.level.x": 1}]
)
def test_what_would_not_be_valid_is_not_written(
    configured: Configured, path: Path, changes: dict[str, object]
) -> None:
    text = "# mine\n[log]\nlevel = 'debug'\n"
    service = configured(text)
    with pytest.raises(ConfigError):
        service.save(changes)
    assert path.read_text() == text
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]
    assert service.config.log.level == "debug"


def test_a_file_written_by_hand_is_kept_beside(configured: Configured, path: Path) -> None:
    text = "# my comment\n[images]\nprotocol = 'kitty'\n"
    backup = path.with_name("config.toml.bak")
    service = configured(text)
    service.save({"interface.bell": False})
    assert backup.read_text() == text
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    service.save({"interface.bell": True})
    assert backup.read_text() == text, "what the program wrote itself needs no copy"


def test_a_link_stays_a_link(configured: Configured, path: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "config.toml"
    real.parent.mkdir()
    real.write_text("")
    path.parent.mkdir()
    path.symlink_to(real)
    configured().save({"interface.bell": False})
    assert path.is_symlink()
    assert tomllib.loads(real.read_text()) == {"interface": {"bell": False}}


def test_a_file_that_is_no_toml_is_not_overwritten(configured: Configured, path: Path) -> None:
    service = configured("a = [")
    with pytest.raises(ConfigError, match="not valid TOML"):
        service.save({"interface.bell": False})
    assert path.read_text() == "a = ["


def test_a_directory_that_cannot_be_written_is_told(ordinary_user: Path) -> None:
    service = ConfigService(ordinary_user / "config.toml", environ={})
    service.load()
    ordinary_user.chmod(0o500)
    with pytest.raises(StorageError, match="no permission"):
        service.save({"interface.bell": False})
    assert service.config.interface.bell is True
