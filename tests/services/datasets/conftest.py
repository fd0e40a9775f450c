"""Pictures and folders made on the spot for the dataset tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.dataset import DatasetRules
from fluxtui.services.datasets import DatasetService
from fluxtui.services.storage import StorageService
from tests.fakes.pictures import encoded

PictureMaker = Callable[..., bytes]


@pytest.fixture
def rules() -> DatasetRules:
    """Rules like those of a real trainer, with small numbers."""
    return DatasetRules(
        min_pictures=1,
        advised_pictures=3,
        max_pictures=6,
        formats=("JPEG", "PNG", "WEBP"),
        max_pixels=300 * 300,
    )


@pytest.fixture
def datasets() -> DatasetService:
    return DatasetService()


@pytest.fixture
def storage(tmp_path: Path) -> StorageService:
    service = StorageService(tmp_path / "data")
    service.prepare()
    return service


@pytest.fixture
def picture(textured: Callable[..., Image.Image]) -> PictureMaker:
    """Encode a picture with coarse and fine structure in it, another for each `seed`."""

    def make(
        width: int = 280,
        height: int = 280,
        format_name: str = "JPEG",
        mode: str = "RGB",
        seed: int = 0,
        **options: object,
    ) -> bytes:
        return encoded(textured(width, height, seed).convert(mode), format_name, **options)

    return make


@pytest.fixture
def folder(tmp_path: Path, picture: PictureMaker) -> Path:
    """Three good pictures of different formats, the first with a caption."""
    path = tmp_path / "dog"
    path.mkdir()
    (path / "a.jpg").write_bytes(picture())
    (path / "b.png").write_bytes(picture(format_name="PNG", seed=1))
    (path / "c.webp").write_bytes(picture(format_name="WEBP", seed=2))
    (path / "a.txt").write_bytes("\ufeffa dog, ünder a tree\n".encode())
    return path
