"""How long the journal takes to sum up spending, and to check a budget, with many jobs in it."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.domain.spending import Period, SpendingView, days_start
from fluxtui.services.journal import Journal

REPEATS = 5


def make_jobs(count: int, now: datetime) -> list[Job]:
    """Return finished generations spread over the last year, one in ten of them in doubt."""
    jobs = []
    for number in range(count):
        at = now - timedelta(days=365) * (number / count)
        doubtful = number % 10 == 0
        jobs.append(
            Job(
                id=f"job-{number}",
                work=GenerationWork(
                    finetune_id=f"finetune-{number % 40}",
                    finetune_name=f"lanterns {number % 40}",
                    picture=f"pictures/{number}.png",
                ),
                state=JobState.IN_DOUBT if doubtful else JobState.DONE,
                profile="bfl",
                provider="bfl",
                endpoint=f"endpoint-{number % 8}",
                title="three lanterns over a river",
                parameters={"prompt": "three lanterns over a river " * 10, "seed": number},
                estimate_credits=5.0,
                cost_credits=None if doubtful else 5.0,
                created_at=at,
                updated_at=at,
                submitted_at=at,
                maybe_billed=doubtful,
            )
        )
    return jobs


async def measure(count: int) -> None:
    """Fill a journal and print the best of several times for each question, in milliseconds."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as directory:
        async with Journal(Path(directory, "journal.sqlite3")) as journal:
            await journal.jobs.add(make_jobs(count, now))
            print(f"{count:,} jobs in a year")
            for days in (7, 30, 365):
                for view in SpendingView:
                    times = []
                    for _ in range(REPEATS):
                        begun = time.perf_counter()
                        await journal.spending.history(view, days_start(now, days), now)
                        times.append(time.perf_counter() - begun)
                    print(f"{days:>4} days by {view:<9} {min(times) * 1e3:8.1f} ms")
            times = []
            for _ in range(REPEATS):
                begun = time.perf_counter()
                await journal.spending.committed([period.start(now) for period in Period])
                times.append(time.perf_counter() - begun)
            print(f"budget of day and month {min(times) * 1e3:5.1f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000, help="jobs in the journal")
    asyncio.run(measure(parser.parse_args().jobs))
