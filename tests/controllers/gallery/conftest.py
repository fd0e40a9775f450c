"""A controller of the gallery over twelve pictures, of which the newest was made last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fluxtui.controllers.gallery.controller import GalleryController
from tests.fakes.gallery import NOON, add_pictures
from tests.fakes.host import FakeHost
from tests.fakes.opened import opened_host


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[FakeHost]:
    """A host with twelve pictures in its journal."""
    async with opened_host(tmp_path) as host:
        host.clock = lambda: NOON
        await add_pictures(host.services.journal, host.services.storage.root, *range(12))
        yield host


@pytest.fixture
async def gallery(host: FakeHost) -> GalleryController:
    """The gallery as it is when it has read its pictures, with the cursor on the newest."""
    gallery = GalleryController(host)
    await gallery.shown.read()
    gallery.shown.current = 12
    return gallery
