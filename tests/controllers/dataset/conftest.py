"""A dataset that is edited without a screen: real services on real pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.app.container import Container
from fluxtui.controllers.background import Background
from fluxtui.controllers.dataset.bulk_actions import BulkActions
from fluxtui.controllers.dataset.controller import DatasetController
from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.services.config import ConfigService
from tests.fakes.host import FakeHost

RULES = DatasetRules(1, 5, 20, ("JPEG", "PNG", "WEBP"), 1024 * 1024, default_caption="default_caption")


class Editing:
    """A controller in a host that answers by what it was told beforehand."""

    def __init__(
        self, host: FakeHost, source: Path, begin_with: str = "", rules: DatasetRules = RULES
    ) -> None:
        self.host = host
        self.background = Background(host)
        self.dataset = DatasetController(
            host, self.background, source, rules, trigger_word="TOK", begin_with=begin_with
        )
        self.bulk = BulkActions(host, self.dataset)

    @property
    def judged(self) -> Dataset:
        """The dataset as it was judged last."""
        dataset = self.dataset.review.dataset
        assert dataset is not None
        return dataset

    @property
    def captions(self) -> dict[str, str]:
        """The captions as they would be sent."""
        return self.dataset.review.captions()

    @property
    def listed(self) -> tuple[str, ...]:
        """The names of the pictures that are listed."""
        return tuple(row.name for row in self.dataset.listed)

    @property
    def told(self) -> str:
        """What was told last."""
        return self.host.notices[-1].text

    async def looked(self) -> Editing:
        """Look through the pictures, and return this."""
        await self.dataset.look()
        await self.background.settled()
        return self


OpenEditing = Callable[..., Awaitable[Editing]]


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[FakeHost]:
    """A host with the services of a program that has no profile."""
    config = ConfigService(tmp_path / "config.toml", environ={})
    config.load()
    container = Container(config, tmp_path / "data")
    yield FakeHost(await container.open())
    await container.close()


@pytest.fixture(scope="session")
def encoded() -> dict[str, bytes]:
    """The files of the pictures, encoded by the first test that wants them."""
    return {}


@pytest.fixture
def pictures(tmp_path: Path, textured: Callable[..., Image.Image], encoded: dict[str, bytes]) -> Path:
    """Six pictures: good, a copy, a wide one, a dark one, a broken one, one without a caption."""
    folder = tmp_path / "lanterns"
    folder.mkdir()
    if not encoded:
        textured(640, 480, 1).save(folder / "a.png")
        textured(900, 300, 2).save(folder / "c.jpg")
        textured(400, 400, 3).point(lambda value: value // 8).save(folder / "d.png")
        textured(400, 500, 4).save(folder / "f.webp")
        encoded.update({path.name: path.read_bytes() for path in folder.iterdir()})
        encoded["b.png"] = encoded["a.png"]
        encoded["e.jpg"] = b"\xff\xd8nothing"
    for name, content in encoded.items():
        (folder / name).write_bytes(content)
    for name in "abcd":
        (folder / f"{name}.txt").write_text(f"a lantern, night, {name}")
    return folder


@pytest.fixture
async def editing(host: FakeHost, pictures: Path) -> Editing:
    """The six pictures, looked through, with commands acting on the first."""
    editing = await Editing(host, pictures).looked()
    editing.dataset.go_to("a.png")
    return editing
