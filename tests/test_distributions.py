"""What is built for a release: the same bytes from the same source, with all of it and nothing else."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import fluxtui

ROOT = Path(fluxtui.__file__).parents[1]
VERSION = fluxtui.__version__
WHEEL = f"fluxtui-{VERSION}-py3-none-any.whl"
SOURCE = f"fluxtui-{VERSION}.tar.gz"
INFO = f"fluxtui-{VERSION}.dist-info"
COMMITTED_AT = 1_790_000_000
"""Seconds since 1970, for both builds."""

NEVER = (
    "__pycache__",
    ".pyc",
    ".venv",
    ".ci/",
    ".git/",
    ".github",
    ".sqlite3",
    ".hypothesis",
    ".env",
    ".cache",
)


def source_tree(folder: Path) -> Path:
    """Return a copy of the source with what lies about in the trees of people who work on it."""
    folder.mkdir()
    included = [name.removeprefix("/") for name in sdist_includes()]
    for path in (path for name in [*included, "pyproject.toml", ".gitignore"] for path in ROOT.glob(name)):
        if path.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "__snapshots__")
            shutil.copytree(path, folder / path.name, ignore=ignored)
        else:
            shutil.copy2(path, folder)
    for name in (
        ".ci/secret",
        ".env",
        "fluxtui/__pycache__/cli.cpython-311.pyc",
        "dist/old.whl",
        "notes.txt",
    ):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("lies about", encoding="utf-8")
    return folder


def sdist_includes() -> list[str]:
    """Return what the project lists for its source distribution."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(listed["tool"]["hatch"]["build"]["targets"]["sdist"]["include"])


def build(tree: Path, into: Path) -> dict[str, Path]:
    """Build both distributions; returns them by name."""
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(into)]
    environ = {**os.environ, "SOURCE_DATE_EPOCH": str(COMMITTED_AT)}
    subprocess.run(command, cwd=tree, env=environ, capture_output=True, check=True, timeout=60)
    return {path.name: path for path in into.iterdir()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return source_tree(tmp_path_factory.mktemp("source") / "tree")


@pytest.fixture(scope="module")
def built(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(tree, tmp_path_factory.mktemp("built"))


def in_wheel(built: dict[str, Path]) -> dict[str, zipfile.ZipInfo]:
    with zipfile.ZipFile(built[WHEEL]) as wheel:
        return {entry.filename: entry for entry in wheel.infolist()}


def in_source(built: dict[str, Path]) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(built[SOURCE]) as source:
        return {entry.name.partition("/")[2]: entry for entry in source.getmembers()}


def package_files() -> set[str]:
    """Return the files of the program, as they lie in the source."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "fluxtui").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_same_source_makes_the_same_bytes(tree: Path, built: dict[str, Path], tmp_path: Path) -> None:
    # Another place, other times and modes, another umask.
    other = tmp_path / "elsewhere"
    shutil.copytree(tree, other)
    for path in other.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    before = os.umask(0o077)
    try:
        again = build(other, tmp_path / "again")
    finally:
        os.umask(before)
    assert sorted(built) == sorted(again) == [WHEEL, SOURCE]
    for name, path in built.items():
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(again[name].read_bytes()).digest()


def test_the_time_of_the_commit_is_that_of_all_files(built: dict[str, Path]) -> None:
    assert {int(entry.mtime) for entry in in_source(built).values()} == {COMMITTED_AT}
    assert len({entry.date_time for entry in in_wheel(built).values()}) == 1


def test_the_wheel_has_the_whole_program_and_nothing_else(built: dict[str, Path]) -> None:
    names = set(in_wheel(built))
    assert {name for name in names if not name.startswith(f"{INFO}/")} == package_files()
    assert {name.removeprefix(f"{INFO}/") for name in names if name.startswith(f"{INFO}/")} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
        "sboms/fluxtui.cdx.json",
    }


def test_the_source_has_what_it_is_to_have_and_nothing_that_lay_about(built: dict[str, Path]) -> None:
    names = set(in_source(built))
    tops = {name.removeprefix("/").partition("*")[0] for name in sdist_includes()}
    tops |= {"pyproject.toml", "PKG-INFO"}
    assert {name for name in names if not name.startswith((*tops, ".gitignore"))} == set()
    assert [top for top in tops if not any(name.startswith(top) for name in names)] == []
    assert package_files() <= names
    assert [name for name in names if any(part in name for part in NEVER)] == []
    assert all(entry.isfile() for entry in in_source(built).values())


def test_the_metadata_says_what_is_needed_for_what(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built[WHEEL]) as wheel:
        metadata = Parser().parsestr(wheel.read(f"{INFO}/METADATA").decode())
    needed = metadata.get_all("Requires-Dist") or []
    always = {name for name in needed if "extra ==" not in name}
    assert metadata["Version"] == VERSION
    assert not [name for name in always if name.startswith(("starlette", "uvicorn"))]
    assert {name.partition("<")[0] for name in needed if "extra == 'demo'" in name} == {
        "starlette",
        "uvicorn",
    }
