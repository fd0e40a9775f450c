"""One word means one thing: no two classes of the program have the same name."""

from __future__ import annotations

import ast
from pathlib import Path

import fluxtui

SOURCE = Path(fluxtui.__file__).parent


def classes(source: str) -> list[str]:
    """Return the names of the public classes that a module defines at its top."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


def test_no_two_classes_have_the_same_name() -> None:
    # The simulator has the words of the services, which are theirs.
    files = [file for file in SOURCE.rglob("*.py") if "simulator" not in file.relative_to(SOURCE).parts]
    homes: dict[str, list[str]] = {}
    for file in files:
        for name in classes(file.read_text(encoding="utf-8")):
            homes.setdefault(name, []).append(str(file.relative_to(SOURCE)))
    assert len(homes) > 500
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_what_counts_as_a_class_of_a_module() -> None:
    source = "class Here:\n    class Within: ...\nclass _Own: ...\ndef work():\n    class Local: ..."
    assert classes(source) == ["Here"]
