"""A host on real services over a data directory of its own, for the tests of controllers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from fluxtui.app.container import Container
from fluxtui.services.config import ConfigService
from fluxtui.services.jobs import Pacing
from fluxtui.simulator.core.keys import VALID_KEY
from tests.fakes.host import FakeHost

QUICK = Pacing(
    watch=0.05,
    first_poll=0.03,
    slowest_generation=0.1,
    slowest_training=0.1,
    first_trouble=0.05,
    slowest_trouble=0.2,
    key_trouble=0.2,
)
NOWHERE = "http://127.0.0.1:9"
"""Nothing listens there."""


@asynccontextmanager
async def opened_host(
    folder: Path, base_url: str = NOWHERE, more: Mapping[str, object] | None = None
) -> AsyncIterator[FakeHost]:
    """Yield a host whose services keep everything in a folder; no job is driven by itself.

    Args:
        folder: for the configuration and the data.
        base_url: of the service of the profile `demo`.
        more: of the configuration, such as further profiles.
    """
    overrides = {
        "profile": "demo",
        "profiles.demo.provider": "bfl",
        "profiles.demo.base_url": base_url,
        "profiles.demo.api_key": VALID_KEY,
        **(more or {}),
    }
    config = ConfigService(folder / "config.toml", environ={}, overrides=overrides)
    config.load()
    container = Container(config, folder / "data", pacing=QUICK)
    services = await container.open()
    try:
        yield FakeHost(services, usable_profiles=config.usable_profiles())
    finally:
        await container.close()
