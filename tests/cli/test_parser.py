"""The command line as typed: the real program in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fluxtui import __version__


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fluxtui", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def test_version() -> None:
    assert run("--version").stdout == f"fluxtui {__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("demo",)])
def test_without_a_terminal_it_says_so_and_ends(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = run(*arguments, "--data-dir", str(tmp_path / "data"))
    assert result.returncode == 2
    assert result.stdout == ""
    assert "terminal" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "data").exists()


def test_doctor_tells_without_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BFL_API_KEY", "bfl_very_secret")
    config = tmp_path / "config.toml"
    config.write_text('[images]\nprotocol = "none"\n')
    result = run("doctor", "--config", str(config))
    assert result.returncode == 0, result.stdout + result.stderr
    assert str(config) in result.stdout
    assert "BFL_API_KEY" in result.stdout
    assert "bfl_very_secret" not in result.stdout + result.stderr


def test_doctor_names_every_fault_of_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('colour = "red"\n[images]\nprotocol = "fax"\n')
    result = run("doctor", "--config", str(config))
    assert result.returncode == 1
    assert "colour" in result.stdout
    assert "images.protocol" in result.stdout


def test_nonsense_options_end_with_a_sentence() -> None:
    result = run("--images", "fax")
    assert result.returncode == 2
    assert "invalid choice" in result.stderr


def test_a_command_that_there_is_not_is_called_a_command() -> None:
    result = run("trian")
    assert result.returncode == 2
    assert "argument COMMAND: invalid choice: 'trian'" in result.stderr


def test_help_names_the_services_and_programs_as_they_are() -> None:
    assert "BFL, fal, Replicate and Runware" in " ".join(run("--help").stdout.split())
    assert "ComfyUI" in run("recall", "--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("doctor", "--data-dir", "~nobody-of-that-name/x"),
        ("doctor", "--config", "~nobody-of-that-name/config.toml"),
        ("collect", "--data-dir", "~nobody-of-that-name/x"),
        ("recall", "~nobody-of-that-name/a.png"),
    ],
)
def test_the_home_of_nobody_is_a_sentence(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BFL_API_KEY", "bfl_very_secret")
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.returncode != 0
    told = result.stdout + result.stderr
    assert "nobody-of-that-name" in told
    assert "does not know" in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []
