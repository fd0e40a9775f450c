"""Pictures of every kind that services deliver, and the recipe that is written into them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.services.recipes import Recipe

MakePicture = Callable[[str], Path]
"""Makes the picture of a kind: its name there, `palette.png`."""

SIZE = (37, 23)


def noise(mode: str, seed: int = 1) -> Image.Image:
    """Return a picture in which every pixel differs."""
    count = SIZE[0] * SIZE[1] * len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, SIZE, random.Random(seed).randbytes(count))


def write_picture(path: Path, kind: str, **options: Any) -> None:
    """Write the picture of a kind, with what Pillow's `save` takes besides."""
    frames: dict[str, Any] = {"save_all": True, "append_images": [noise("RGB", 2), noise("RGB", 3)]}
    made: dict[str, tuple[Image.Image, dict[str, Any]]] = {
        "rgb.png": (noise("RGB"), {}),
        "palette.png": (noise("RGB").quantize(16), {"transparency": 3}),
        "deep.png": (Image.frombytes("I;16", SIZE, random.Random(4).randbytes(SIZE[0] * SIZE[1] * 2)), {}),
        "alpha.png": (noise("RGBA"), {}),
        "animated.png": (noise("RGB"), frames),
        "plain.jpg": (noise("RGB"), {"quality": 90}),
        "progressive.jpg": (noise("RGB"), {"quality": 90, "progressive": True}),
        "grey.jpg": (noise("L"), {"optimize": True}),
        "cmyk.jpg": (noise("CMYK"), {}),
        "lossy.webp": (noise("RGB"), {"quality": 80}),
        "lossless.webp": (noise("RGB"), {"lossless": True}),
        "alpha.webp": (noise("RGBA"), {"quality": 80}),
        "lossless-alpha.webp": (noise("RGBA"), {"lossless": True, "exact": True}),
        "animated.webp": (noise("RGB"), {**frames, "duration": 40}),
    }
    image, wanted = made[kind]
    image.save(path, **(wanted | options))


@pytest.fixture
def make_picture(tmp_path: Path) -> MakePicture:
    def make(kind: str) -> Path:
        path = tmp_path / kind
        write_picture(path, kind)
        return path

    return make


@pytest.fixture
def job() -> Job:
    return Job(
        id="0193" + "5" * 28,
        work=GenerationWork(finetune_id="3f2a", finetune_name="Paper lanterns, red", seed=42),
        state=JobState.COLLECTING,
        profile="work",
        provider="bfl",
        endpoint="flux-pro-1.1-ultra-finetuned",
        title="a fox",
        parameters={
            "prompt": 'LNTRN, a fox in the snow,\nlooking <up> & "away" — 狐 🦊',
            "finetune_id": "3f2a",
            "finetune_strength": 1.2,
            "width": 37,
            "height": 23,
            "guidance": 3.5,
            "steps": 28,
            "prompt_upsampling": False,
            "image_prompt": "inputs/" + "a" * 64 + ".png",
            "seed": 42,
        },
        estimate_credits=7,
        cost_credits=6.5,
        created_at=datetime(2026, 11, 23, 22, 10, 5, tzinfo=UTC),
        updated_at=datetime(2026, 11, 23, 22, 11, tzinfo=UTC),
    )


@pytest.fixture
def recipe(job: Job) -> Recipe:
    return Recipe.from_job(job, trigger_word="LNTRN")
