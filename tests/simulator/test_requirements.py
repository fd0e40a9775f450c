"""What the simulator needs beside the program's packages, and what is said where it is not installed."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

import fluxtui
from fluxtui.cli.parser import main
from fluxtui.simulator import requirements

ROOT = Path(fluxtui.__file__).parents[1]


def test_the_extra_installs_what_is_looked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"][requirements.EXTRA]
    assert sorted(name.partition(">=")[0] for name in extra) == sorted(requirements.PACKAGES)
    assert not [name for name in project["dependencies"] if name.startswith(requirements.PACKAGES)]
    assert f"fluxtui[{requirements.EXTRA}]" in project["optional-dependencies"]["test"]


def test_with_everything_there_is_nothing_to_say() -> None:
    assert requirements.missing_packages() == ""


@pytest.mark.parametrize(
    ("absent", "words"),
    [
        (("uvicorn",), "needs uvicorn, which is not"),
        (requirements.PACKAGES, "needs starlette and uvicorn, which are"),
    ],
)
def test_without_them_it_says_what_to_install(
    absent: tuple[str, ...],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in absent:
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["simulate", "--port", "0", "--state-directory", str(tmp_path / "state")]) == 2
    said = capsys.readouterr()
    assert (words in said.err, "pip install '.[demo]'" in said.err) == (True, True)
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert not (tmp_path / "state").exists()
