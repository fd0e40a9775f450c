"""Real services for the tests of services: a simulator, a journal, a data directory, an ordinary user."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr

from fluxtui.api.options import KeyPolicy
from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.domain.jobs import Job
from fluxtui.providers.base import Provider
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.providers.registry import provider_hosts
from fluxtui.services.config import Profile
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Gateway, JobService, Pacing
from fluxtui.services.jobs.runner import Runner
from fluxtui.services.journal import Journal
from fluxtui.services.lora import LoraService
from fluxtui.services.models import ModelService
from fluxtui.services.storage import StorageService
from fluxtui.services.validation import ValidationService
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator

NOBODY = 65534


@pytest.fixture(autouse=True)
def quick_painter(painted_plainly: None) -> None:
    """Let the simulator paint plainly."""


@pytest.fixture
def ordinary_user() -> Iterator[Path]:
    """A directory of a user without privileges; the process is that user until the test ends."""
    privileged = os.geteuid() == 0
    with tempfile.TemporaryDirectory(prefix="fluxtui-test-") as name:
        if privileged:
            os.chown(name, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield Path(name)
        finally:
            if privileged:
                os.seteuid(0)


FAST = Pacing(
    watch=0.05,
    first_poll=0.02,
    slowest_generation=0.1,
    slowest_training=0.1,
    first_trouble=0.02,
    slowest_trouble=0.2,
    key_trouble=0.1,
    lease=60.0,
    renewal=0.5,
    first_search=0.02,
    slowest_search=0.05,
    balance=0.1,
    last_answer=30.0,
    longest_wish=0.2,
    longest_rest=0.2,
    search_factor=0.001,
)


class MovedClock:
    """The time of a service that goes as everywhere, and is moved: seconds it is ahead, or behind."""

    def __init__(self, ahead: float = 0.0) -> None:
        self._ahead = ahead

    def __call__(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let some seconds pass at once."""
        self._ahead += seconds


class LoopbackGateway:
    """Profiles that all are the simulator, each with a key of its own."""

    def __init__(self, base_url: str, keys: dict[str, str]) -> None:
        self.base_url = base_url
        self.keys = keys
        self._open: dict[str, APIService] = {}
        self._old: list[APIService] = []

    async def provider(self, profile: str) -> Provider:
        return BFLProvider(await self.api(profile))

    async def api(self, profile: str) -> APIService:
        if profile not in self._open:
            self._open[profile] = self._made(SecretStr(self.keys[profile]))
        return self._open[profile]

    @asynccontextmanager
    async def trial(self, profile: str | Profile, key: SecretStr) -> AsyncIterator[Provider]:
        api = self._made(key)
        try:
            yield BFLProvider(api)
        finally:
            await api.close()

    def _made(self, key: SecretStr) -> APIService:
        trusted, retries = provider_hosts("bfl").trusted_hosts, RetryPolicy(attempts=2, first_wait=0.01)
        return APIService(self.base_url, key, KeyPolicy(trusted_hosts=trusted), retries=retries)

    def forget(self) -> None:
        self._old += self._open.values()
        self._open = {}

    async def close(self) -> None:
        for api in (*self._old, *self._open.values()):
            await api.close()


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    """One simulator for all tests of a worker, quick at everything."""
    settings = Settings(seconds_per_image=0.05, seconds_per_training=0.2, listing_delay=0)
    with running_simulator(settings) as running:
        yield running


@pytest.fixture
def simulator(simulator_process: Simulator) -> Simulator:
    """The simulator as on its first day."""
    simulator_process.reset()
    return simulator_process


@pytest.fixture
def data_directory(tmp_path: Path) -> StorageService:
    service = StorageService(tmp_path / "data")
    service.prepare()
    return service


