"""What the program imports of others is what it says it needs; what its simulator serves with is an extra."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import fluxtui
from tests.architecture.source import parsed

PACKAGE = Path(fluxtui.__file__).parent
PROJECT = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named_in(requirements: list[str]) -> set[str]:
    return {normalised(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in requirements}


def distributions_of(files: list[Path]) -> dict[str, list[str]]:
    """Return the distributions that files import of, each with the files that do so."""
    providers = packages_distributions()
    found: dict[str, list[str]] = {}
    for path in files:
        for name in sorted(imported_by(path) - sys.stdlib_module_names - {"fluxtui"}):
            for distribution in providers.get(name, [name]):
                found.setdefault(normalised(distribution), []).append(str(path.relative_to(PACKAGE)))
    return found


def imported_by(path: Path) -> set[str]:
    """Return the top-level modules that a file imports anywhere."""
    modules: list[str] = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.append(node.module)
    return {module.partition(".")[0] for module in modules}


def test_what_the_program_imports_is_declared_and_nothing_else() -> None:
    files = [path for path in PACKAGE.rglob("*.py") if "simulator" not in path.relative_to(PACKAGE).parts]
    imported, declared = distributions_of(files), named_in(PROJECT["dependencies"])
    assert {name: places for name, places in imported.items() if name not in declared} == {}
    assert declared - imported.keys() == set()


def test_what_the_simulator_imports_is_declared_in_its_extra() -> None:
    imported = distributions_of(list((PACKAGE / "simulator").rglob("*.py")))
    beside = named_in(PROJECT["optional-dependencies"]["demo"])
    declared = named_in(PROJECT["dependencies"]) | beside
    assert {name: places for name, places in imported.items() if name not in declared} == {}
    assert beside - imported.keys() == set()
