"""What the documents name is there: files, modules, classes with their members, and other names."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import fluxtui
from tests.architecture.source import parsed

SOURCE = Path(fluxtui.__file__).parent
ROOT = SOURCE.parent
FOR_USERS = tuple(ROOT / name for name in ("README.md", "SECURITY.md", "docs/guide.md", "docs/releasing.md"))
FOR_CONTRIBUTORS = tuple(
    ROOT / name for name in ("CONTRIBUTING.md", "docs/architecture.md", "docs/adding-a-provider.md")
)
"""Every name in them is one of the source."""

ELSEWHERE = frozenset(
    {
        ".safetensors",
        "cache/",
        "cat.json",
        "collector.lock",
        "config.json",
        "log/",
        "masks/cat.png",
        "models.json",
        "pictures/",
        "ready.json",
        "sheets/",
        "spending/",
        "trash/",
        "unreadable/",
        "workspaces/",  # where the user's data is, or a child tells its ports
        "release.yml",
        "tests.yml",  # in .github/workflows
        "sboms/fluxtui.cdx.json",  # in the wheel
        "organisation/name",
        "tests/services/journal/version-N.sql",  # stand for others
        ".dist-info",
        ".venv/bin/lint-imports",
        ".venv/bin/mypy",  # of other systems and programs
    }
)
"""Looks like a file of the project, and is one of something else."""

OF_OTHERS = frozenset({"lint-imports", "defer_build", "print"})
"""Commands and names of what the project uses."""

OTHER_CLASSES = frozenset({"DataTable"})
"""Classes that documents name of what the project uses."""

_HIDDEN = frozenset({".ci", ".github", ".importlinter"})
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_PATH = re.compile(r"[\w./-]*/[\w./-]*|[\w.-]+\.(?:py|md|tcss|toml|lock|json|yml)|\.[a-z][\w-]*")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


def named_in(text: str) -> set[str]:
    """Return what stands in a document as code within a sentence, each on one line."""
    return {" ".join(code.split()) for code in _CODE.findall(_FENCE.sub("", text))}


@cache
def files() -> frozenset[str]:
    """Return every file and folder of the project by each end of its path, with `.py` and without it."""
    tops = [path for path in ROOT.iterdir() if path.name[0] != "." or path.name in _HIDDEN]
    paths = [path for top in tops for path in (top, *(top.rglob("*") if top.is_dir() else ()))]
    ends = set()
    for path in paths:
        if "__pycache__" in path.parts or path.suffix == ".pyc":
            continue
        parts = path.relative_to(ROOT).parts
        ends |= {"/".join(parts[first:]) for first in range(len(parts))}
    return frozenset(ends | {end.removesuffix(".py") for end in ends})


@cache
def members() -> dict[str, frozenset[str]]:
    """Return the names that stand in each class of the program, and in its bases."""
    own: dict[str, set[str]] = {}
    bases: dict[str, set[str]] = {}
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.ClassDef):
                own.setdefault(node.name, set()).update(_names_of(node))
                bases.setdefault(node.name, set()).update(
                    base.id for base in node.bases if isinstance(base, ast.Name)
                )
    return {name: frozenset(_with_bases(name, own, bases)) for name in own}


def _names_of(node: ast.ClassDef) -> set[str]:
    names = set()
    for child in ast.walk(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(child.name)
        elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            names.add(child.id)
        elif isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Store):
            names.add(child.attr)
    return names


def _with_bases(name: str, own: dict[str, set[str]], bases: dict[str, set[str]]) -> set[str]:
    if name not in own:
        return set()
    return own[name].union(*(_with_bases(base, own, bases) for base in bases[name]))


@cache
def identifiers() -> frozenset[str]:
    """Return every name that the program, its tests and its tools have, and every short text in them."""
    found: set[str] = set()
    for folder in ("fluxtui", "tests", "benchmarks", "tools"):
        for file in (ROOT / folder).rglob("*.py"):
            if file == Path(__file__):
                continue
            found.update((file.stem, *file.relative_to(ROOT).parts[:-1]))
            found.update(_identifiers_in(file.read_text(encoding="utf-8")))
    return frozenset(found)


def _identifiers_in(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        for field in ("id", "attr", "name", "arg", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                found.update(value.split("."))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40:
            found.add(node.value)
        if isinstance(node, ast.ImportFrom) and node.module:
            found.update(node.module.split("."))
    return found


def is_there(code: str) -> bool:
    """Tell whether what a document names as code is there; what is no path and no name is not looked at."""
    if code in ELSEWHERE or code in OF_OTHERS or set(code) & set("<>*~") or code.startswith("/"):
        return True
    if _PATH.fullmatch(code):
        return code.strip("/").removesuffix(".py") in files() and (
            not code.endswith(".py") or code in files()
        )
    return not _NAME.fullmatch(code) or _is_known(code)


def _is_known(name: str) -> bool:
    first, _, rest = name.partition(".")
    if rest and first in members():
        return all(part in members()[first] for part in rest.split(".")[:1])
    return all(part in identifiers() for part in name.split("."))


def _is_class_name(code: str) -> bool:
    return re.fullmatch(r"(?:[A-Z][a-z0-9]+){2,}", code) is not None


@pytest.mark.parametrize("document", FOR_CONTRIBUTORS, ids=lambda path: path.name)
def test_whatever_is_named_for_contributors_is_there(document: Path) -> None:
    named = named_in(document.read_text(encoding="utf-8"))
    assert sorted(code for code in named if not is_there(code)) == []


@pytest.mark.parametrize("document", FOR_USERS, ids=lambda path: path.name)
def test_files_named_for_users_are_there(document: Path) -> None:
    named = named_in(document.read_text(encoding="utf-8"))
    assert sorted(code for code in named if _PATH.fullmatch(code) and not is_there(code)) == []


@pytest.mark.parametrize("document", FOR_CONTRIBUTORS, ids=lambda path: path.name)
def test_classes_named_are_classes_of_the_program(document: Path) -> None:
    named = {code for code in named_in(document.read_text(encoding="utf-8")) if _is_class_name(code)}
    assert sorted(named - members().keys() - OTHER_CLASSES) == []


@pytest.mark.parametrize(
    ("code", "there"),
    [
        ("domain/jobs.py", True),
        ("domain/jobs", True),
        ("jobs/queue.py", True),
        ("controllers/", True),
        ("domain/words.py", False),
        ("obs/queue.py", False),
        ("widgets/picture_channel", False),
        ("JobStore.begin", True),
        ("JobStore.conclude", False),
        ("JobStorage", False),
        ("scan_memory", True),
        ("looking_glass", False),
        ("two words", True),
    ],
)
def test_what_is_there(code: str, there: bool) -> None:
    assert is_there(code) is there


def test_code_goes_over_the_end_of_a_line() -> None:
    assert named_in("a `b\n  c` d\n\n```sh\n`e`\n```\n`f`") == {"b c", "f"}
