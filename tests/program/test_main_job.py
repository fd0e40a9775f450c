"""The main job from an empty directory by keyboard at 80x24: train, browse, generate, pictures on disk."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageStat

from fluxtui.domain.jobs import JobKind, JobState

if TYPE_CHECKING:
    from tests.program.demos import Demo
    from tests.program.terminal import Terminal

SEED = "7"


def train(terminal: Terminal, dataset: Path, name: str) -> None:
    """Train a finetune on a folder, from the first place of a new demo on."""
    terminal.press("f2")
    terminal.wait_for("1 Pictures")
    # From the name, past the trainer, the pictures and the button.
    terminal.press("shift+tab", "shift+tab", "shift+tab", "shift+tab", "home", "ctrl+k")
    terminal.type(str(dataset))
    terminal.press("enter")
    terminal.wait_for("✓ 6 pictures")
    # The first thing that is missing is the name.
    terminal.press("ctrl+s")
    terminal.wait_for("Nothing was sent")
    terminal.type(name)
    terminal.press("ctrl+s")
    terminal.confirm("Train this finetune?", "$4.30")


def generate(terminal: Terminal, prompt: str, saved: int) -> None:
    """Write a prompt, send it, and wait until so many pictures are saved."""
    terminal.go_to("Seed")
    terminal.press("home", "ctrl+k")
    terminal.type(SEED)
    terminal.press("escape", "ctrl+u")
    terminal.type(prompt)
    terminal.press("ctrl+s")
    terminal.wait_until(lambda text: text.count("✓ done") >= saved, f"{saved} pictures")


def mean_colour(path: Path) -> list[float]:
    """Return the mean red, green and blue of a picture, 0 to 255."""
    with Image.open(path) as picture:
        return ImageStat.Stat(picture.convert("RGB")).mean


async def test_train_browse_and_generate(demo: Demo, sunsets: Path) -> None:
    terminal = demo.start()
    terminal.wait_for("✓ 12 pictures", "What the finetune will be called")
    terminal.press("f4")
    terminal.wait_for("FLUX.2 [pro]", "Generate 1")
    generate(terminal, "a boat at sea", 1)

    train(terminal, sunsets, "my sunsets")
    terminal.wait_for("The finetune my sunsets is trained")
    terminal.press("f3")
    terminal.wait_for("1 finetune", "my sunsets")
    terminal.press("enter")
    terminal.wait_for("◂ my sunsets · fal ▸")
    generate(terminal, "a boat at sea", 2)

    jobs, finetunes, pictures = await demo.records()
    assert [(job.kind, job.state) for job in jobs] == [
        (JobKind.GENERATION, JobState.DONE),
        (JobKind.TRAINING, JobState.DONE),
        (JobKind.GENERATION, JobState.DONE),
    ]
    assert [finetune.name for finetune in finetunes] == ["my sunsets"]
    assert [picture.finetune_name for picture in pictures] == ["my sunsets", None]
    for picture in pictures:
        with Image.open(demo.folder / picture.path) as opened:
            opened.load()
            assert opened.size == (picture.width, picture.height)
            assert opened.format == picture.format
    learned, plain = (mean_colour(demo.folder / picture.path) for picture in pictures)
    taught = mean_colour(sunsets / "sunset-0.jpg")
    assert math.dist(learned, taught) < 40 < 80 < math.dist(plain, taught)

    ledger = {entry["id"]: entry for entry in demo.simulated("ledger")}
    assert {job.remote_id: job.credits for job in jobs} == {
        remote_id: entry["cost"] for remote_id, entry in ledger.items()
    }
    assert demo.simulated("violations") == []
