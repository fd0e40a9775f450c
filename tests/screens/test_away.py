"""What came in while there was no screen, and what others finish while there is one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from fluxtui.app.app import FluxApp
from fluxtui.domain.jobs import WORKS, Job, JobKind, JobState
from fluxtui.screens.place import PlaceScreen
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator
from tests.piloting.waiting import until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]


def make_job(number: int, kind: JobKind = JobKind.GENERATION) -> Job:
    now = datetime.now(UTC)
    return Job(
        id=f"job-{number}",
        work=WORKS[kind](),
        state=JobState.COLLECTING,
        profile="demo",
        provider="bfl",
        endpoint="finetune" if kind is JobKind.TRAINING else "flux-pro-1.1",
        title=f"fox [/{number}]",
        parameters={},
        estimate_credits=4.0,
        cost_credits=7.0,
        remote_id=f"remote-{number}",
        created_at=now,
        updated_at=now,
    )


async def claimed_elsewhere(journal: Journal, jobs: list[Job]) -> None:
    """Let somebody else drive jobs, so that the program only follows them."""
    await journal.jobs.add(jobs)
    for job in jobs:
        assert await journal.jobs.claim(job.id, "another program", 60)


async def test_it_tells_once_what_came_in_meanwhile(
    make_app: AppFactory, simulator: Simulator, tmp_path: Path, until: Until
) -> None:
    first = make_app(simulator.base_url)
    async with first.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        assert first.notices == ()
    jobs = [make_job(number) for number in range(3)] + [make_job(3, JobKind.TRAINING)]
    ends = (JobState.DONE, JobState.DONE, JobState.EXPIRED, JobState.DONE)
    async with Journal(StorageService(tmp_path / "data").journal_path) as journal:
        await journal.jobs.add(jobs)
        for job, end in zip(jobs, ends, strict=True):
            await journal.jobs.move(job.id, end)
    second = make_app(simulator.base_url)
    async with second.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: second.notices)
        (notice,) = second.notices
        assert notice.title == "Jobs"
        assert notice.text == (
            "While you were away: 2 pictures, 1 training finished; 1 expired ($0.07 paid). "
            "“fox [/2]” expired: F6 Jobs has the story."
        )
        assert notice.severity == "warning"
    third = make_app(simulator.base_url)
    async with third.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        assert third.notices == ()


async def test_it_follows_and_tells_what_another_program_finishes(
    make_app: AppFactory, simulator: Simulator, tmp_path: Path, until: Until
) -> None:
    StorageService(tmp_path / "data").prepare()
    async with Journal(StorageService(tmp_path / "data").journal_path) as journal:
        await claimed_elsewhere(journal, [make_job(0), make_job(1)])
        app = make_app(simulator.base_url)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: sum(job.is_active for job in app.jobs) == 2)
            revision = app.pictures_revision
            await journal.jobs.move("job-0", JobState.DONE, picture="pictures/fox.png")
            await until(pilot, lambda: app.notices)
            assert app.notices[0].text == "Saved pictures/fox.png"
            assert app.pictures_revision > revision
            await journal.jobs.move("job-1", JobState.EXPIRED, error="It cost $0.07.")
            await until(pilot, lambda: len(app.notices) == 2)
            assert "$0.07" in app.notices[0].text


async def test_presence_is_noted_when_the_program_ends(make_app: AppFactory, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        begun = datetime.now(UTC)
    async with Journal(StorageService(tmp_path / "data").journal_path) as journal:
        assert datetime.fromisoformat(await journal.notes.get("last_seen")) >= begun
