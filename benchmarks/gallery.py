"""How long the gallery takes to find pictures and to read a page of them, with many in the journal."""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fluxtui.domain.gallery import GalleryFilter
from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.domain.picture import Picture
from fluxtui.services.gallery import GalleryService
from fluxtui.services.journal import Journal
from fluxtui.services.journal.rows import insert
from fluxtui.services.storage import StorageService

REPEATS = 5
PAGE = 60
FILTERS = (
    "",
    "star",
    "rating>=4 sort:rating",
    "fox",
    "l",
    '"lanterns over a river" -fox',
    "狐狸",
    "finetune:luna-7",
    "endpoint:flux-2",
    "profile:second",
    "tag:best",
    "since:2026-06-01 until:2026-06-30",
    "seed:4242",
    "size>=1.5mp sort:size",
    "cost<5 sort:cost",
    "sort:prompt",
    "fox star rating>=3 finetune:luna endpoint:flux-2 since:2026-03-01 cost<9 size>=1mp sort:rating",
    "is:trash",
)
WORDS = ("fox", "lanterns", "river", "snow", "märchen", "portrait of a woman", "red house", "grain", "35mm")


def fill(path: Path, count: int, now: datetime) -> None:
    """Write finished generations and their pictures, of a year, into a journal; there are no files."""
    draw = random.Random(0)
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(count):
            at = now - timedelta(days=365) * (1 - number / count)
            subject = "three lanterns over a river" if number % 3 else "a fox"
            prompt = f"{subject}, {' '.join(draw.choices(WORDS, k=30))} {'雪地里的狐狸' * (number % 49 == 0)}"
            endpoint = ("flux-dev", "flux-2-pro", "flux-pro-1.1", "flux-2-klein")[number % 4]
            job, picture = make(number, at, prompt, endpoint, draw.randrange(2**32))
            insert(connection, "jobs", job)
            insert(connection, "pictures", picture)
        connection.execute("UPDATE pictures SET starred = number % 20 = 0, rating = number % 6")
        connection.execute("UPDATE pictures SET trashed_at = created_at WHERE number % 50 = 1")
        connection.execute(
            "INSERT INTO picture_tags SELECT number, 'best' FROM pictures WHERE number % 100 = 0"
        )


def make(number: int, at: datetime, prompt: str, endpoint: str, seed: int) -> tuple[Job, Picture]:
    """Return a job and its picture."""
    parameters = {"prompt": prompt, "seed": seed, "steps": 28, "guidance": 3.5, "width": 1024, "safety": 2}
    finetune = f"luna-{number % 40}" if number % 2 else None
    path = f"pictures/{at.date()}/picture-{number}.png"
    job = Job(
        id=f"{seed:08x}-{number}",
        work=GenerationWork(finetune_id=finetune, finetune_name=finetune, picture=path),
        state=JobState.DONE,
        profile="second" if number % 5 == 0 else "first",
        provider="bfl",
        endpoint=endpoint,
        title=prompt[:60],
        parameters=parameters,
        response={"result": {"status": "Ready", "seed": seed}},
        estimate_credits=2.5 + number % 7,
        cost_credits=None if number % 10 == 0 else 2.5 + number % 7,
        created_at=at,
        updated_at=at,
        submitted_at=at,
        finished_at=at,
    )
    picture = Picture(
        id=f"p{number}",
        job_id=job.id,
        path=path,
        format="PNG",
        width=1024 + 256 * (number % 3),
        height=1024,
        size=1_500_000,
        sha256=f"{number:064x}",
        prompt=prompt,
        seed=seed if number else 4242,
        endpoint=endpoint,
        finetune_name=finetune,
        parameters=parameters,
        created_at=at,
    )
    return job, picture


async def best(work: Callable[[], Awaitable[object]]) -> float:
    """Return the least of several times in milliseconds."""
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        await work()
        times.append(time.perf_counter() - begun)
    return min(times) * 1e3


async def measure(count: int) -> dict[str, float]:
    """Fill a journal with so many pictures, and return the milliseconds that each question takes."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as directory:
        storage = StorageService(Path(directory))
        storage.prepare()
        async with Journal(storage.journal_path):
            pass
        fill(storage.journal_path, count, datetime(2026, 11, 26, tzinfo=UTC))
        async with Journal(storage.journal_path) as journal:
            gallery = GalleryService(journal, storage)
            for line in FILTERS:
                wanted = GalleryFilter.parse(line)
                numbers = await gallery.numbers(wanted)
                name = f"{line or '(everything)'} → {len(numbers) * 100 / count:.1f} %"
                found[name] = await best(lambda wanted=wanted: gallery.numbers(wanted))  # type: ignore[misc]
            everything = await gallery.numbers(GalleryFilter())
            for place in (0, len(everything) // 2):
                page = everything[place : place + PAGE]
                found[f"a page of {PAGE}, {place * 100 // count} % down"] = await best(
                    lambda page=page: gallery.entries(page)  # type: ignore[misc]
                )
            found["facets"] = await best(gallery.facets)
            found["star all"] = await best(lambda: gallery.star(everything, True))
            tracemalloc.start()
            kept = await gallery.numbers(GalleryFilter())
            held, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            found["(bytes kept for each number)"] = held / len(kept)
            found["(bytes for each number at most)"] = peak / len(kept)
            found["(MB of the journal)"] = storage.journal_path.stat().st_size / 1e6
    return found


async def compare(few: int, many: int) -> None:
    """Print the times for few and for many pictures side by side."""
    small = await measure(few)
    large = await measure(many)
    print(f"{'ms':<100} {few:>9,} {many:>9,}")
    for name, value in large.items():
        other = next((had for key, had in small.items() if key.split(" → ")[0] == name.split(" → ")[0]), None)
        print(f"{name:<100} {'' if other is None else f'{other:9.2f}':>9} {value:9.2f}")
    print(f"\nThe program took at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1_000, help="pictures in the small journal")
    parser.add_argument("--many", type=int, default=100_000, help="pictures in the large one")
    options = parser.parse_args()
    asyncio.run(compare(options.few, options.many))
