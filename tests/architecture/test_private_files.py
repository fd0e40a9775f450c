"""What is made is for the user alone: one place makes files and directories; the simulator has its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fluxtui

ROOT = Path(fluxtui.__file__).parent
PLACES = {"system/private_files.py", "simulator/core/private_files.py"}

MAKERS = {
    *("mkdir", "makedirs", "mkfifo", "mknod", "touch", "write_text", "write_bytes"),
    *(
        "mkstemp",
        "mkdtemp",
        "TemporaryDirectory",
        "NamedTemporaryFile",
        "TemporaryFile",
        "SpooledTemporaryFile",
    ),
    *("copyfile", "copy", "copy2", "copytree", "symlink", "symlink_to", "O_CREAT", "O_TMPFILE"),
}
"""Names of `os`, `tempfile`, `shutil` and paths that make something."""

OTHER_COPIES = {"copy": {"shutil"}}
"""What counts only as a function of these modules: pictures and dictionaries have a `copy` too."""

ALLOWED = {
    ("services/journal/database.py", "connect"): "SQLite opens the journal, which was made and judged before",
    ("services/journal/repair.py", "connect"): "the new journal is made before; the old one is a copy",
    ("services/journal/repair.py", "copyfile"): "into a directory made for that alone",
    ("services/jobs/delivery.py", "copyfile"): "over a file that storage has made for that",
    ("services/lora/dashboard.py", "copyfile"): "over a temporary file made for that",
    ("services/datasets/packing.py", "ZipFile"): "over a file that storage has made for that",
    ("services/journal/schema.py", "connect"): "in memory",
    ("services/journal/search.py", "connect"): "in memory",
    ("simulator/core/state.py", "connect"): "SQLite opens the state, which was made before",
}


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def writes(node: ast.Call) -> bool:
    """Whether a call of `open`, or of something that opens, names a mode that makes a file."""
    given = [*node.args, *(word.value for word in node.keywords if word.arg == "mode")]
    modes = [item.value for item in given if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return any(set(mode) & set("wax") and set(mode) <= set("rwaxbt+") for mode in modes)


def makers_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in MAKERS:
            owners = OTHER_COPIES.get(node.attr)
            if owners is None or (isinstance(node.value, ast.Name) and node.value.id in owners):
                yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module in ("os", "tempfile", "shutil"):
            yield from (alias.name for alias in node.names if alias.name in MAKERS)
        elif isinstance(node, ast.Call):
            name = called(node)
            if (name in ("open", "ZipFile") and writes(node) and not is_member(node)) or name == "connect":
                yield name


def is_member(node: ast.Call) -> bool:
    """Whether what is opened is a member of an archive, in memory, a stream by number, or made elsewhere."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    in_archive = isinstance(owner, ast.Name) and owner.id == "archive"
    first = node.args[0] if node.args else None
    by_number = isinstance(first, ast.Constant) and isinstance(first.value, int)
    by_others = bool({"fileobj", "opener"} & {word.arg for word in node.keywords})
    return in_archive or by_number or by_others or called_on_file(node)


def called_on_file(node: ast.Call) -> bool:
    """Whether an archive is written into a file that is open already."""
    first = node.args[0] if node.args else None
    return called(node) == "ZipFile" and (
        (isinstance(first, ast.Attribute) and first.attr == "file")
        or (isinstance(first, ast.Name) and first.id in ("buffer", "packed", "content"))
    )


def sources() -> dict[str, str]:
    paths = {path.relative_to(ROOT).as_posix(): path for path in ROOT.rglob("*.py")}
    return {name: path.read_text(encoding="utf-8") for name, path in paths.items()}


def test_files_and_directories_are_made_in_one_place() -> None:
    found = {
        (name, maker)
        for name, source in sources().items()
        if name not in PLACES
        for maker in makers_in(source)
    }
    found -= {
        (name, maker) for name, maker in found if maker == "connect" and "sqlite3" not in sources()[name]
    }
    assert found - ALLOWED.keys() == set()
    assert ALLOWED.keys() - found == set(), "not needed any more"


@pytest.mark.parametrize(
    "source",
    [
        "path.mkdir()",
        "os.makedirs(path, exist_ok=True)",
        "tempfile.mkstemp()",
        "from tempfile import NamedTemporaryFile",
        "path.write_text('x')",
        "open(path, 'w')",
        "open(path, mode='ab')",
        "path.open('x')",
        "os.open(path, os.O_RDWR | os.O_CREAT)",
        "shutil.copy(a, b)",
        "sqlite3.connect(path)",
        "zipfile.ZipFile(path, 'w')",
    ],
)
def test_each_way_to_make_a_file_is_found(source: str) -> None:
    assert list(makers_in(source))


@pytest.mark.parametrize(
    "source", ["open(path)", "path.open('rb')", "values.copy()", "zipfile.ZipFile(path)"]
)
def test_reading_is_none(source: str) -> None:
    assert not list(makers_in(source))
