"""The profiles of the demo: one on each service of its simulator."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from fluxtui.cli.config import demo_config
from fluxtui.demo.simulation import Addresses
from fluxtui.simulator.running import running_simulator

KEYS = {"bfl": "own-bfl", "fal": "own:fal", "replicate": "own-replicate"}


def test_there_are_three_with_their_own_addresses_and_keys(tmp_path: Path) -> None:
    with running_simulator() as simulator:
        fal, replicate = simulator.fal.urls, simulator.replicate.urls
        addresses = Addresses(simulator.base_url, {"fal": fal, "replicate": replicate}, KEYS)
    service = demo_config(tmp_path, addresses, argparse.Namespace())
    profiles = service.config.profiles
    assert service.config.profile == "demo"
    assert set(service.usable_profiles()) == {"demo", "fal", "replicate"}
    keys = {name: profile.api_key for name, profile in profiles.items()}
    assert {name: key.get_secret_value() for name, key in keys.items() if key} == {
        "demo": "own-bfl",
        "fal": "own:fal",
        "replicate": "own-replicate",
    }
    assert (profiles["fal"].rest_url, profiles["fal"].platform_url) == (fal["rest"], fal["platform"])
    assert profiles["replicate"].base_url == replicate["api"]


def test_variables_say_how_it_looks_but_not_where_it_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLUXTUI_INTERFACE_THEME", "nord")
    monkeypatch.setenv("FLUXTUI_DATA_DIR", "/elsewhere")
    monkeypatch.setenv("FLUXTUI_API_KEY", "a-real-key")
    monkeypatch.setenv("FLUXTUI_BASE_URL", "https://elsewhere.example")
    monkeypatch.setenv("BFL_API_KEY", "a-real-key")
    service = demo_config(tmp_path, Addresses("http://127.0.0.1:9", {}, KEYS), argparse.Namespace())
    assert service.config.interface.theme == "nord"
    assert service.config.storage.data_dir is None
    keys = [item.api_key for item in service.config.profiles.values()]
    assert all(key is None or key.get_secret_value() != "a-real-key" for key in keys)
    assert all("elsewhere" not in str(item.base_url) for item in service.config.profiles.values())


def test_what_the_simulator_does_not_host_has_no_profile(tmp_path: Path) -> None:
    service = demo_config(tmp_path, Addresses("http://127.0.0.1:9", {}, KEYS), argparse.Namespace())
    assert service.usable_profiles() == ("demo",)
