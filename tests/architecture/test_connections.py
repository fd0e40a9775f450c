"""Whoever opens a database with `with` closes it: the `with` of a connection itself only commits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fluxtui
from tests.architecture.source import parsed

HERE = Path(__file__).parents[2]
PLACES = (Path(fluxtui.__file__).parent, HERE / "tests", HERE / "benchmarks", HERE / "tools")


def left_open(module: ast.Module) -> Iterator[int]:
    """Yield the lines of each `with` on a connection that nothing closes."""
    for node in ast.walk(module):
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                opened = item.context_expr
                if isinstance(opened, ast.Call) and ast.unparse(opened.func) == "sqlite3.connect":
                    yield node.lineno


def test_no_connection_is_left_open() -> None:
    paths = [path for place in PLACES for path in place.rglob("*.py")]
    assert paths
    found = {f"{path}:{line}" for path in paths for line in left_open(parsed(path))}
    assert found == set(), "use contextlib.closing"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("with sqlite3.connect(path) as journal: pass", [1]),
        ("with open(path) as file, sqlite3.connect(path): pass", [1]),
        ("with closing(sqlite3.connect(path)) as journal, journal: pass", []),
    ],
)
def test_each_is_found(source: str, found: list[int]) -> None:
    assert list(left_open(ast.parse(source))) == found
