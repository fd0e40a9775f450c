"""The real program before files that others could have put there or changed: it refuses, in every command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.program.demos import StartProgram

COMMANDS = (("collect",), ("collect", "--demo"), ("collect", "--detached"), ("adopt", "{models}"))
WITHOUT_CONFIG = {("collect", "--demo")}


def run(*arguments: str, umask: int = -1) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fluxtui", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
        umask=umask,
    )


@pytest.fixture
def models(tmp_path: Path) -> Path:
    path = tmp_path / "models.json"
    path.write_text(json.dumps([{"finetune_id": "abc", "model_name": "old"}]))
    path.chmod(0o600)
    return path


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A data directory with an empty journal that everybody can write; another user's where we are root."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "journal.sqlite3").touch()
    (folder / "journal.sqlite3").chmod(0o666)
    folder.chmod(0o777)
    if os.geteuid() == 0:
        os.chown(folder / "journal.sqlite3", 54321, 54321)
        os.chown(folder, 54321, 54321)
    return folder


def untouched(folder: Path) -> bool:
    return [path.name for path in folder.iterdir()] == ["journal.sqlite3"] and not os.path.getsize(
        folder / "journal.sqlite3"
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_data_directory_of_others_is_refused(foreign: Path, models: Path, command: tuple[str, ...]) -> None:
    words = [word.format(models=models) for word in command]
    result = run(*words, "--data-dir", str(foreign))
    assert result.returncode == 2
    assert result.stdout == ""
    assert "nothing of it was read, run or sent" in result.stderr
    assert f"chmod go-w {foreign}" in result.stderr
    assert untouched(foreign)


def test_doctor_lists_everything(foreign: Path, tmp_path: Path) -> None:
    config = tmp_path / "loose" / "config.toml"
    config.parent.mkdir()
    config.write_text(f'[profiles.bfl]\napi_key_command = ["/bin/sh", "-c", "touch {tmp_path}/ran"]\n')
    config.chmod(0o666)
    config.parent.chmod(0o777)
    result = run("doctor", "--data-dir", str(foreign), "--config", str(config))
    assert result.returncode == 1
    refused = [line for line in result.stdout.splitlines() if line.startswith("refused")]
    for path in (config, config.parent, foreign / "journal.sqlite3"):
        assert any(f" {path} " in line and line.endswith(f"chmod go-w {path}") for line in refused), path
    assert untouched(foreign)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in WITHOUT_CONFIG])
def test_a_configuration_that_others_can_change_runs_nothing(
    models: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[profiles.bfl]\napi_key_command = ["/bin/sh", "-c", "touch {tmp_path}/ran"]\n')
    config.chmod(0o666)
    words = [word.format(models=models) for word in command]
    result = run(*words, "--config", str(config), "--data-dir", str(tmp_path / "data"))
    assert result.returncode == 2
    assert f"If you trust what is in it, run: chmod go-w {config}" in result.stderr
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("arguments", [(), ("demo",)])
def test_the_program_says_it_before_a_screen_is_drawn(
    foreign: Path, start_program: StartProgram, arguments: tuple[str, ...]
) -> None:
    terminal = start_program(*arguments, "--data-dir", foreign)
    assert terminal.wait_for_end() == 2
    # A line of the terminal ends anywhere.
    assert "nothingofitwasread" in "".join(terminal.text.split())
    assert untouched(foreign)


@pytest.mark.parametrize("umask", [0o000, 0o002])
def test_whatever_the_demo_makes_is_private(own_environment: Path, umask: int) -> None:
    """Also the program's own directory, in which the demo's lies."""
    result = run("collect", "--demo", umask=umask)
    assert result.returncode == 0, result.stderr
    made = [path for path in own_environment.rglob("*") if not path.is_symlink()]
    assert any(path.name == "journal.sqlite3" for path in made)
    assert [path for path in made if path.stat().st_mode & 0o077] == []
    usual = next(path for path in made if path.name == "fluxtui")
    usual.chmod(0o777)
    (usual / "demo").chmod(0o777)
    again = run("collect", "--demo", umask=umask)
    assert (again.returncode, again.stderr) == (
        0,
        f"fluxtui: Closed to others on this machine, since all in it is yours: {usual}\n",
    )
    assert {path.stat().st_mode & 0o777 for path in (usual, usual / "demo")} == {0o700}
    log = (usual / "demo" / "log" / "fluxtui.log").read_text(encoding="utf-8")
    assert log.count("Closed to others") == 1


def test_doctor_says_that_a_data_directory_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run(
        "doctor", "--data-dir", str(tmp_path / "file" / "data"), "--config", str(tmp_path / "none.toml")
    )
    assert result.returncode == 1
    assert f"refused       {tmp_path / 'file'} is not a directory." in result.stdout
