"""A provider of nobody's, registered for the length of a test, and the real program with a profile on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.app.app import FluxApp
from fluxtui.app.container import Container
from fluxtui.providers.registry import register_provider
from fluxtui.services.bundle import Services
from fluxtui.services.config import ConfigService
from fluxtui.services.jobs import Pacing
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from tests.fakes.atelier.provider import HOSTS, ID
from tests.fakes.atelier.server import PASS, AtelierServer, running_atelier

PROFILE = "studio"
_QUICK = Pacing(
    watch=0.05,
    first_poll=0.02,
    slowest_generation=0.1,
    slowest_training=0.1,
    first_trouble=0.05,
    slowest_trouble=0.2,
    key_trouble=0.1,
    first_search=0.1,
    slowest_search=0.2,
)


@pytest.fixture(autouse=True)
def quick_painter(painted_plainly: None) -> None:
    """Let the simulator paint plainly."""


@pytest.fixture
def atelier() -> Iterator[AtelierServer]:
    """A running Atelier that the registry knows."""
    remove = register_provider(ID, HOSTS)
    try:
        with running_atelier() as running:
            yield running
    finally:
        remove()


@pytest.fixture
def new_config(tmp_path: Path) -> ConfigService:
    """The configuration of a first start, without a profile that could be used."""
    config = ConfigService(tmp_path / "config.toml", environ={})
    config.load()
    return config


@pytest.fixture
def studio_config(tmp_path: Path, atelier: AtelierServer) -> ConfigService:
    """A configuration whose only profile with a key is one on the Atelier."""
    overrides = {
        "profile": PROFILE,
        f"profiles.{PROFILE}.provider": ID,
        f"profiles.{PROFILE}.base_url": atelier.base_url,
        f"profiles.{PROFILE}.api_key": PASS,
        "interface.bell": False,
    }
    config = ConfigService(tmp_path / "studio.toml", environ={}, overrides=overrides)
    config.load()
    return config


@pytest.fixture
def container(tmp_path: Path, studio_config: ConfigService) -> Container:
    """The program's own wiring, over that configuration."""
    return Container(studio_config, tmp_path / "data", pacing=_QUICK)


@asynccontextmanager
async def _opened(container: Container) -> AsyncIterator[Services]:
    services = await container.open()
    runner = asyncio.create_task(services.jobs.run())
    try:
        yield services
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)
        await container.close()


@pytest.fixture
async def services(container: Container) -> AsyncIterator[Services]:
    """All services, with the jobs driven."""
    async with _opened(container) as opened:
        yield opened


@pytest.fixture
def studio_app(container: Container) -> FluxApp:
    """The application over the same wiring."""
    return FluxApp(container, TerminalProfile(protocol=GraphicsProtocol.HALFCELL, truecolor=True))


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Three training pictures with captions, as the Atelier wants them."""
    folder = tmp_path / "teapots"
    folder.mkdir()
    for number, colour in enumerate(("red", "green", "orange")):
        Image.new("RGB", (300, 300), colour).save(folder / f"{number}.jpg")
        (folder / f"{number}.txt").write_text(f"a teapot, number {number}", encoding="utf-8")
    return folder
