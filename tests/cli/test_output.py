"""Commands whose output cannot take what there is to say: any encoding, closed, full, a pipe nobody reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

RECALL = ("recall", "{}")
COMMANDS = (("doctor",), ("collect",), RECALL, ("adopt", "{}"), ("--help",), ("--version",))
LOCALES = (
    {"LANG": "en_US.ISO-8859-1"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"LC_ALL": "xx_YY.KOI8-R", "PYTHONUTF8": "0"},
    *({"PYTHONIOENCODING": name} for name in ("ascii", "latin-1", "cp1252", "utf-16")),
)
STREAMS = ('>&- 2> "$ERRORS"', '2> "$ERRORS" | true', ">&- 2>&- <&-", "2>&- > /dev/null")
IN_ENCODINGS = (
    # This one writes the user's own words; all write through the same functions.
    *((RECALL, variables) for variables in LOCALES),
    *((command, variables) for command in COMMANDS[:4] if command != RECALL for variables in LOCALES[1::5]),
)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture whose name and prompt have characters of many alphabets."""
    about = PngImagePlugin.PngInfo()
    about.add_itxt(
        "parameters", "ein Bär, 灯籠, ▶ 🏮\nSteps: 20, Sampler: Euler, CFG scale: 3.5, Seed: 7, Size: 8x8"
    )
    path = tmp_path / "Bär 灯.png"
    Image.new("RGB", (8, 8)).save(path, pnginfo=about)
    return path


def run_shell(command: tuple[str, ...], picture: Path, how: str, **variables: str) -> tuple[int, str]:
    """Run a command with its streams as a shell's `how` has them, and return its code and its errors."""
    errors = picture.parent / "errors"
    line = [sys.executable, "-m", "fluxtui", *(part.format(picture) for part in command)]
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHONIO"))
    }
    home = str(picture.parent / "home")
    environ |= {
        "HOME": home,
        "XDG_DATA_HOME": home,
        "XDG_CONFIG_HOME": home,
        "ERRORS": str(errors),
        **variables,
    }
    shell = ["/bin/sh", "-c", f'"$@" {how}', "sh"]
    result = subprocess.run([*shell, *line], timeout=60, check=False, env=environ)
    return result.returncode, errors.read_text(errors="replace") if errors.exists() else ""


@pytest.mark.parametrize(
    ("command", "variables"),
    IN_ENCODINGS,
    ids=lambda value: value[0] if isinstance(value, tuple) else "-".join(value.values()),
)
def test_no_encoding_is_a_fault(command: tuple[str, ...], variables: dict[str, str], picture: Path) -> None:
    code, errors = run_shell(command, picture, '> /dev/null 2> "$ERRORS" < /dev/null', **variables)
    assert "Traceback" not in errors
    assert code == (1 if command[0] == "adopt" else 0)


@pytest.mark.parametrize(("number", "how"), enumerate(STREAMS))
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_closed_or_unread_output_is_no_fault(
    command: tuple[str, ...], number: int, how: str, picture: Path
) -> None:
    # Each command writes in both ways, and so does each kind of output.
    unbuffered = "1" if (COMMANDS.index(command) + number) % 2 else ""
    _, errors = run_shell(command, picture, how, PYTHONUNBUFFERED=unbuffered)
    assert "Traceback" not in errors
    assert "Error" not in errors


def test_nothing_for_people_goes_into_the_journal(picture: Path) -> None:
    """The first file that is opened takes the place of a closed standard output."""
    run_shell(("collect",), picture, ">&- 2>&- <&-")
    run_shell(("doctor",), picture, ">&- 2>&- <&-")
    (journal,) = (picture.parent / "home").rglob("journal.sqlite3")
    assert journal.read_bytes().startswith(b"SQLite format 3\x00")
    assert b"There was nothing to collect" not in journal.read_bytes()
