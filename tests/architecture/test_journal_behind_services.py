"""What the interface wants of the journal it asks the services for: seen in its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fluxtui
from tests.architecture.source import parsed

ROOT = Path(fluxtui.__file__).parent
ROOMS = ("controllers", "screens", "widgets", "app")
BUILDER = ROOT / "app" / "container.py"
"""Makes the services, and so opens the journal."""


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (path for path in sorted((ROOT / room).rglob("*.py")) if path != BUILDER)


def journals_in(tree: ast.Module) -> Iterator[int]:
    """Yield the lines in which somebody's journal is reached for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"journal", "_journal"}:
            yield node.lineno


@pytest.mark.parametrize("room", ROOMS)
def test_nobody_reaches_past_the_services(room: str) -> None:
    reaching = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        if path.is_relative_to(ROOT / room)
        for line in journals_in(parsed(path))
    ]
    assert reaching == []


def test_reaching_past_is_seen() -> None:
    assert list(journals_in(ast.parse("x = app.services.journal.notes.get('place')"))) == [1]
