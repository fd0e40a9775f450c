"""Whoever shows an age or a time keeps it true."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import fluxtui
from tests.architecture.source import parsed

ROOT = Path(fluxtui.__file__).parent
TELLING = {"relative_time", "elapsed"}
SCREENS = ROOT / "screens"


def packages() -> list[Path]:
    """Return the folders of screens, and the files that are a screen by themselves, that tell ages."""
    found = set()
    for path in SCREENS.rglob("*.py"):
        names = {node.id for node in ast.walk(parsed(path)) if isinstance(node, ast.Name)}
        if names & TELLING:
            found.add(path if path.parent == SCREENS else path.parent)
    return sorted(found)


@pytest.mark.parametrize("package", packages(), ids=lambda path: path.name)
def test_a_screen_with_an_age_follows_the_time(package: Path) -> None:
    files = [package] if package.is_file() else list(package.rglob("*.py"))
    methods = {
        node.name for path in files for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)
    }
    assert "show_time" in methods
