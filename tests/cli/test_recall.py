"""`fluxtui recall` on real files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fluxtui.cli.parser import main

TEXT = "a fox\x1b[2J\nSteps: 4, Seed: 9, Sampler: Euler"


def written(path: Path, text: str) -> Path:
    info = PngInfo()
    info.add_text("parameters", text)
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)
    return path


def test_tells_what_a_file_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "fox.png", TEXT)
    assert main(["recall", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{path}: AUTOMATIC1111's text",
        "  Prompt: a fox",
        "  Seed: 9",
        "  Steps: 4",
        "  ! Its prompt has characters that cannot be shown: line breaks take their place, or nothing.",
        "  ! Not used, since no service takes it: Sampler Euler.",
    ]


def test_json_and_files_that_say_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, other = written(tmp_path / "fox.png", TEXT), tmp_path / "plain.png"
    Image.new("RGB", (8, 8)).save(other)
    assert main(["recall", "--json", str(path), str(other)]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["values"] == {"prompt": "a fox", "seed": 9, "steps": 4}
    assert "plain.png does not say how it was made." in told.err
