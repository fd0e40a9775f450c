"""The provider, speaking to a real simulator whose clock is moved by hand."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr

from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Endpoint, TrainingEndpoint
from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import Accepted, LoraSource, Materials, PreparedRequest, RemoteStatus, RemoteTask
from fluxtui.providers.fal.provider import FalProvider
from fluxtui.providers.fal.training import Klein9BTrainer
from fluxtui.providers.registry import provider_hosts
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.fal.keys import VALID_KEY
from fluxtui.simulator.running import ServiceView, Simulator, running_simulator

TRAINING = {"name": "Red sheets", "trigger_word": "SHEET", "default_caption": "a red SHEET", "steps": 100}
SMALL = {"prompt": "a red SHEET", "image_size": "custom", "width": 512, "height": 512, "seed": 7}
LORA = "fal/red"

MakeApi = Callable[..., APIService]
Prepare = Callable[..., Awaitable[PreparedRequest]]
Order = Callable[..., Awaitable[RemoteTask]]


def nothing(_done: int, _total: int) -> None:
    """Take no notice of progress."""


@dataclass
class Memory:
    """Remembers uploads as the journal does."""

    kept: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def turn(self, sha256: str) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def known(self, sha256: str) -> str | None:
        return self.kept[sha256][0] if sha256 in self.kept else None

    async def remember(self, sha256: str, url: str, expires_at: datetime) -> None:
        self.kept[sha256] = (url, expires_at)

    def lifetimes(self, now: datetime) -> list[timedelta]:
        """Return for how long each upload is kept, in whole hours."""
        return [timedelta(hours=round((until - now) / timedelta(hours=1))) for _, until in self.kept.values()]


@pytest.fixture(scope="session")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def shared_simulator(clock: ManualClock) -> Iterator[Simulator]:
    """One service for all tests, because each takes a moment to start."""
    with running_simulator(Settings(seconds_per_image=2, seconds_per_training=20), clock) as running:
        yield running


@pytest.fixture
def simulator(shared_simulator: Simulator) -> Simulator:
    """A service that trains in 20 seconds, paints in 2, and remembers nothing of other tests."""
    shared_simulator.reset()
    return shared_simulator


@pytest.fixture
def fal(simulator: Simulator) -> ServiceView:
    """The simulated fal alone."""
    return simulator.fal


@pytest.fixture
async def make_api() -> AsyncIterator[MakeApi]:
    """Makes HTTP services for fal's addresses and a key, and closes them."""
    made: list[APIService] = []

    def make(urls: Mapping[str, str], key: str = VALID_KEY) -> APIService:
        hosts = provider_hosts("fal")
        made.append(
            APIService(
                urls["queue"],
                SecretStr(key),
                hosts.key_policy({role: urls[role] for role in hosts.other_bases}),
                retries=RetryPolicy(attempts=2, first_wait=0),
            )
        )
        return made[-1]

    yield make
    for api in made:
        await api.close()


@pytest.fixture
def api(make_api: MakeApi, fal: ServiceView) -> APIService:
    """The HTTP service of the simulator with the valid key."""
    return make_api(fal.urls)


@pytest.fixture
def provider(api: APIService) -> FalProvider:
    """The provider with the valid key."""
    return FalProvider(api)


@pytest.fixture
def with_key(make_api: MakeApi, fal: ServiceView) -> Callable[[str], FalProvider]:
    """Makes providers with another key."""
    return lambda key: FalProvider(make_api(fal.urls, key))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small picture on disk."""
    path = tmp_path / "picture.png"
    Image.new("RGB", (256, 256), (200, 60, 40)).save(path)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of three pictures without captions."""
    buffer = BytesIO()
    Image.new("RGB", (96, 64), (200, 60, 40)).save(buffer, "PNG")
    path = tmp_path / "dataset.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for number in range(3):
            opened.writestr(f"{number:03}.png", buffer.getvalue())
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """An archive of two pairs without captions, with one picture before each result."""
    buffer = BytesIO()
    Image.new("RGB", (96, 64), (200, 60, 40)).save(buffer, "PNG")
    path = tmp_path / "pairs.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for name in ("001_start", "001_end", "002_start", "002_end"):
            opened.writestr(f"{name}.png", buffer.getvalue())
    return path


@pytest.fixture
def memory() -> Memory:
    """Of uploads."""
    return Memory()


@pytest.fixture
def prepare(provider: FalProvider, archive: Path, pairs: Path, memory: Memory) -> Prepare:
    """Prepares a request with the archive that it wants and what LoRAs are given."""

    async def run(request: Endpoint, loras: Mapping[str, LoraSource] | None = None) -> PreparedRequest:
        wants_pairs = isinstance(request, TrainingEndpoint) and request.rules.pairs is not None
        sent = pairs if wants_pairs else archive
        return await provider.prepare(request, Materials(uploads=memory, archive=sent, loras=loras or {}))

    return run


@pytest.fixture
def order(provider: FalProvider, prepare: Prepare) -> Order:
    """Prepares and orders a request and returns what it is asked for by."""

    async def run(request: Endpoint, loras: Mapping[str, LoraSource] | None = None) -> RemoteTask:
        accepted = await provider.order(await prepare(request, loras), nothing)
        return task_of(request, accepted)

    return run


def task_of(request: Endpoint, accepted: Accepted) -> RemoteTask:
    """Return what an accepted request is asked for by."""
    kind = JobKind.TRAINING if isinstance(request, TrainingEndpoint) else JobKind.GENERATION
    return RemoteTask(
        kind,
        request.info.id,
        accepted.remote_id,
        accepted.polling_url,
        accepted.addresses,
        request.given(),
    )


@pytest.fixture
def train(provider: FalProvider, order: Order, clock: ManualClock) -> Callable[..., Awaitable[RemoteStatus]]:
    """Trains, lets the time pass, and returns the last status."""

    async def run(trainer: type[TrainingEndpoint] = Klein9BTrainer) -> RemoteStatus:
        fields = trainer.model_fields
        request = trainer.checked({name: value for name, value in TRAINING.items() if name in fields})
        task = await order(request)
        clock.advance(20)
        return await provider.status(task)

    return run


@pytest.fixture
async def lora(train: Callable[..., Awaitable[RemoteStatus]]) -> Mapping[str, LoraSource]:
    """A LoRA for FLUX.2 [klein] 9B at an address, under the name `LORA`."""
    status = await train()
    return {LORA: LoraSource(name="Red", url=status.weights_url)}
