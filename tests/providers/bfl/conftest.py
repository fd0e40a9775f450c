"""The provider, speaking to a real simulator whose clock is moved by hand."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr

from fluxtui.api.options import KeyPolicy
from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.providers.registry import provider_hosts
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator

MakeProvider = Callable[..., BFLProvider]


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
        trusted, retries = provider_hosts("bfl").trusted_hosts, RetryPolicy(attempts=2, first_wait=0)
        made.append(APIService(base_url, SecretStr(key), KeyPolicy(trusted_hosts=trusted), retries=retries))
        return made[-1]

    yield make
    for api in made:
        await api.close()


@pytest.fixture
def api(make_api: Callable[..., APIService], simulator: Simulator) -> APIService:
    """The HTTP service of the simulator with the valid key."""
    return make_api(simulator.base_url)


@pytest.fixture
def provider(api: APIService) -> BFLProvider:
    """The provider with the valid key."""
    return BFLProvider(api)


@pytest.fixture
def make_provider(make_api: Callable[..., APIService], simulator: Simulator) -> MakeProvider:
    """Makes providers with another key or base URL."""
    return lambda key=VALID_KEY, base_url=None: BFLProvider(make_api(base_url or simulator.base_url, key))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture on disk, as small as FLUX 3 takes one."""
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


Train = Callable[[], Awaitable[str]]


@pytest.fixture
def train(provider: BFLProvider, clock: ManualClock, archive: Path) -> Train:
    """Trains a finetune, lets the time pass until it is ready, and returns its id."""

    async def run() -> str:
        request = provider.training_endpoints()[0].checked({"finetune_comment": "reds", "mode": "style"})
        accepted = await provider.train(request, archive, lambda _done, _total: None)
        clock.advance(20)
        return accepted.remote_id

    return run


@pytest.fixture
async def trained(train: Train) -> str:
    """The id of a finetune that is ready."""
    return await train()
