from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fluxtui.services.config import Config, ConfigService
from fluxtui.services.config.layers import dotted_keys, variable_names

Configured = Callable[..., ConfigService]
Faults = Callable[..., dict[str, str]]

TWO_PROFILES = """
profile = "eu"
[profiles.bfl]
[profiles.eu]
base_url = "https://api.eu.bfl.ai"
"""


def test_the_environment_comes_before_the_file(configured: Configured) -> None:
    variables = {
        "FLUXTUI_IMAGES_PROTOCOL": "sixel",
        "FLUXTUI_INTERFACE_BELL": "false",
        "FLUXTUI_NETWORK_READ_SECONDS": "7.5",
        "FLUXTUI_GENERATION_IMAGES": "4",
        "FLUXTUI_DATA_DIR": "/srv/pictures",
    }
    config = configured("[images]\nprotocol = 'kitty'\n[interface]\nbell = true", variables).load()
    assert config.images.protocol == "sixel"
    assert config.interface.bell is False
    assert config.network.read_seconds == 7.5
    assert config.generation.images == 4
    assert config.storage.data_dir == Path("/srv/pictures")


def test_overrides_come_before_the_environment(configured: Configured) -> None:
    variables = {"FLUXTUI_IMAGES_PROTOCOL": "sixel", "FLUXTUI_BASE_URL": "https://b.example"}
    service = configured("", variables, images__protocol="none", base_url="https://a.example")
    assert service.load().images.protocol == "none"
    assert service.active()[1].base_url == "https://a.example"


def test_every_key_has_its_variable() -> None:
    keys = set(variable_names("NAME").values())
    assert keys == set(dotted_keys(Config))


def test_keys_of_a_profile_are_those_of_the_active_one(configured: Configured) -> None:
    config = configured(TWO_PROFILES, {"FLUXTUI_BASE_URL": "http://localhost:8"}).load()
    assert config.profiles["eu"].base_url == "http://localhost:8"
    assert config.profiles["bfl"].base_url == "https://api.bfl.ai"


@pytest.mark.parametrize("given", ["variable", "override"])
def test_the_active_profile_can_be_chosen(configured: Configured, given: str) -> None:
    if given == "variable":
        service = configured(TWO_PROFILES, {"FLUXTUI_PROFILE": "bfl"})
    else:
        service = configured(TWO_PROFILES, {"FLUXTUI_PROFILE": "eu"}, profile="bfl")
    assert service.active()[0] == "bfl"


def test_without_a_choice_the_only_profile_is_active(configured: Configured) -> None:
    assert configured("[profiles.mine]").active()[0] == "mine"
    assert configured("[profiles.mine]\n[profiles.bfl]").active()[0] == "bfl"


def test_a_profile_can_come_from_the_command_line(configured: Configured) -> None:
    service = configured(None, None, profile="demo", profiles__demo__base_url="http://127.0.0.1:9")
    assert service.active()[0] == "demo"
    assert list(service.config.profiles) == ["demo"]


def test_faults_name_the_variable(faults: Faults) -> None:
    variables = {
        "FLUXTUI_INTERFACE_MOUSE": "perhaps",
        "FLUXTUI_BASE_URL": "http://example.com",
        "BFL_API_KEY": "two words",
        "FLUXTUI_DATA_DIR": "here",
    }
    found = faults("", variables, images__protocol="foo")
    assert found["FLUXTUI_INTERFACE_MOUSE"] == "must be true or false"
    assert "https://" in found["FLUXTUI_BASE_URL"]
    assert "without spaces" in found["BFL_API_KEY"]
    assert "absolute" in found["FLUXTUI_DATA_DIR"]
    assert found["images.protocol"].endswith("(given by the command line)")
    assert len(found) == 5
    assert faults("", {"FLUXTUI_PROFILE": "nope"})["FLUXTUI_PROFILE"].endswith("there is bfl")


def test_unknown_variables_draw_a_warning(configured: Configured) -> None:
    service = configured("", {"FLUXTUI_IMAGE_PROTOCOL": "sixel", "FLUXTUI_CONFIG": "x", "OTHER": "y"})
    service.load()
    assert service.warnings == (
        "The variable FLUXTUI_IMAGE_PROTOCOL means nothing here. Did you mean FLUXTUI_IMAGES_PROTOCOL?",
    )


def test_empty_variables_are_none(configured: Configured) -> None:
    assert configured("", {"FLUXTUI_IMAGES_PROTOCOL": "", "BFL_API_KEY": ""}).load() == Config()
