"""The profiles of the demo: one on each service of its simulator."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluxtui.demo.simulation import Addresses
from fluxtui.launch import demo_config
from fluxtui.simulator.fal.keys import VALID_KEY as FAL_KEY
from fluxtui.simulator.keys import VALID_KEY as BFL_KEY
from fluxtui.simulator.replicate.keys import VALID_KEY as REPLICATE_KEY
from fluxtui.simulator.running import running_simulator


def test_there_are_three_with_their_own_addresses_and_keys(tmp_path: Path) -> None:
    with running_simulator() as simulator:
        fal, replicate = simulator.fal.urls, simulator.replicate.urls
        addresses = Addresses(simulator.base_url, {"fal": fal, "replicate": replicate})
    service = demo_config(tmp_path, addresses, argparse.Namespace())
    profiles = service.config.profiles
    assert service.config.profile == "demo"
    assert set(service.usable_profiles()) == {"demo", "fal", "replicate"}
    keys = {name: profile.api_key for name, profile in profiles.items()}
    assert {name: key.get_secret_value() for name, key in keys.items() if key} == {
        "demo": BFL_KEY,
        "fal": FAL_KEY,
        "replicate": REPLICATE_KEY,
    }
    assert (profiles["fal"].rest_url, profiles["fal"].platform_url) == (fal["rest"], fal["platform"])
    assert profiles["replicate"].base_url == replicate["api"]


def test_what_the_simulator_does_not_host_has_no_profile(tmp_path: Path) -> None:
    service = demo_config(tmp_path, Addresses("http://127.0.0.1:9", {}), argparse.Namespace())
    assert service.usable_profiles() == ("demo",)
