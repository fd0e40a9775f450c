"""Files are read through one door: whoever opens a path himself can be made to wait for ever by a pipe."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import fluxtui
from fluxtui.system.ordinary_files import NotAFile, open_ordinary, read_ordinary
from tests.architecture.source import parsed

HOME = Path(fluxtui.__file__).parent
ALLOWED = {
    "system/ordinary_files.py": "the door itself",
    "system/private_files.py": "writes only, and what is new",
    "system/keyring_child.py": "standard streams, by their descriptors",
    "services/page/peers.py": "of /proc, by a fixed name",
    "services/storage/ownership.py": "of /proc, by fixed names",
    "cli/logs.py": "writes only, and does not wait (O_NONBLOCK)",
    "terminal/characters.py": "standard streams, by their descriptors",
    "terminal/intermediary.py": "of /proc, by a number",
    "demo/simulation.py": "of /proc, by a number",
    "services/journal/repair.py": "does not wait, and reads nothing but what is a file",
    "services/picture_inputs.py": "does not wait, and has its own words for what is no file",
}
"""Who opens files without it, and why that waits for nobody."""
READS = {"read_bytes", "read_text", "fdopen"}


def openings(tree: ast.AST) -> Iterator[int]:
    """Yield the lines in which a file is opened by a path, or read by one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        mode = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
        if isinstance(node.func, ast.Name) and node.func.id == "open":
            yield node.lineno
        elif isinstance(node.func, ast.Attribute):
            is_mode = isinstance(mode, str) and bool(mode) and set(mode) <= set("rwaxbt+")
            if node.func.attr in READS or (node.func.attr == "open" and is_mode):
                yield node.lineno


def test_nobody_opens_files_without_the_door() -> None:
    found = {}
    for path in sorted(HOME.rglob("*.py")):
        name = path.relative_to(HOME).as_posix()
        lines = list(openings(parsed(path)))
        if lines and not name.startswith("simulator/"):
            found[name] = lines
    assert {name: lines for name, lines in found.items() if name not in ALLOWED} == {}
    assert set(ALLOWED) <= set(found), "no reason without an opening"


def test_the_test_sees_them() -> None:
    script = "open(a)\np.read_bytes()\np.open('rb')\nPath(x).read_text()\nimage.open(x)\njournal.open()"
    assert list(openings(ast.parse(script))) == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", ["pipe", "directory", "device", "null in the name"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = {"device": Path("/dev/zero"), "directory": tmp_path, "null in the name": Path("a\0b")}.get(
        kind, tmp_path / "pipe"
    )
    if kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(OSError if kind == "null in the name" else NotAFile), open_ordinary(path):
        pass


def test_a_file_that_claims_any_size_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match="too large"):
        read_ordinary(path)
    path.write_bytes(b"12345")
    assert read_ordinary(path, 5) == b"12345"
    with pytest.raises(OSError, match="too large"):
        read_ordinary(path, 4)
