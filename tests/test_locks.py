"""The lock files: what they pin fits what the project asks for, is complete, and is known by its hashes."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import fluxtui
from tools.bill_of_materials import completed

ROOT = Path(fluxtui.__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ASKED_FOR = {
    "requirements.lock": [*PROJECT["project"]["dependencies"], "fluxtui[demo]"],
    "requirements-dev.lock": ["fluxtui[dev]", *PROJECT["project"]["dependencies"]],
    "requirements-build.lock": PROJECT["build-system"]["requires"],
    "tools/clients/requirements.lock": ["fal-client", "replicate"],
}
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+?))?(?: \\)?$")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
COMMENT = re.compile(r"\s*#|$")


@dataclass
class Pin:
    """A package of a lock file: its version, where it is needed, and how many files of it are known."""

    version: Version
    marker: str | None
    hashes: int = 0


def locked(name: str) -> dict[str, Pin]:
    """Return what a lock file pins; every line that is not understood fails."""
    pins: dict[str, Pin] = {}
    pin: Pin | None = None
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if found := PIN.match(line):
            pin = Pin(Version(found["version"]), found["marker"])
            pins[canonicalize_name(found["name"])] = pin
        elif HASH.match(line) and pin is not None:
            pin.hashes += 1
        else:
            assert COMMENT.match(line), f"{name}: {line}"
    return pins


def unfolded(requirements: list[str]) -> list[Requirement]:
    """Return requirements, those of the project's own extras in place of these."""
    found: list[Requirement] = []
    for requirement in map(Requirement, requirements):
        if requirement.name == "fluxtui":
            extras = PROJECT["project"]["optional-dependencies"]
            found += unfolded([line for extra in requirement.extras for line in extras[extra]])
        else:
            found.append(requirement)
    return found


@pytest.mark.parametrize("name", ASKED_FOR)
def test_what_is_asked_for_is_pinned_to_a_version_that_is_allowed(name: str) -> None:
    pins = locked(name)
    for requirement in unfolded(ASKED_FOR[name]):
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement} is not in {name}: run .ci/lock"
        assert requirement.specifier.contains(pin.version, prereleases=True), f"{requirement}: run .ci/lock"


@pytest.mark.parametrize("name", ASKED_FOR)
def test_every_file_of_every_package_is_known_by_its_hash(name: str) -> None:
    pins = locked(name)
    assert pins
    assert [package for package, pin in pins.items() if not pin.hashes] == []
    # Wheels for each Python and platform, beside the source.
    built = [package for package in ("pillow", "pydantic-core", "regex") if package in pins]
    assert [package for package in built if pins[package].hashes < 30] == []


@pytest.mark.parametrize("name", ASKED_FOR)
def test_what_is_pinned_needs_nothing_that_is_not(name: str) -> None:
    pins = locked(name)
    for package in pins:
        try:
            needs = requires(package) or []
        except PackageNotFoundError:
            continue
        for need in map(Requirement, needs):
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                assert canonicalize_name(need.name) in pins, f"{package} needs {need}: run .ci/lock"


def test_the_tests_run_with_what_is_installed_for_users() -> None:
    users, makers = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: pin.version for name, pin in users.items()} == {
        name: makers[name].version for name in users if name in makers
    }


def test_the_bill_of_materials_is_that_of_the_lock() -> None:
    bill = json.loads((ROOT / "fluxtui.cdx.json").read_text(encoding="utf-8"))
    told = {canonicalize_name(item["name"]): Version(item["version"]) for item in bill["components"]}
    pins = locked("requirements.lock")
    assert told.items() <= {name: pin.version for name, pin in pins.items()}.items(), "run .ci/lock"
    assert {name for name, pin in pins.items() if pin.marker is None} <= told.keys()
    assert all(item["licenses"] and item["purl"].startswith("pkg:pypi/") for item in bill["components"])
    program = bill["metadata"]["component"]
    assert (bill["bomFormat"], program["name"], program["version"]) == (
        "CycloneDX",
        "fluxtui",
        fluxtui.__version__,
    ), "run .ci/bill"


def test_a_bill_is_completed_by_the_version_and_rid_of_words_for_people() -> None:
    bill: Mapping[str, Any] = {
        "metadata": {"component": {"name": "fluxtui", "description": "words"}, "properties": []},
        "components": [{"name": "a", "version": "1", "externalReferences": [{}]}],
        "dependencies": [],
    }
    assert completed(dict(bill), "1.2.3") == {
        "metadata": {
            "component": {"name": "fluxtui", "version": "1.2.3", "purl": "pkg:pypi/fluxtui@1.2.3"},
            "properties": [],
        },
        "components": [{"name": "a", "version": "1"}],
        "dependencies": [],
    }
