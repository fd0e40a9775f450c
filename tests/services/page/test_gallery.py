"""The page over a gallery that the simulator filled, wired as the program wires it."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from fluxtui.app.container import Container
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.bundle import Services
from fluxtui.services.config import ConfigService
from fluxtui.services.jobs import Pacing
from fluxtui.services.thumbnails import SIDE
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.running import Simulator
from tests.services.page.test_page import base_of

PROMPTS = ("a fox in the snow", "<b>three</b> lanterns", "a boat & a lake")


@pytest.fixture
def container(simulator: Simulator, tmp_path: Path, pacing: Pacing) -> Container:
    overrides = {
        "profile": "demo",
        "profiles.demo.provider": "bfl",
        "profiles.demo.base_url": simulator.base_url,
        "profiles.demo.api_key": VALID_KEY,
    }
    config = ConfigService(tmp_path / "config.toml", environ={}, overrides=overrides)
    config.load()
    return Container(config, tmp_path / "data", pacing=pacing)


@pytest.fixture
async def services(container: Container) -> AsyncIterator[Services]:
    """All services, with a picture of each prompt, the last one made last."""
    opened = await container.open()
    runner = asyncio.create_task(opened.jobs.run())
    try:
        for number, prompt in enumerate(PROMPTS):
            values = {"prompt": prompt, "width": 512, "height": 256, "seed": number}
            (job,) = await opened.inference.generate("demo", "flux-pro-1.1", values)
            await done(opened, job)
        yield opened
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)
        await container.close()


async def done(services: Services, job: Job) -> None:
    async with asyncio.timeout(40):
        while (current := await services.journal.jobs.get(job.id)) is None or current.is_active:
            await asyncio.sleep(0.02)
    assert current.state is JobState.DONE, current.error


@pytest.fixture
async def browser(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the list of pictures."""
    page = services.page
    await page.start(0)
    url = base_of(page)
    async with httpx.AsyncClient(base_url=url, trust_env=False, follow_redirects=True) as client:
        assert (await client.get(page.url)).status_code == 200
        yield client


def content_of(folder: Path) -> dict[str, str]:
    """Return a hash of every file that is the user's, by path: not the journal's own, not the cache."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "cache" not in file.parts and "journal" not in file.name
    }


async def test_it_shows_what_the_gallery_has(services: Services, browser: httpx.AsyncClient) -> None:
    before = content_of(services.storage.root)
    text = (await browser.get("/")).text
    assert "3 pictures" in text
    found = [text.index(words) for words in ("a boat &amp; a lake", "&lt;b&gt;three&lt;/b&gt;", "a fox in")]
    assert found == sorted(found)
    pictures = await services.journal.pictures.recent()
    for number, picture in zip((3, 2, 1), pictures, strict=True):
        detail = (await browser.get(f"/picture/{number}")).text
        assert f"<th>Seed</th><td>{number - 1}</td>" in detail
        assert "<th>Endpoint</th><td>flux-pro-1.1</td>" in detail
        assert VALID_KEY not in detail
        assert str(services.storage.root) not in detail
        file = await browser.get(f"/file/{number}")
        assert file.content == services.storage.inside(picture.path).read_bytes()
        assert file.headers["content-type"] == f"image/{picture.format.lower()}"
        for _ in range(2):
            small = await browser.get(f"/thumbnail/{number}")
            assert small.headers["content-type"] == "image/webp"
            with Image.open(io.BytesIO(small.content)) as image:
                image.load()
                assert (image.format, image.size) == ("WEBP", (SIDE, SIDE // 2))
    assert (await browser.get("/file/4")).status_code == 404
    assert content_of(services.storage.root) == before


async def test_it_shows_no_trash_and_tells_what_is_missing(
    services: Services, browser: httpx.AsyncClient
) -> None:
    await services.gallery.trash([2])
    text = (await browser.get("/")).text
    assert "2 pictures" in text
    assert "three" not in text
    for address in ("/picture/2", "/file/2", "/thumbnail/2"):
        assert (await browser.get(address)).status_code == 404
    newest, _ = await services.journal.pictures.recent(2)
    services.storage.inside(newest.path).unlink()
    gone = await browser.get("/file/3")
    assert gone.status_code == 404
    assert "cannot be read" in gone.text
    assert (await browser.get("/thumbnail/3")).status_code == 404
    assert (await browser.get("/picture/3")).status_code == 200


async def test_a_file_that_leads_out_of_the_data_directory_is_not_served(
    services: Services, browser: httpx.AsyncClient, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"nobody's")
    newest, *_ = await services.journal.pictures.recent()
    path = services.storage.inside(newest.path)
    path.unlink()
    path.symlink_to(secret)
    answer = await browser.get("/file/3")
    assert answer.status_code == 404
    assert b"nobody's" not in answer.content


async def test_it_ends_with_the_program(
    container: Container, services: Services, browser: httpx.AsyncClient
) -> None:
    port = services.page.port
    await container.close()
    assert services.page.url == ""
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    with pytest.raises(httpx.TransportError):
        await browser.get("/")
