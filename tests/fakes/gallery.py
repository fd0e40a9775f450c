"""Pictures for a journal, each with the job that made it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from PIL import Image, ImageDraw

from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.domain.picture import Picture
from fluxtui.services.journal import Journal
from fluxtui.services.journal.rows import insert

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PROMPTS = (
    "a fox in the snow",
    "three lanterns over a river",
    "a red house [/x] at night",
    "portrait, 35mm grain",
)
SIZES = ((96, 96), (128, 72), (72, 96))


def painted(number: int) -> Image.Image:
    """Return a picture that looks like no other one."""
    image = Image.new("RGB", SIZES[number % 3], (40 * number % 256, 90, 200 - 30 * number % 200))
    draw = ImageDraw.Draw(image)
    draw.ellipse((10 + 3 * number % 30, 12, 60, 60), fill=(230, 60 + 20 * number % 190, 70))
    draw.rectangle((30, 50, 66, 66), fill=(20, 160, 10 * number % 256))
    return image


def made(number: int, root: Path) -> tuple[Job, Picture]:
    """Return a finished job and its picture, whose file is written below the data directory."""
    path = f"pictures/2026-11-23/picture-{number}.jpg"
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    image = painted(number)
    image.save(file, "JPEG", quality=90)
    prompt, finetune = PROMPTS[number % 4], "lanterns" if number % 2 else None
    parameters = {"prompt": prompt, "seed": 100 + number, "width": image.width, "guidance": 3.5}
    at = NOON - timedelta(hours=20 - number)
    job = Job(
        id=f"01a20aa98da8d25cbd2bd5ea474981{number:02}",
        work=GenerationWork(finetune_id=finetune, finetune_name=finetune, seed=100 + number, picture=path),
        state=JobState.DONE,
        profile="demo",
        provider="bfl",
        endpoint="flux-dev",
        title=prompt,
        parameters=parameters,
        estimate_credits=2.5,
        cost_credits=2.5 + number,
        created_at=at,
        updated_at=at,
        submitted_at=at,
        finished_at=at,
    )
    picture = Picture(
        id=f"p{number}",
        job_id=job.id,
        path=path,
        format="JPEG",
        width=image.width,
        height=image.height,
        size=123_456,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        prompt=prompt,
        seed=100 + number,
        endpoint="flux-dev",
        finetune_name=finetune,
        parameters=parameters,
        created_at=at,
    )
    return job, picture


async def add_pictures(journal: Journal, root: Path, *numbers: int) -> None:
    """Write finished generations and their pictures into a journal."""
    for number in numbers:
        job, picture = made(number, root)
        await journal._database.write(partial(insert, table="jobs", model=job))
        await journal.pictures.add(picture)
