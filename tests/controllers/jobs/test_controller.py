"""What can be done about jobs, without a screen: asked before it costs, and told what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.controllers.jobs.controller import JobsController
from fluxtui.controllers.jobs.trained_on import ArchiveQuestion
from fluxtui.controllers.navigation import GenerateAgain, TrainAgain
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.errors import StorageError
from fluxtui.domain.jobs import GenerationWork, Job, JobState, TrainingWork
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from tests.fakes.academy import CANCEL_ADVICE, PROFILE, Academy, Quick, opened_academy
from tests.fakes.host import FakeHost
from tests.fakes.opened import opened_host

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PROMPT = {"prompt": "a lantern", "width": 256, "height": 256}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """A quick service for all tests here."""
    with running_simulator(Settings(seconds_per_training=0.2, listing_delay=0.0)) as running:
        yield running


@pytest.fixture
async def host(tmp_path: Path, simulator: Simulator) -> AsyncIterator[FakeHost]:
    """A host whose service can be reached, and whose jobs nobody drives."""
    simulator.reset()
    async with opened_host(tmp_path, simulator.base_url) as host:
        yield host


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[FakeHost]:
    """A host with a profile at a service that cancels, and cannot be asked for lost jobs."""
    with opened_academy():
        async with opened_host(tmp_path, more=PROFILE) as host:
            yield host


def made(state: JobState, **changes: object) -> Job:
    values = {
        "id": "job-1",
        "work": TrainingWork(finetune_name="Lantern"),
        "state": state,
        "profile": "school",
        "provider": Academy.id,
        "endpoint": Quick.info.id,
        "title": "Lantern",
        "parameters": {"name": "Lantern", "steps": 100},
        "estimate_credits": 100.0,
        "created_at": NOON,
        "updated_at": NOON,
        **changes,
    }
    return Job.model_validate(values)


async def keep(host: FakeHost, *jobs: Job) -> None:
    """Let the journal and the host know jobs."""
    await host.services.journal.jobs.add(jobs)
    await follow(host)


async def follow(host: FakeHost) -> None:
    """Let the host know the jobs and queues as they are now."""
    host.jobs = await host.services.jobs.newest(100)
    host.queues = await host.services.jobs.queues(host.profile)


async def state(host: FakeHost, job: Job) -> JobState:
    found = await host.services.jobs.get(job.id)
    assert found is not None
    return found.state


@asynccontextmanager
async def driven(host: FakeHost) -> AsyncIterator[None]:
    """Drive the jobs while a block runs."""
    task = asyncio.create_task(host.services.jobs.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def queued(host: FakeHost, count: int) -> list[Job]:
    """Queue some pictures, of which nothing is sent."""
    await host.services.jobs.pause("demo")
    jobs = await host.services.inference.generate("demo", "flux-pro-1.1", PROMPT, count=count)
    await follow(host)
    return list(jobs)


def told(host: FakeHost) -> str:
    return host.notices[-1].text


async def test_what_is_queued_is_cancelled_without_a_question(host: FakeHost) -> None:
    (job,) = await queued(host, 1)
    await JobsController(host).cancel(job)
    assert host.questions == []
    assert told(host) == f"Cancelled: {job.title}"
    assert await state(host, job) is JobState.CANCELLED


async def test_what_a_running_job_may_cost_is_said_before_it_is_cancelled(school: FakeHost) -> None:
    jobs, running = JobsController(school), made(JobState.RUNNING, remote_id="task-1", cost_credits=100.0)
    await keep(school, running)
    school.answers.extend([False, True])
    await jobs.cancel(running)
    (question,) = school.questions
    assert isinstance(question, Confirmation)
    assert question.sentences == ("Lantern", CANCEL_ADVICE)
    assert question.price == "It was accepted at $1.00."
    assert told(school) == "It goes on: Lantern"
    before = await school.services.jobs.get(running.id)
    assert before is not None
    assert before.cancel_asked_at is None
    await jobs.cancel(running)
    assert told(school) == "Asked to be cancelled: Lantern"
    wished = await school.services.jobs.get(running.id)
    assert wished is not None
    assert not jobs.allows("cancel", wished)
    await jobs.cancel(wished)
    assert told(school) == "It is being cancelled already: Lantern"
    assert len(school.questions) == 2


async def test_what_is_looked_for_is_left_there_only_after_a_yes(school: FakeHost) -> None:
    jobs = JobsController(school)
    looking = made(JobState.COLLECTING, remote_id="task-9", tries_until=NOON, next_try_at=NOON)
    await keep(school, looking)
    school.answers.extend([False, True])
    await jobs.cancel(looking)
    assert told(school) == "It is looked for still: Lantern"
    await jobs.cancel(looking)
    assert told(school) == "Not looked for any more: Lantern"
    assert await state(school, looking) is JobState.EXPIRED


async def test_a_doubtful_job_is_given_up_only_after_a_yes(school: FakeHost) -> None:
    jobs, doubtful = JobsController(school), made(JobState.IN_DOUBT)
    await keep(school, doubtful)
    school.answers.extend([None, True])
    await jobs.cancel(doubtful)
    assert await state(school, doubtful) is JobState.IN_DOUBT
    await jobs.cancel(doubtful)
    assert await state(school, doubtful) is JobState.CANCELLED
    question = school.questions[-1]
    assert isinstance(question, Confirmation)
    assert question.danger


@pytest.mark.parametrize(
    ("was", "changes", "is_doubtful"),
    [
        (JobState.FAILED, {}, False),
        (JobState.FAILED, {"maybe_billed": True}, True),
        (JobState.IN_DOUBT, {}, True),
    ],
)
async def test_sending_again_costs_so_it_is_asked(
    host: FakeHost, was: JobState, changes: dict[str, object], is_doubtful: bool, simulator: Simulator
) -> None:
    await host.services.jobs.pause("demo")
    job = made(
        was,
        work=GenerationWork(),
        profile="demo",
        provider="bfl",
        endpoint="flux-pro-1.1",
        title="a lantern",
        parameters=PROMPT,
        estimate_credits=4.0,
        **changes,
    )
    await keep(host, job)
    jobs = JobsController(host)
    host.answers.extend([False, True])
    await jobs.send_again(job)
    assert len(await host.services.jobs.newest(10)) == 1
    await jobs.send_again(job)
    question = host.questions[-1]
    assert isinstance(question, Confirmation)
    assert (question.price, question.danger) == ("About $0.04", is_doubtful)
    assert any("both are billed" in sentence for sentence in question.sentences) is is_doubtful
    new, old = await host.services.jobs.newest(10)
    assert (new.state, new.parameters) == (JobState.DRAFT, old.parameters)
    assert told(host) == "Sent again as a new job: a lantern"
    assert simulator.ledger() == [], "the queue is paused"


async def test_whether_a_doubtful_job_can_be_looked_for_is_asked_of_its_service(school: FakeHost) -> None:
    jobs, lost = JobsController(school), made(JobState.IN_DOUBT)
    await keep(school, lost)
    assert jobs.allows("look_again", lost), "it is worth a try until it is known"
    story = await jobs.story(lost)
    assert not story.can_be_found
    assert not jobs.allows("look_again", lost)
    away = made(JobState.IN_DOUBT, profile="nobody")
    assert (await jobs.story(away)).can_be_found
    assert jobs.allows("look_again", away)


async def test_a_lost_job_that_its_service_does_not_know_stays_in_doubt(host: FakeHost) -> None:
    lost = made(
        JobState.IN_DOUBT,
        profile="demo",
        provider="bfl",
        endpoint="finetune",
        parameters={"finetune_comment": "Lantern", "mode": "style"},
    )
    await keep(host, lost)
    await JobsController(host).look_again(lost)
    assert [notice.severity for notice in host.notices] == ["information", "warning"]
    assert told(host).startswith("It was not found. ")
    assert await state(host, lost) is JobState.IN_DOUBT


async def test_queued_jobs_are_moved_and_their_queue_pauses_and_goes_on(host: FakeHost) -> None:
    first, second, third = await queued(host, 3)
    jobs = JobsController(host)

    async def order() -> list[str]:
        await follow(host)
        assert [job.id for job in jobs.listed] == list(host.queues[0].order)
        return [job.id for job in jobs.listed]

    await jobs.to_top(third)
    assert await order() == [third.id, first.id, second.id]
    await jobs.move_down(third)
    await jobs.move_up(second)
    assert await order() == [first.id, second.id, third.id]
    assert jobs.places == {first.id: 1, second.id: 2, third.id: 3}
    await jobs.pause_or_resume(first)
    assert told(host) == "The queue of demo goes on."
    host.profile = "other"
    await jobs.pause_or_resume(first)
    assert told(host).startswith("The queue of demo is paused")
    await jobs.pause_or_resume(None)
    assert told(host).startswith("The queue of other is paused")


def test_what_is_allowed_depends_on_the_job(host: FakeHost) -> None:
    jobs = JobsController(host)
    done = made(JobState.DONE, work=GenerationWork(picture="pictures/a.jpg"), remote_id="task-1")
    waits = made(JobState.DRAFT, work=GenerationWork(after="job-0"))
    allowed = {
        name: [state for state in JobState if jobs.allows(name, made(state))]
        for name in ("cancel", "send_again", "to_top")
    }
    assert JobState.DONE not in allowed["send_again"] + allowed["cancel"]
    assert JobState.IN_DOUBT in allowed["cancel"]
    assert allowed["to_top"] == [JobState.DRAFT]
    assert not jobs.allows("move_up", waits)
    assert jobs.allows("open", done)
    assert not jobs.allows("open", made(JobState.DONE))
    assert not jobs.allows("copy", None)
    assert jobs.allows("pause", None)
    assert jobs.copyable(done) == ("path", str(host.services.storage.inside("pictures/a.jpg")))
    assert jobs.copyable(made(JobState.RUNNING, remote_id="task-1")) == ("remote id", "task-1")
    assert jobs.copyable(made(JobState.DRAFT)) == ("job id", "job-1")


async def test_a_generation_goes_into_the_form_with_its_finetune(host: FakeHost) -> None:
    work = GenerationWork(finetune_id="fox", finetune_name="Fox", seed=7)
    job = made(JobState.DONE, work=work, profile="demo", endpoint="flux-dev", parameters=PROMPT)
    await JobsController(host).use_again(job)
    (request,) = host.requests
    assert isinstance(request, GenerateAgain)
    assert (request.profile, request.endpoint, request.finetune) == ("demo", "flux-dev", "demo/fox")


@pytest.fixture
def training_pictures(tmp_path: Path) -> Path:
    """A folder with seven pictures of one colour each."""
    folder = tmp_path / "lanterns"
    folder.mkdir()
    for number in range(7):
        Image.new("RGB", (512, 512), (30 * number, 120, 200)).save(folder / f"lantern-{number}.png")
    return folder


@pytest.fixture
async def training(host: FakeHost, training_pictures: Path) -> Job:
    """A training that is done."""
    services = host.services
    dataset = await services.datasets.inspect(training_pictures, await services.finetuning.rules("demo"))
    values = {"finetune_comment": "Lantern", "mode": "style", "iterations": 120}
    await services.finetuning.start("demo", dataset, values)
    async with driven(host), asyncio.timeout(40):
        while not host.jobs or host.jobs[0].state is not JobState.DONE:
            await asyncio.sleep(0.02)
            await follow(host)
    return host.jobs[0]


async def test_a_training_is_taken_up_as_it_was_or_from_what_is_left_of_it(
    host: FakeHost, training: Job, training_pictures: Path
) -> None:
    jobs = JobsController(host)
    await jobs.use_again(training)
    assert told(host) == "As Lantern was trained: change what you like, then train."
    (training_pictures / "lantern-3.png").unlink()
    await jobs.use_again(training)
    assert told(host).endswith("so these are the ones that were sent.")
    kept = await host.services.training_sets.archive_of(training.dataset)
    assert kept is not None
    own, sent = host.requests
    assert isinstance(own, TrainAgain)
    assert isinstance(sent, TrainAgain)
    assert (own.source, sent.source) == (str(training_pictures), str(kept.path))
    assert sent.trainer == "demo/finetune"
    kept.path.unlink()
    await jobs.use_again(training)
    assert told(host).endswith("its archive is gone.")
    assert host.notices[-1].severity == "warning"


async def test_what_was_sent_is_exported_while_it_is_there(
    host: FakeHost, training: Job, tmp_path: Path
) -> None:
    jobs, target = JobsController(host), tmp_path / "sent [x].zip"
    trained = jobs.trained(training)
    assert trained is not None
    kept = await jobs.trained_on.archive(trained)
    assert kept is not None
    host.answers.extend([None, str(target), str(target)])
    await jobs.trained_on.export(trained)
    assert not target.exists()
    await jobs.trained_on.export(trained)
    assert target.read_bytes() == kept.path.read_bytes()
    assert told(host) == f"Exported to {target}."
    with pytest.raises(StorageError, match="there already"):
        await jobs.trained_on.export(trained)
    assert {type(question) for question in host.questions} == {ArchiveQuestion}
    kept.path.unlink()
    await jobs.trained_on.export(trained)
    assert told(host) == "The archive that Lantern was trained on is gone from the data directory."
    assert len(host.questions) == 3
