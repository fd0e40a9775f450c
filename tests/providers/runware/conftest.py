"""The provider, speaking to a real simulator whose clock is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Control, Endpoint, Field
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.weights import Base
from fluxtui.providers.base import Materials, PreparedRequest, RemoteTask
from fluxtui.providers.registry import provider_hosts
from fluxtui.providers.runware.generation import RunwareGeneration
from fluxtui.providers.runware.provider import RunwareProvider
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from fluxtui.simulator.runware.keys import VALID_KEY

MakeProvider = Callable[..., RunwareProvider]
Prepare = Callable[..., Awaitable[PreparedRequest]]
Order = Callable[..., Awaitable[RemoteTask]]
JOB = "7f0c3a52b1d84e6f9a10"
SECONDS = 2


def nothing(_done: int, _total: int) -> None:
    """Take no notice of progress."""


class NoUploads:
    """Nothing is ever uploaded, so nothing is remembered."""

    def turn(self, sha256: str) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def known(self, sha256: str) -> str | None:
        raise AssertionError("an upload was looked for")

    async def remember(self, sha256: str, url: str, expires_at: datetime) -> None:
        raise AssertionError("an upload was remembered")


@pytest.fixture(scope="session")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def shared_simulator(clock: ManualClock) -> Iterator[Simulator]:
    """One service for all tests, because each takes a moment to start."""
    with running_simulator(Settings(seconds_per_image=SECONDS), clock) as running:
        yield running


@pytest.fixture
def simulator(shared_simulator: Simulator) -> Simulator:
    """A service that paints in two seconds and remembers nothing of other tests."""
    shared_simulator.reset()
    return shared_simulator


@pytest.fixture
async def make_api() -> AsyncIterator[Callable[..., APIService]]:
    """Makes HTTP services for a base URL and a key, and closes them."""
    made: list[APIService] = []

    def make(base_url: str, key: str = VALID_KEY) -> APIService:
        policy = provider_hosts("runware").key_policy()
        retries = RetryPolicy(attempts=2, first_wait=0)
        made.append(APIService(base_url, SecretStr(key), policy, retries=retries))
        return made[-1]

    yield make
    for api in made:
        await api.close()


@pytest.fixture
def make_provider(
    make_api: Callable[..., APIService], simulator: Simulator, clock: ManualClock
) -> MakeProvider:
    """Makes providers with another key or base URL."""

    def make(key: str = VALID_KEY, base_url: str | None = None) -> RunwareProvider:
        return RunwareProvider(make_api(base_url or simulator.runware.urls["api"], key), clock)

    return make


@pytest.fixture
def api(make_api: Callable[..., APIService], simulator: Simulator) -> APIService:
    """The HTTP service of the simulator with the valid key."""
    return make_api(simulator.runware.urls["api"])


@pytest.fixture
def provider(api: APIService, clock: ManualClock) -> RunwareProvider:
    """The provider with the valid key."""
    return RunwareProvider(api, clock)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small picture on disk."""
    path = tmp_path / "picture.png"
    Image.new("RGB", (512, 512), (200, 60, 40)).save(path)
    return path


@pytest.fixture
def prepare(provider: RunwareProvider) -> Prepare:
    """Prepares a request of a job."""

    async def run(request: Endpoint, job_id: str = JOB) -> PreparedRequest:
        return await provider.prepare(request, Materials(uploads=NoUploads(), job_id=job_id))

    return run


@pytest.fixture
def order(provider: RunwareProvider, prepare: Prepare) -> Order:
    """Prepares and orders a request of a job and returns what it is asked for by."""

    async def run(request: Endpoint, job_id: str = JOB) -> RemoteTask:
        accepted = await provider.order(await prepare(request, job_id), nothing)
        return task_of(request, accepted.remote_id)

    return run


def task_of(request: Endpoint, remote_id: str) -> RemoteTask:
    """Return what an accepted request is asked for by."""
    return RemoteTask(JobKind.GENERATION, request.info.id, remote_id, None, {}, request.given())


_LORAS = {
    Base.KLEIN_9B: "simstudio:red-sheets@1",
    Base.FLUX1_DEV: "civitai:618692@691639",
}


def value_of(endpoint: type[RunwareGeneration], field: Field, picture: Path, *, largest: bool) -> Any:
    """Return the least or most that a parameter can be."""
    if field.choices:
        return field.choices[-1 if largest else 0]
    match field.control:
        case Control.FINETUNE:
            use = endpoint.info.finetunes
            bases = use.bases if use else frozenset()
            return next((_LORAS[base] for base in bases if base in _LORAS), "civitai:1@2")
        case Control.PICTURE:
            return str(picture)
        case Control.TOGGLE:
            return not field.default
        case Control.INTEGER | Control.SEED:
            return int((field.maximum if largest else field.minimum) or 0)
        case Control.NUMBER:
            return field.maximum if largest else field.minimum
    return "a red fox" * (300 if largest else 1)
