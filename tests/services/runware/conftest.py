"""The services with a profile at the simulated Runware."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.providers.base import Provider
from fluxtui.providers.registry import create_provider, provider_hosts
from fluxtui.services.config import Profile
from fluxtui.services.jobs import Gateway
from fluxtui.simulator.running import Simulator
from fluxtui.simulator.runware.keys import VALID_KEY

PROFILE = "runware"
KLEIN, KLEIN_LORA = "runware:400@2", "runware:400@3/lora"
SMALL = {"prompt": "a fox in snow", "width": 512, "height": 512}


class RunwareGateway:
    """One profile at the simulated Runware."""

    def __init__(self, base_url: str) -> None:
        hosts = provider_hosts("runware")
        retries = RetryPolicy(attempts=2, first_wait=0.01)
        self._api = APIService(base_url, SecretStr(VALID_KEY), hosts.key_policy(), retries=retries)

    async def provider(self, profile: str) -> Provider:
        return create_provider("runware", self._api)

    async def api(self, profile: str) -> APIService:
        return self._api

    @asynccontextmanager
    async def trial(self, profile: str | Profile, key: SecretStr) -> AsyncIterator[Provider]:
        yield create_provider("runware", self._api)

    async def close(self) -> None:
        await self._api.close()


@pytest.fixture
async def gateway(simulator: Simulator) -> AsyncIterator[Gateway]:
    gateway = RunwareGateway(simulator.runware.urls["api"])
    yield gateway
    await gateway.close()
