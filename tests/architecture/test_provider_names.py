"""Screens and services ask what a provider can do, never which one it is: seen in their source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fluxtui
from fluxtui.providers.registry import provider_ids
from tests.architecture.source import parsed

ROOT = Path(fluxtui.__file__).parent
ROOMS = ("screens", "widgets", "services")
GENERAL = {f"fluxtui.providers.{name}" for name in ("base", "published", "reading", "registry")}
"""What every room may import of the providers."""


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def names_in(tree: ast.Module, ids: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield line and value of every text that is the id of a provider."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in ids:
            yield node.lineno, str(node.value)


def imports_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and full name of all that is imported of the providers, also where it is used late."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.startswith("fluxtui.providers"))


def is_general(name: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in GENERAL)


def test_no_provider_is_named_outside_its_package() -> None:
    ids = frozenset(provider_ids())
    found = [
        f"{path.relative_to(ROOT)}:{line} names {value!r}"
        for path in sources()
        for line, value in names_in(parsed(path), ids)
    ]
    assert not found, "\n".join(found)


def test_no_package_of_a_provider_is_imported() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources()
        for line, name in imports_in(parsed(path))
        if not is_general(name)
    ]
    assert not found, "\n".join(found)


def test_the_rooms_are_looked_through() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in sources()} == set(ROOMS)


@pytest.mark.parametrize(
    "source",
    [
        'if job.provider == "fal":\n    pass',
        'NAMES = {"fal": 1}',
        'match provider:\n    case "fal":\n        pass',
        'def f(provider: str = "fal") -> None: ...',
    ],
)
def test_a_name_is_seen_wherever_it_stands(source: str) -> None:
    assert [value for _, value in names_in(ast.parse(source), frozenset({"fal"}))] == ["fal"]


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("from fluxtui.providers.bfl import catalogue", True),
        ("from fluxtui.providers import bfl", True),
        ("import fluxtui.providers.fal.provider as given", True),
        ("def f():\n    from fluxtui.providers.replicate.provider import ReplicateProvider", True),
        ("from fluxtui.providers.base import Provider", False),
        ("from fluxtui.providers import registry", False),
        ("import json", False),
    ],
)
def test_an_import_is_seen_wherever_it_stands(source: str, wrong: bool) -> None:
    assert any(not is_general(name) for _, name in imports_in(ast.parse(source))) is wrong
