"""No module needs itself by way of others, however late it imports them."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

import pytest

import fluxtui

_SOURCE = Path(fluxtui.__file__).parent


def modules() -> dict[str, Path]:
    """Return the file of each module of the program by its dotted name."""
    found = {}
    for file in sorted(_SOURCE.rglob("*.py")):
        parts = (_SOURCE.name, *file.relative_to(_SOURCE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports_in(source: str, known: Mapping[str, object], importer: str = "") -> set[str]:
    """Return the modules of the program that a module loads, wherever in it; not those for types alone.

    A package is loaded before anything in it, by whoever is not in it too.
    """
    loaded = {name for node in _run(ast.parse(source)) for name in _named(node, known)}
    packages = {
        package
        for name in loaded
        for package in _packages(name)
        if not f"{importer}.".startswith(f"{package}.")
    }
    return (loaded | packages) & known.keys() - {importer}


def _packages(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that are there when the program runs."""
    for child in ast.iter_child_nodes(node):
        if (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id == "TYPE_CHECKING"
        ):
            for other in child.orelse:
                yield other
                yield from _run(other)
        else:
            yield child
            yield from _run(child)


def _named(node: ast.AST, known: Container[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        # What is a module of its own is meant, not the package that it is in.
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            yield whole if whole in known else node.module


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the largest groups of modules of which each leads to each other (Tarjan's components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        path.append(name)
        for other in sorted(graph.get(name, ())):
            if other not in index:
                visit(other)
            if other in path:
                low[name] = min(low[name], low[other])
        if low[name] == index[name]:
            group = path[path.index(name) :]
            del path[path.index(name) :]
            if len(group) > 1 or name in graph.get(name, ()):
                found.append(sorted(group))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return found


def test_no_module_leads_back_to_itself() -> None:
    known = modules()
    graph = {name: imports_in(file.read_text(encoding="utf-8"), known, name) for name, file in known.items()}
    assert sum(map(len, graph.values())) > 1_000, "the imports were found"
    assert circles(graph) == []


@pytest.mark.parametrize(
    "late",
    [
        "import fluxtui.app.state",
        "def work():\n    from fluxtui.app import state",
        "class A:\n    def work(self):\n        from fluxtui.app.state import guarded",
    ],
)
def test_late_imports_count(late: str) -> None:
    assert imports_in(late, modules(), "fluxtui.app.app") == {"fluxtui.app.state"}


def test_a_package_is_loaded_by_whoever_is_not_in_it() -> None:
    source = "from fluxtui.services.journal.rows import utc_text"
    rows, package = "fluxtui.services.journal.rows", "fluxtui.services.journal"
    assert imports_in(source, modules(), "fluxtui.services.samples") == {rows, package}
    assert imports_in(source, modules(), "fluxtui.services.journal.jobs") == {rows}


def test_imports_for_types_alone_do_not_count() -> None:
    source = "if TYPE_CHECKING:\n    from fluxtui.app import state\nelse:\n    import fluxtui.cli"
    assert imports_in(source, modules(), "fluxtui.x") == {"fluxtui.cli"}


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"e"}}
    assert sorted(circles(graph)) == [["a", "b", "c"], ["e"]]
