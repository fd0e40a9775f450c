"""A controller of trainings without a screen: real services on a simulator, answers given beforehand."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.app.container import Container
from fluxtui.controllers.training.controller import TrainingController
from fluxtui.services.config import ConfigService
from fluxtui.services.jobs import Pacing
from fluxtui.simulator.core.keys import VALID_KEY
from tests.fakes.host import FakeHost

QUICK = Pacing(
    watch=0.05,
    first_poll=0.02,
    slowest_generation=0.1,
    slowest_training=0.1,
    first_trouble=0.05,
    slowest_trouble=0.2,
    key_trouble=0.2,
)
NOWHERE = "http://127.0.0.1:9"
"""Nothing listens there."""

MakeHost = Callable[..., Awaitable[FakeHost]]


@pytest.fixture
async def make_host(tmp_path: Path) -> AsyncIterator[MakeHost]:
    """Return a function that opens the services of a data directory and runs their jobs.

    Its options: `base_url` (nothing listens at the default), `key`, and `more` of the configuration.
    """
    opened: list[tuple[Container, asyncio.Task[None]]] = []

    async def make(
        base_url: str = NOWHERE, key: str | None = VALID_KEY, more: Mapping[str, object] | None = None
    ) -> FakeHost:
        values = {
            "profile": "demo",
            "profiles.demo.provider": "bfl",
            "profiles.demo.base_url": base_url,
            **({} if key is None else {"profiles.demo.api_key": key}),
            **(more or {}),
        }
        config = ConfigService(tmp_path / "config.toml", environ={}, overrides=values)
        config.load()
        container = Container(config, tmp_path / "data", pacing=QUICK)
        services = await container.open()
        opened.append((container, asyncio.create_task(services.jobs.run())))
        return FakeHost(services)

    yield make
    for container, runner in opened:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)
        await container.close()


@pytest.fixture
async def host(make_host: MakeHost) -> FakeHost:
    """A host whose service cannot be reached."""
    return await make_host()


@pytest.fixture
async def training(host: FakeHost) -> TrainingController:
    """A controller that knows the trainers, on a service that cannot be reached."""
    return await prepared(host)


async def prepared(host: FakeHost) -> TrainingController:
    """Return a controller that knows the trainers."""
    training = TrainingController(host)
    await training.prepare()
    await training.refresh()
    return training


def picture_count(training: TrainingController) -> int | None:
    """Return how many pictures would be trained on, None while that is not known."""
    dataset = training.order.dataset
    return None if dataset is None else len(dataset.pictures)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with seven pictures, six of them with a caption."""
    folder = tmp_path / "lanterns"
    folder.mkdir()
    for number in range(7):
        picture, chance = Image.new("RGB", (640, 480), (30 * number, 120, 200)), random.Random(number)
        for _ in range(12):
            size = (chance.randrange(20, 200), chance.randrange(20, 150))
            spot = (chance.randrange(600), chance.randrange(440))
            picture.paste(tuple(chance.randbytes(3)), (*spot, spot[0] + size[0], spot[1] + size[1]))
        picture.save(folder / f"lantern-{number}.png")
        if number:
            (folder / f"lantern-{number}.txt").write_text(f"a lantern, number {number}, over a lake")
    return folder
