"""The services with profiles at the simulated Replicate."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.providers.base import Provider
from fluxtui.providers.registry import create_provider, provider_hosts
from fluxtui.services.config import Profile
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.jobs import Gateway, JobService
from fluxtui.services.journal import Journal
from fluxtui.simulator.replicate.keys import POOR_KEY, THROTTLED_KEY, VALID_KEY
from fluxtui.simulator.running import Simulator

PROFILE = "replicate"
HUGGINGFACE_TOKEN = "hf_ThatMayOnlyRead123"
TRAINER = "ostris/flux-dev-lora-trainer"
TRAINING = {"name": "Fox", "trigger_word": "FOXX", "steps": 200}
SMALL = {"prompt": "a FOXX in snow", "aspect_ratio": "custom", "width": 256, "height": 256}
OFFICIAL = {"prompt": "a FOXX in snow", "megapixels": "0.25"}

Start = Callable[..., Awaitable[Job]]
Trained = Callable[..., Awaitable[Finetune]]


class ReplicateGateway:
    """Profiles at the simulated Replicate, each with a key of its own."""

    def __init__(self, base_url: str, keys: dict[str, str]) -> None:
        self.base_url, self.keys = base_url, keys
        self._open: dict[str, APIService] = {}
        self._old: list[APIService] = []

    async def provider(self, profile: str) -> Provider:
        return create_provider("replicate", await self.api(profile))

    async def api(self, profile: str) -> APIService:
        if profile not in self._open:
            self._open[profile] = self._made(SecretStr(self.keys[profile]))
        return self._open[profile]

    @asynccontextmanager
    async def trial(self, profile: str | Profile, key: SecretStr) -> AsyncIterator[Provider]:
        api = self._made(key)
        try:
            yield create_provider("replicate", api)
        finally:
            await api.close()

    def move_to(self, base_url: str) -> None:
        """Let every profile talk to another address from now on."""
        self.base_url = base_url
        self._old += self._open.values()
        self._open = {}

    def _made(self, key: SecretStr) -> APIService:
        hosts = provider_hosts("replicate")
        return APIService(
            self.base_url,
            key,
            hosts.key_policy(),
            retries=RetryPolicy(attempts=2, first_wait=0.01),
            tokens={"huggingface.co": SecretStr(HUGGINGFACE_TOKEN), "civitai.com": SecretStr("civitai12345")},
        )

    async def close(self) -> None:
        for api in (*self._old, *self._open.values()):
            await api.close()


@pytest.fixture
async def gateway(simulator: Simulator) -> AsyncIterator[Gateway]:
    keys = {PROFILE: VALID_KEY, "poor": POOR_KEY, "throttled": THROTTLED_KEY}
    gateway = ReplicateGateway(simulator.replicate.urls["api"], keys)
    yield gateway
    await gateway.close()


@pytest.fixture
def move_to(gateway: Gateway) -> Callable[[Simulator], None]:
    """Lets every profile talk to another simulator from now on."""
    assert isinstance(gateway, ReplicateGateway)
    return lambda other: gateway.move_to(other.replicate.urls["api"])


@pytest.fixture
def start(finetuning: FinetuningService, training_folder: Path) -> Start:
    """Starts a training."""

    async def begin(profile: str = PROFILE, trainer: str = TRAINER, **values: Any) -> Job:
        rules = await finetuning.rules(profile, trainer)
        dataset = await DatasetService().inspect(training_folder, rules)
        return await finetuning.start(profile, dataset, {**TRAINING, **values}, endpoint_id=trainer)

    return begin


@pytest.fixture
def trained(start: Start, jobs: JobService, ended: Callable[..., Any], open_journal: Journal) -> Trained:
    """Trains and returns the finetune; the jobs must be running."""

    async def run(**values: Any) -> Finetune:
        (done,) = await ended(jobs, [await start(**values)])
        finetune = await open_journal.finetunes.get(PROFILE, str(done.finetune_id))
        assert finetune is not None, done
        return finetune

    return run
