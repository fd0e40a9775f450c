"""Permissions are a nicety of some file systems: one place sets them, and knows those that have none."""

from __future__ import annotations

import ast
from pathlib import Path

import fluxtui
from tests.architecture.source import parsed

ROOT = Path(fluxtui.__file__).parent
PLACE = "system/private_files.py"
SETTERS = {"chmod", "fchmod", "lchmod", "copymode", "copystat", "copy", "copy2", "copytree"}
"""Of `os`, `shutil` and paths; the last ones set permissions as well."""

MODULES = {"os", "shutil"}


def setters_in(path: Path) -> list[int]:
    found = []
    for node in ast.walk(parsed(path)):
        if not (isinstance(node, ast.Attribute) and node.attr in SETTERS):
            continue
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        if owner in MODULES or "mod" in node.attr:
            found.append(node.lineno)
    return found


def test_permissions_are_set_in_one_place() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sorted(ROOT.rglob("*.py"))
        if "simulator" not in path.parts and (lines := setters_in(path))
    }
    assert set(found) == {PLACE}, found
