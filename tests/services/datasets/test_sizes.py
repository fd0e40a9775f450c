"""How much is sent: estimated before, told truly after, bounded by what the trainer takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fluxtui.domain.dataset import LEAST_QUALITY, USUAL_QUALITY, ArchiveSize, Dataset, DatasetRules
from fluxtui.domain.errors import DatasetError
from fluxtui.domain.workspace import History, Workspace
from fluxtui.services.datasets import DatasetService
from fluxtui.services.storage import StorageService

PictureMaker = Callable[..., bytes]


@pytest.fixture
def many(tmp_path: Path, picture: PictureMaker) -> Path:
    """Twelve pictures of two kinds and three sizes, each with a caption."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(12):
        kind, edge = ("PNG", "JPEG")[number % 2], (200, 280, 400)[number % 3]
        (folder / f"{number}.{kind.lower()}").write_bytes(picture(edge, edge, kind, seed=number))
        (folder / f"{number}.txt").write_text("a lantern, ünder a tree")
    return folder


@pytest.fixture
def rules(rules: DatasetRules) -> DatasetRules:
    return replace(rules, max_pictures=20)


async def judged(
    datasets: DatasetService, source: Path, rules: DatasetRules, quality: int = USUAL_QUALITY
) -> Dataset:
    workspace = Workspace(source=str(source), jpeg_quality=quality)
    return datasets.check(await datasets.scan(source), rules, workspace)


async def test_estimate_is_near_what_is_packed_then(
    datasets: DatasetService, many: Path, rules: DatasetRules, storage: StorageService
) -> None:
    dataset = await judged(datasets, many, rules)
    estimated = await datasets.archive_size(dataset, rules)
    packed = await datasets.pack(dataset, storage, rules)
    assert estimated.show().startswith("~")
    assert abs(estimated.size / packed.size - 1) < 0.1
    assert await datasets.archive_size(dataset, rules) == ArchiveSize(size=packed.size, is_exact=True)


async def test_few_pictures_are_estimated_to_the_byte(
    datasets: DatasetService, folder: Path, rules: DatasetRules, storage: StorageService
) -> None:
    dataset = await judged(datasets, folder, rules)
    estimated = await datasets.archive_size(dataset, rules)
    assert estimated.size == (await datasets.pack(dataset, storage, rules)).size


async def test_lower_quality_gives_another_and_smaller_archive(
    datasets: DatasetService, many: Path, rules: DatasetRules, storage: StorageService
) -> None:
    usual = await judged(datasets, many, rules)
    least = await judged(datasets, many, rules, LEAST_QUALITY)
    assert usual.print != least.print
    first, second = [await datasets.pack(dataset, storage, rules) for dataset in (usual, least)]
    assert first.sha256 != second.sha256
    assert second.size < first.size
    assert (await datasets.archive_size(least, rules)).size == second.size


async def test_archive_that_is_too_large_is_never_kept(
    datasets: DatasetService, many: Path, rules: DatasetRules, storage: StorageService
) -> None:
    with pytest.raises(DatasetError, match=r"but the trainer takes at most 9\.0 kB"):
        await datasets.pack(await judged(datasets, many, rules), storage, replace(rules, max_bytes=9_000))
    assert list(storage.inside("datasets").iterdir()) == []
    assert list(storage.inside("tmp").iterdir()) == []


async def test_gone_pictures_are_no_estimate(
    datasets: DatasetService, many: Path, rules: DatasetRules
) -> None:
    dataset = await judged(datasets, many, rules)
    for file in many.iterdir():
        file.unlink()
    with pytest.raises(DatasetError, match="has changed since"):
        await datasets.archive_size(dataset, rules)


def test_quality_is_an_edit_that_can_be_undone() -> None:
    history = History(present=Workspace(source="x"))
    changed = history.changed(history.present.model_copy(update={"jpeg_quality": 80}), "JPEG quality 80")
    assert changed.present.jpeg_quality == 80
    assert changed.undone().present.jpeg_quality == USUAL_QUALITY


@pytest.mark.parametrize(
    ("size", "exact", "words"),
    [(3_240_000, True, "3.2 MB"), (3_240_000, False, "~3.2 MB"), (12_345_678, False, "~12 MB")],
)
def test_size_is_told_as_well_as_it_is_known(size: int, exact: bool, words: str) -> None:
    assert ArchiveSize(size=size, is_exact=exact).show() == words
