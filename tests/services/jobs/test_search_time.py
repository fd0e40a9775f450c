"""What was paid for and is not there is looked for as long as its service may have it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.api.service import APIService
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import WORKS, Job, JobKind, JobState
from fluxtui.providers.base import Keeping, RemoteStatus, RemoteTask
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Gateway, JobService, Pacing
from fluxtui.services.jobs.search_time import OWN_LOOK, Absence, SearchTime
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

VALUES = {"prompt": "a fox in the snow", "width": 256, "height": 256, "output_format": "png"}
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def a_job(state: JobState, kind: JobKind = JobKind.GENERATION, **values: Any) -> Job:
    return Job(
        id="job-1",
        work=WORKS[kind](),
        state=state,
        profile="bfl",
        provider="bfl",
        endpoint="flux-pro-1.1",
        title="a fox",
        parameters={"prompt": "a fox"},
        estimate_credits=4.0,
        created_at=NOW,
        updated_at=NOW,
        **values,
    )


def looked_for(job: Job) -> bool:
    return job.is_looked_for


@pytest.fixture
def endless(make_jobs: Callable[..., JobService], pacing: Pacing) -> JobService:
    """A job service that looks for things as long as the services really keep them."""
    return make_jobs(replace(pacing, search_factor=1.0))


@pytest.fixture
def hasty(make_jobs: Callable[..., JobService], pacing: Pacing) -> JobService:
    """A job service for which the times that services keep things pass in no time."""
    return make_jobs(replace(pacing, search_factor=1e-6))


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_an_address_that_answers_nothing_is_trouble_however_often_it_does(
    inference: InferenceService,
    endless: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    status: int,
) -> None:
    simulator.faults(f"late-{status}", seconds=3600, where="delivery")
    async with running(endless):
        (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
        (away,) = await ended(endless, [job], looked_for)
        assert (away.state, away.error_title) == (JobState.COLLECTING, "Not there yet")
        assert away.next_try_at is not None
        assert away.tries_until is not None
        assert away.tries_until - away.next_try_at > timedelta(minutes=9)
        simulator.clear_faults()
        (done,) = await ended(endless, [job])
    assert done.state is JobState.DONE
    assert (done.error, done.tries_until, done.next_try_at) == (None, None, None)
    assert len(simulator.ledger()) == 1


async def test_a_task_that_the_service_does_not_know_after_it_took_it_is_asked_for_again(
    inference: InferenceService, endless: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.faults("late-task", seconds=3600, where="poll")
    async with running(endless):
        (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
        (away,) = await ended(endless, [job], looked_for)
        assert away.missing_since is not None
        assert "accepted it" in (away.error or "")
        simulator.clear_faults()
        (done,) = await ended(endless, [job])
    assert (done.state, done.missing_since) == (JobState.DONE, None)
    assert len(simulator.ledger()) == 1


async def test_a_training_and_its_finetune_that_are_not_there_yet_are_waited_for(
    finetuning: FinetuningService,
    endless: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    training_folder: Path,
) -> None:
    simulator.faults("late-task", seconds=3600, where="poll")
    values = {"finetune_comment": "Fox", "trigger_word": "FOXX", "mode": "character", "iterations": 200}
    async with running(endless):
        dataset = await DatasetService().inspect(training_folder, await finetuning.rules("bfl"))
        job = await finetuning.start("bfl", dataset, values)
        (away,) = await ended(endless, [job], lambda job: job.is_looked_for or not job.is_active)
        simulator.clear_faults()
        (done,) = await ended(endless, [job])
    assert away.state is not JobState.EXPIRED
    assert done.state is JobState.DONE


async def test_what_the_service_cannot_have_any_more_expires_and_can_be_looked_for_again(
    inference: InferenceService,
    hasty: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
) -> None:
    simulator.faults("late-404", seconds=3600, where="delivery")
    async with running(hasty):
        (gone,) = await ended(hasty, await inference.generate("bfl", "flux-pro-1.1", VALUES))
        assert gone.state is JobState.EXPIRED
        assert "it cost $0.04" in (gone.error or "")
        assert "l in Jobs looks for it again" in (gone.error or "")
        assert gone.may_be_looked_for
        simulator.clear_faults()
        again = await hasty.look_again(gone.id)
        assert (again.state, again.finished_at, again.ready_at) == (JobState.COLLECTING, None, None)
        (found,) = await ended(hasty, [gone])
    assert (found.state, found.error) == (JobState.DONE, None)
    assert len(simulator.ledger()) == 1


async def test_what_nobody_ever_took_cannot_be_looked_for(hasty: JobService, open_journal: Journal) -> None:
    await open_journal.jobs.add([a_job(JobState.EXPIRED)])
    with pytest.raises(InvalidInput, match="never gave this job an id"):
        await hasty.look_again("job-1")


async def test_the_user_ends_the_looking_and_begins_it_again(
    inference: InferenceService, endless: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.faults("late-403", seconds=3600, where="delivery")
    async with running(endless):
        (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
        await ended(endless, [job], looked_for)
        stopped = await endless.stop_looking(job.id)
        assert (stopped.state, stopped.tries_until) == (JobState.EXPIRED, None)
        with pytest.raises(InvalidInput, match="nothing is being looked for"):
            await endless.stop_looking(job.id)
        simulator.clear_faults()
        await endless.look_again(job.id)
        (found,) = await ended(endless, [job])
    assert found.state is JobState.DONE


@pytest.mark.parametrize("fault", ["429-retry-after", "429-retry-date"])
@pytest.mark.parametrize("where", ["poll", "delivery"])
async def test_a_service_that_wishes_for_ages_is_asked_again_in_time(
    inference: InferenceService,
    endless: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    fault: str,
    where: str,
) -> None:
    simulator.faults(fault, count=3, seconds=999_999_999, where=where)
    async with running(endless):
        (done,) = await ended(endless, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert done.state is JobState.DONE


async def test_a_wish_for_ages_before_anything_is_sent_is_bounded_too(
    inference: InferenceService, endless: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.faults("429-retry-after", count=2, seconds=999_999_999, where="submit")
    async with running(endless):
        (done,) = await ended(endless, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert done.state is JobState.DONE


@pytest.mark.parametrize("where", ["poll", "delivery"])
@pytest.mark.parametrize("kind", ["odd-location", "inward-location"])
async def test_a_redirect_to_no_address_or_into_our_own_network_is_trouble_with_a_word(
    inference: InferenceService,
    endless: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    where: str,
    kind: str,
) -> None:
    simulator.faults(kind, count=4, where=where)
    told: list[str] = []
    endless.subscribe(lambda change: told.append(change.job.error or "") if change.job else None)
    async with running(endless):
        (done,) = await ended(endless, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert done.state is JobState.DONE
    assert any(told)


async def test_cookies_of_the_service_and_its_content_network_are_not_kept(
    inference: InferenceService, endless: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.faults("cookies")
    async with running(endless):
        jobs = [*await inference.generate("bfl", "flux-pro-1.1", VALUES, count=2)]
        assert {job.state for job in await ended(endless, jobs)} == {JobState.DONE}
    assert simulator.violations() == []


async def test_an_order_answered_by_a_redirect_to_no_address_is_in_doubt_with_true_words(
    inference: InferenceService, endless: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.faults("odd-location", count=1, where="submit")
    async with running(endless):
        (job,) = await ended(endless, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert job.state in {JobState.IN_DOUBT, JobState.REFUSED}
    assert "program ended" not in (job.error or "")


@pytest.mark.parametrize(
    ("fault", "format_name", "suffix"),
    [
        ("gzip", "PNG", ".png"),
        ("avif", "AVIF", ".avif"),
        ("gif", "GIF", ".gif"),
        ("tiff", "TIFF", ".tif"),
    ],
)
async def test_a_picture_in_a_form_that_nobody_asked_for_is_a_picture(
    inference: InferenceService,
    endless: JobService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
    fault: str,
    format_name: str,
    suffix: str,
) -> None:
    simulator.faults(fault, where="delivery")
    async with running(endless):
        (done,) = await ended(endless, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert (done.state, done.picture is not None) == (JobState.DONE, True)
    path = data_directory.inside(done.picture or "")
    assert path.suffix == suffix
    with Image.open(path) as image:
        assert image.format == format_name
    assert sum(task["delivered"] for task in simulator.ledger()) == 1


async def test_what_cannot_be_read_is_kept_as_it_came_and_its_path_told(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    simulator.faults("unreadable", where="delivery")
    async with running(jobs):
        (job,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", VALUES))
        assert (job.state, job.error_title) == (JobState.FAILED, "Kept as it came")
        (kept,) = data_directory.inside("unreadable").iterdir()
        assert str(kept) in (job.error or "")
        assert "It cost $0.04" in (job.error or "")
        assert kept.read_bytes()[:4] == b"\x89PNG"
        assert simulator.ledger()[0]["delivered"] >= 2
        simulator.clear_faults()
        await jobs.look_again(job.id)
        (found,) = await ended(jobs, [job])
    assert found.state is JobState.DONE


async def test_what_came_broken_once_is_not_kept_beside_the_picture(
    inference: InferenceService,
    endless: JobService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    simulator.faults("unreadable", count=1, where="delivery")
    async with running(endless):
        (done,) = await ended(endless, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert done.state is JobState.DONE
    assert list(data_directory.inside("unreadable").iterdir()) == []


async def test_a_picture_within_the_answer_is_saved(
    inference: InferenceService, endless: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.faults("data-uri", where="poll")
    async with running(endless):
        (done,) = await ended(endless, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert (done.state, done.picture is not None) == (JobState.DONE, True)
    assert "base64" not in str(done.response)
    assert len(str(done.response)) < 5_000


async def test_a_second_picture_of_the_same_task_is_kept_as_well(
    inference: InferenceService,
    endless: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    simulator.faults("second-result", where="poll")
    async with running(endless):
        (done,) = await ended(endless, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    pictures = await open_journal.pictures.for_job(done.id)
    assert len({picture.path for picture in pictures}) == 2
    assert all(data_directory.inside(picture.path).is_file() for picture in pictures)
    assert "further picture" in (await open_journal.jobs.story(done.id))[-1].note


async def test_a_clock_that_jumps_while_something_is_looked_for_ends_nothing(
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
    pacing: Pacing,
    inference: InferenceService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
) -> None:
    wrong = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + wrong

    jumping = replace(pacing, search_factor=0.01)
    jobs = JobService(open_journal, data_directory, gateway, owner="jumping", pacing=jumping, clock=clock)
    simulator.faults("late-404", seconds=3600, where="delivery")
    async with running(jobs):
        (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
        await ended(jobs, [job], looked_for)
        for hours in (5, -7, 3):
            wrong = timedelta(hours=hours)
            (seen,) = await ended(jobs, [job], lambda _: True)
            jobs.wake()
            await ended(jobs, [job], _tried_again(seen))
        simulator.clear_faults()
        (done,) = await ended(jobs, [job])
    assert done.state is JobState.DONE


def _tried_again(before: Job) -> Callable[[Job], bool]:
    return lambda job: not job.is_active or job.next_try_at != before.next_try_at


async def test_a_lease_of_a_clock_that_was_set_back_is_no_lease(open_journal: Journal) -> None:
    await open_journal.jobs.add([a_job(JobState.WAITING)])
    async with Journal(open_journal.path, clock=lambda: datetime.now(UTC) + timedelta(hours=2)) as ahead:
        assert await ahead.jobs.claim("job-1", "dead", 10)
    assert await open_journal.jobs.claim("job-1", "alive", 10)
    assert not await open_journal.jobs.claim("job-1", "other", 10)


class TestPatience:
    """The reckoning itself, with times at hand."""

    KEEPING = Keeping(pictures=timedelta(minutes=10), generations=timedelta(minutes=40))

    def _patience(self, now: Callable[[], datetime], factor: float = 1.0) -> SearchTime:
        return SearchTime(Pacing(search_factor=factor), self.KEEPING, now)

    async def test_a_result_is_looked_for_as_long_as_it_is_kept(self) -> None:
        job = a_job(JobState.COLLECTING, ready_at=NOW)
        left = self._patience(lambda: NOW).time_left(job, Absence.RESULT)
        assert left.seconds == pytest.approx(600, abs=1)
        assert left.until == NOW + timedelta(seconds=left.seconds)

    @pytest.mark.parametrize("hours", [1, 1000, -1000])
    async def test_a_time_in_the_journal_alone_ends_nothing(self, hours: int) -> None:
        job = a_job(JobState.COLLECTING, ready_at=NOW)
        left = self._patience(lambda: NOW + timedelta(hours=hours)).time_left(job, Absence.RESULT)
        assert left.seconds == pytest.approx(600, abs=1)

    async def test_a_long_time_in_the_journal_counts_once_this_program_has_looked_too(self) -> None:
        job = a_job(JobState.WAITING, missing_since=NOW)
        left = self._patience(lambda: NOW + timedelta(days=9)).time_left(job, Absence.TASK)
        assert left.seconds == pytest.approx(OWN_LOOK.total_seconds(), abs=1)

    async def test_a_task_that_was_ready_is_looked_for_as_its_result_is(self) -> None:
        job = a_job(JobState.COLLECTING, ready_at=NOW)
        assert self._patience(lambda: NOW).time_left(job, Absence.TASK).seconds == pytest.approx(600, abs=1)

    async def test_it_is_over_when_the_time_has_passed_here(self) -> None:
        job = a_job(JobState.COLLECTING, ready_at=NOW)
        patience = self._patience(lambda: NOW, factor=1e-5)
        assert not patience.time_left(job, Absence.RESULT).is_over
        await asyncio.sleep(0.02)
        assert patience.time_left(job, Absence.RESULT).is_over

    async def test_a_training_is_looked_for_longer(self) -> None:
        training = a_job(JobState.COLLECTING, JobKind.TRAINING, ready_at=NOW)
        left = self._patience(lambda: NOW).time_left(training, Absence.RESULT)
        assert left.seconds == pytest.approx(timedelta(days=7).total_seconds(), abs=1)


async def test_an_answer_that_makes_our_own_code_fail_is_told_and_asked_for_again(
    inference: InferenceService,
    endless: JobService,
    running: Running,
    ended: Ended,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = BFLProvider.status
    answers = iter([KeyError("x"), OverflowError(), RecursionError()])

    async def status(provider: BFLProvider, task: RemoteTask) -> RemoteStatus:
        if error := next(answers, None):
            raise error
        return await right(provider, task)

    monkeypatch.setattr(BFLProvider, "status", status)
    told: list[str] = []
    endless.subscribe(lambda change: told.append(change.job.error or "") if change.job else None)
    async with running(endless):
        (done,) = await ended(endless, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert done.state is JobState.DONE
    for name in ("KeyError", "OverflowError", "RecursionError"):
        assert any(f"makes this program fail ({name})" in words for words in told)


async def test_a_request_that_makes_our_own_code_fail_is_a_draft_with_a_word(
    inference: InferenceService,
    endless: JobService,
    running: Running,
    ended: Ended,
    monkeypatch: pytest.MonkeyPatch,
    simulator: Simulator,
) -> None:
    async def prepare(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(BFLProvider, "prepare", prepare)
    async with running(endless):
        (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
        (stuck,) = await ended(endless, [job], lambda job: job.error is not None)
    assert stuck.state is JobState.DRAFT
    assert "KeyError" in (stuck.error or "")
    assert simulator.ledger() == []


async def test_a_second_picture_that_cannot_be_read_holds_up_the_first_one_only_for_a_while(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    download, calls = APIService.download, itertools.count()

    async def spoilt(api: APIService, url: str, target: Path, **options: Any) -> object:
        done = await download(api, url, target, **options)
        if next(calls):
            target.write_bytes(b"\x89PNG and nothing else")
        return done

    monkeypatch.setattr(APIService, "download", spoilt)
    simulator.faults("second-result", where="poll")
    async with running(jobs):
        (done,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert done.state is JobState.DONE
    assert len(await open_journal.pictures.for_job(done.id)) == 1
    assert "further picture" in (await open_journal.jobs.story(done.id))[-1].note
