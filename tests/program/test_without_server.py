"""Without what only the simulator needs the program trains and generates, and says why there is no demo."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.domain.jobs import JobKind, JobState
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.fal.keys import VALID_KEY
from fluxtui.simulator.requirements import PACKAGES
from fluxtui.simulator.running import running_simulator
from tests.program.test_main_job import generate

if TYPE_CHECKING:
    from tests.program.demos import StartProgram


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no process of the program find the packages of the extra."""
    folder = tmp_path / "bare"
    folder.mkdir()
    lines = [f"sys.modules[{name!r}] = None" for name in PACKAGES]
    (folder / "sitecustomize.py").write_text("\n".join(["import sys", *lines]), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))


def test_the_block_blocks(bare: None) -> None:
    for name in PACKAGES:
        assert subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True).returncode == 1


async def test_it_starts_trains_and_generates(
    bare: None, start_program: StartProgram, sunsets: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with running_simulator(Settings(seconds_per_training=1.0, seconds_per_image=0.3)) as service:
        urls = service.fal.urls
        config = tmp_path / "config.toml"
        config.write_text(
            f'profile = "fal"\n[profiles.fal]\nprovider = "fal"\nbase_url = "{urls["queue"]}"\n'
            f'rest_url = "{urls["rest"]}"\nplatform_url = "{urls["platform"]}"\napi_key = "{VALID_KEY}"\n',
            encoding="utf-8",
        )
        config.chmod(0o600)
        terminal = start_program("--config", config, "--data-dir", data)
        terminal.wait_for("1 Pictures", "No trainings yet")
        terminal.type(str(sunsets))
        terminal.press("enter")
        terminal.wait_for("✓ 6 pictures")
        terminal.press("ctrl+s")
        terminal.wait_for("Nothing was sent")
        terminal.type("my sunsets")
        terminal.press("ctrl+s")
        terminal.confirm("Train this finetune?", "$4.30")
        terminal.wait_for("The finetune my sunsets is trained")
        terminal.press("f3")
        terminal.wait_for("1 finetune", "my sunsets")
        terminal.press("enter")
        terminal.wait_for("◂ my sunsets ▸")
        generate(terminal, "a boat at sea", 1)
    async with Journal(StorageService(data).journal_path) as journal:
        ended = [(job.kind, job.state) for job in await journal.jobs.recent()]
    assert ended == [(JobKind.GENERATION, JobState.DONE), (JobKind.TRAINING, JobState.DONE)]


def test_the_demo_says_what_to_install(bare: None, start_program: StartProgram, tmp_path: Path) -> None:
    terminal = start_program("demo", "--data-dir", tmp_path / "demo")
    assert terminal.wait_for_end() == 2
    terminal.wait_for("Nothing was started.", "extra “demo”")


def test_collecting_the_demo_says_it_too(bare: None, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fluxtui", "collect", "--demo", "--data-dir", str(tmp_path / "demo")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "fluxtui: The simulator needs starlette and uvicorn, which are not installed"
    )
    assert "pip install '.[demo]'" in done.stderr
