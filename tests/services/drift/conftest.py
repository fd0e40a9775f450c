"""A provider of each service, connected to one running simulator that hosts all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from pydantic import SecretStr

from fluxtui.api.service import APIService
from fluxtui.demo.profiles import demo_profiles
from fluxtui.demo.simulation import Addresses
from fluxtui.providers.base import Provider
from fluxtui.providers.registry import create_provider, provider_hosts
from fluxtui.services.config import Profile
from fluxtui.simulator.core.keys import VALID_KEY as BFL_KEY
from fluxtui.simulator.core.roles import BFL
from fluxtui.simulator.fal.keys import VALID_KEY as FAL_KEY
from fluxtui.simulator.replicate.keys import VALID_KEY as REPLICATE_KEY
from fluxtui.simulator.running import Simulator, running_simulator

Connect = Callable[[str], Provider]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture
async def connect(simulator: Simulator) -> AsyncIterator[Connect]:
    """Makes the provider of a service."""
    keys = {BFL: BFL_KEY, "fal": FAL_KEY, "replicate": REPLICATE_KEY}
    services = {"fal": simulator.fal.urls, "replicate": simulator.replicate.urls}
    addresses = Addresses(simulator.base_url, services, keys)
    profiles = demo_profiles("bfl", addresses)
    made: list[APIService] = []

    def connected(provider_id: str) -> Provider:
        values = profiles[provider_id]
        profile = Profile.model_validate({name: value for name, value in values.items() if name != "api_key"})
        policy = provider_hosts(provider_id).key_policy(profile.bases)
        made.append(APIService(profile.base_url, SecretStr(values["api_key"]), policy))
        return create_provider(provider_id, made[-1])

    yield connected
    for api in made:
        await api.close()