@pytest.fixture(scope="session")
def empty_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal in which nothing is; to make one from nothing takes all steps of its history."""
    path = tmp_path_factory.mktemp("journal") / "journal.sqlite3"

    async def make() -> None:
        async with Journal(path):
            pass

    asyncio.run(make())
    return path


@pytest.fixture
async def open_journal(data_directory: StorageService, empty_journal: Path) -> AsyncIterator[Journal]:
    shutil.copy(empty_journal, data_directory.journal_path)
    async with Journal(data_directory.journal_path) as journal:
        yield journal


@pytest.fixture
async def gateway(simulator: Simulator) -> AsyncIterator[Gateway]:
    keys = {"bfl": "sim-valid", "poor": "sim-poor", "forbidden": "sim-forbidden", "wrong": "nonsense"}
    gateway = LoopbackGateway(simulator.base_url, keys)
    yield gateway
    await gateway.close()


@pytest.fixture
def reconnect(gateway: Gateway) -> Callable[..., None]:
    """Lets every profile talk to another address, or the profile `bfl` use another key, from now on."""
    assert isinstance(gateway, LoopbackGateway)
    loopback = gateway

    def change(*, base_url: str | None = None, key: str | None = None) -> None:
        loopback.base_url = base_url or loopback.base_url
        loopback.keys["bfl"] = key or loopback.keys["bfl"]
        loopback.forget()

    return change


@pytest.fixture
def make_jobs(
    open_journal: Journal, data_directory: StorageService, gateway: Gateway
) -> Callable[..., JobService]:
    """Makes a job service that does not run yet, each with an owner of its own."""
    numbers = itertools.count()

    def make(pacing: Pacing = FAST, gateway: Gateway = gateway) -> JobService:
        return JobService(open_journal, data_directory, gateway, owner=f"test-{next(numbers)}", pacing=pacing)

    return make


@pytest.fixture
def pacing() -> Pacing:
    return FAST


@pytest.fixture
def jobs(make_jobs: Callable[..., JobService]) -> JobService:
    """A job service that does not run yet."""
    return make_jobs()


@pytest.fixture
def running() -> Callable[[JobService], AbstractAsyncContextManager[None]]:
    """Runs a job service while a block runs."""

    @asynccontextmanager
    async def run(service: JobService) -> AsyncIterator[None]:
        task = asyncio.create_task(service.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return run


RunnerLooks = Callable[[JobService, int], Awaitable[None]]


@pytest.fixture
def runner_looks(monkeypatch: pytest.MonkeyPatch) -> RunnerLooks:
    """Waits until a running service has looked at the journal some more times, each from beginning to end."""
    look, begun, ended = Runner._look_safely, Counter[Runner](), defaultdict[Runner, set[int]](set)

    async def counted(runner: Runner) -> None:
        begun[runner] += 1
        number = begun[runner]
        await look(runner)
        ended[runner].add(number)

    async def wait(service: JobService, count: int) -> None:
        runner = service._runner
        before = begun[runner]
        async with asyncio.timeout(40):
            while sum(number > before for number in ended[runner]) < count:
                service.wake()
                await asyncio.sleep(0.01)

    monkeypatch.setattr(Runner, "_look_safely", counted)
    return wait


@pytest.fixture
def ended(open_journal: Journal) -> Callable[..., Awaitable[tuple[Job, ...]]]:
    """Waits until jobs are no longer active, or satisfy another condition, and returns them."""

    async def wait(
        service: JobService,
        wanted: Sequence[Job],
        until: Callable[[Job], bool] = lambda job: not job.is_active,
    ) -> tuple[Job, ...]:
        news = asyncio.Event()
        unsubscribe = service.subscribe(lambda change: news.set())
        try:
            async with asyncio.timeout(40):
                while True:
                    news.clear()
                    found = [await open_journal.jobs.get(job.id) for job in wanted]
                    current = tuple(job for job in found if job is not None)
                    if all(until(job) for job in current):
                        return current
                    await news.wait()
        finally:
            unsubscribe()

    return wait


@pytest.fixture
def inference(
    open_journal: Journal, data_directory: StorageService, gateway: Gateway, jobs: JobService
) -> InferenceService:
    return InferenceService(open_journal, data_directory, gateway, ValidationService(), jobs)


@pytest.fixture
def finetuning(
    open_journal: Journal, data_directory: StorageService, gateway: Gateway, jobs: JobService
) -> FinetuningService:
    return FinetuningService(
        open_journal, data_directory, gateway, DatasetService(), ValidationService(), jobs
    )


@pytest.fixture
def training_folder(tmp_path: Path) -> Path:
    """Three small pictures, one with a caption."""
    folder = tmp_path / "fox"
    folder.mkdir()
    for number, colour in enumerate(("red", "green", "orange")):
        Image.new("RGB", (300, 300), colour).save(folder / f"{number}.png")
    (folder / "0.txt").write_text("a fox", encoding="utf-8")
    return folder


@pytest.fixture
def models(open_journal: Journal, data_directory: StorageService, gateway: Gateway) -> ModelService:
    loras = LoraService(data_directory, open_journal)
    return ModelService(open_journal, data_directory, gateway, lambda: loras)
