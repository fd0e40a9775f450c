"""The provider, speaking to a real simulator whose clock is moved by hand."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Endpoint, TrainingEndpoint
from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import Accepted, LoraSource, Materials, PreparedRequest, RemoteStatus, RemoteTask
from fluxtui.providers.registry import provider_hosts
from fluxtui.providers.replicate.provider import ReplicateProvider
from fluxtui.providers.replicate.training import FluxDevLoraTrainer
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.replicate.keys import VALID_KEY
from fluxtui.simulator.running import Simulator, running_simulator

MakeProvider = Callable[..., ReplicateProvider]
TRAINING = {"name": "Red sheets", "trigger_word": "SHEET", "steps": 100}
SMALL = {"prompt": "a red SHEET", "aspect_ratio": "custom", "width": 256, "height": 256, "seed": 7}


def nothing(_done: int, _total: int) -> None:
    """Take no notice of progress."""


@dataclass
class Memory:
    """Remembers uploads as the journal does, by what was asked and told."""

    clock: ManualClock
    kept: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def turn(self, sha256: str) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def known(self, sha256: str) -> str | None:
        address, until = self.kept.get(sha256, ("", datetime.min.replace(tzinfo=UTC)))
        return address if until > datetime.fromtimestamp(self.clock() + 6 * 3600, UTC) else None

    async def remember(self, sha256: str, url: str, expires_at: datetime) -> None:
        self.kept[sha256] = (url, expires_at)


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
async def make_api() -> AsyncIterator[Callable[..., APIService]]:
    """Makes HTTP services for a base URL and a key, and closes them."""
    made: list[APIService] = []

    def make(base_url: str, key: str = VALID_KEY) -> APIService:
        hosts = provider_hosts("replicate")
        made.append(
            APIService(
                base_url,
                SecretStr(key),
                hosts.key_policy(),
                retries=RetryPolicy(attempts=2, first_wait=0),
            )
        )
        return made[-1]

    yield make
    for api in made:
        await api.close()


@pytest.fixture
def api(make_api: Callable[..., APIService], simulator: Simulator) -> APIService:
    """The HTTP service of the simulator with the valid key."""
    return make_api(simulator.replicate.urls["api"])


@pytest.fixture
def provider(api: APIService) -> ReplicateProvider:
    """The provider with the valid key."""
    return ReplicateProvider(api)


@pytest.fixture
def make_provider(make_api: Callable[..., APIService], simulator: Simulator) -> MakeProvider:
    """Makes providers with another key or base URL."""

    def make(key: str = VALID_KEY, base_url: str | None = None) -> ReplicateProvider:
        return ReplicateProvider(make_api(base_url or simulator.replicate.urls["api"], key))

    return make


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small picture on disk."""
    path = tmp_path / "picture.png"
    Image.new("RGB", (256, 256), (200, 60, 40)).save(path)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of three pictures that can be trained on."""
    buffer = BytesIO()
    Image.new("RGB", (96, 64), (200, 60, 40)).save(buffer, "PNG")
    path = tmp_path / "dataset.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for number in range(3):
            opened.writestr(f"{number:03}.png", buffer.getvalue())
    return path


@pytest.fixture
def memory(clock: ManualClock) -> Memory:
    """Of uploads."""
    return Memory(clock)


Prepare = Callable[..., Awaitable[PreparedRequest]]
Order = Callable[..., Awaitable[RemoteTask]]


@pytest.fixture
def prepare(provider: ReplicateProvider, archive: Path, memory: Memory) -> Prepare:
    """Prepares a request with the archive and what LoRAs are given."""

    async def run(request: Endpoint, loras: Mapping[str, LoraSource] | None = None) -> PreparedRequest:
        return await provider.prepare(request, Materials(uploads=memory, archive=archive, loras=loras or {}))

    return run


@pytest.fixture
def order(provider: ReplicateProvider, prepare: Prepare) -> Order:
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
def train(provider: ReplicateProvider, order: Order, clock: ManualClock) -> Callable[..., Any]:
    """Trains, lets the time pass, and returns the last status."""

    async def run(**values: Any) -> RemoteStatus:
        task = await order(FluxDevLoraTrainer.checked({**TRAINING, **values}))
        clock.advance(20)
        return await provider.status(task)

    return run


@pytest.fixture
async def trained(train: Callable[..., Awaitable[RemoteStatus]]) -> RemoteStatus:
    """The status of a training that has succeeded."""
    return await train()
