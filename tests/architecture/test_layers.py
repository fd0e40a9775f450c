"""Every module of the program stands in one layer, so that the contract of the layers is about all of it."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest

import fluxtui

_SOURCE = Path(fluxtui.__file__).parent


def layers() -> list[str]:
    """Return the modules that the contract names, from the top down."""
    contracts = configparser.ConfigParser()
    contracts.read(_SOURCE.parent / ".importlinter", encoding="utf-8")
    lines = contracts["importlinter:contract:layers"]["layers"]
    return [name.strip(" ()") for line in lines.split("\n") for name in line.split("|") if name.strip()]


def modules() -> list[str]:
    """Return the dotted name of every module with something in it."""
    names = []
    for file in sorted(_SOURCE.rglob("*.py")):
        path = file.relative_to(_SOURCE.parent).with_suffix("")
        is_package = path.name == "__init__"
        if not is_package or len(file.read_text(encoding="utf-8").splitlines()) > 1:
            names.append(".".join(path.parent.parts if is_package else path.parts))
    return names


def homes(name: str, known: list[str]) -> list[str]:
    """Return the layers in which a module is."""
    return [layer for layer in known if f"{name}.".startswith(f"{layer}.")]


def test_every_module_stands_in_exactly_one_layer() -> None:
    known = layers()
    wrong = {name: homes(name, known) for name in modules() if len(homes(name, known)) != 1}
    assert wrong.pop("fluxtui", []) == [], "the package itself holds the version alone"
    assert wrong == {}


def test_every_layer_is_there() -> None:
    there = modules()
    assert [
        layer for layer in layers() if not any(f"{name}.".startswith(f"{layer}.") for name in there)
    ] == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("fluxtui.services.jobs.runner", ["fluxtui.services"]),
        ("fluxtui.servicesque", []),
        ("fluxtui.services", ["fluxtui.services", "fluxtui.services"]),
    ],
)
def test_a_module_is_in_a_layer_by_its_whole_names(name: str, found: list[str]) -> None:
    known = ["fluxtui.api", "fluxtui.services", *(["fluxtui.services"] if name == "fluxtui.services" else [])]
    assert homes(name, known) == found
