"""Files on their way to the simulated fal, which notes every key that comes where none belongs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fluxtui.api.limits import WEIGHTS_LIMITS
from fluxtui.api.service import APIService
from fluxtui.domain.errors import ResultExpired, StorageError, TimedOut, UnexpectedAnswer
from fluxtui.providers.base import LoraSource
from fluxtui.providers.fal.generation import Klein9BLora
from fluxtui.providers.fal.training import FastTrainer
from fluxtui.providers.fal.uploads import DATASET_LIFETIME, FalUploads, UploadTarget
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.running import ServiceView
from tests.providers.fal.conftest import LORA, SMALL, Memory, Prepare

CONTENT = bytes(range(256)) * 40


async def fetched(api: APIService, url: str, folder: Path) -> bytes:
    target = folder / "fetched"
    await api.download(url, target, limits=WEIGHTS_LIMITS)
    return target.read_bytes()


@pytest.mark.parametrize("whole_bytes", [1_000_000, 1000])
async def test_file_arrives_whole_or_in_parts_without_the_key(
    whole_bytes: int, api: APIService, memory: Memory, tmp_path: Path, fal: ServiceView
) -> None:
    path = tmp_path / "secret name.safetensors"
    path.write_bytes(CONTENT)
    told: list[tuple[int, int]] = []
    uploads = FalUploads(
        api,
        memory,
        lambda done, total: told.append((done, total)),
        whole_bytes=whole_bytes,
        part_bytes=3000,
    )
    address = await uploads.address_of(path, DATASET_LIFETIME)
    assert await fetched(api, address, tmp_path) == CONTENT
    assert "secret" not in address
    assert told[-1] == (len(CONTENT), len(CONTENT))
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert await uploads.address_of(path, DATASET_LIFETIME, sha256=digest) == address
    assert fal.violations() == []


async def test_nothing_is_uploaded_twice_and_all_of_it_vanishes(
    prepare: Prepare, memory: Memory, tmp_path: Path, fal: ServiceView
) -> None:
    training = FastTrainer.checked({"name": "Red"})
    first = await prepare(training)
    path = tmp_path / "red.safetensors"
    path.write_bytes(CONTENT)
    source = {LORA: LoraSource(name="Red", path=path, url="https://example.org/dead")}
    picture = Klein9BLora.checked({**SMALL, "finetune_id": LORA})
    generation = await prepare(picture, source)
    fal.faults("500", where="upload")
    assert (await prepare(training)).body == first.body
    assert (await prepare(picture, source)).body == generation.body
    assert generation.body["loras"][0]["path"].startswith(fal.urls["cdn"])
    assert memory.lifetimes(datetime.now(UTC)) == [timedelta(days=7), timedelta(days=30)]


@pytest.mark.parametrize("obeyed", ["lifecycle-only", "preference-only"])
@pytest.mark.parametrize("whole_bytes", [1_000_000, 1000])
async def test_upload_vanishes_whichever_header_of_its_lifetime_counts(
    obeyed: str,
    whole_bytes: int,
    api: APIService,
    memory: Memory,
    tmp_path: Path,
    fal: ServiceView,
    clock: ManualClock,
) -> None:
    fal.faults(obeyed, where="upload")
    path = tmp_path / "photos.safetensors"
    path.write_bytes(CONTENT)
    uploads = FalUploads(api, memory, None, whole_bytes=whole_bytes, part_bytes=3000)
    address = await uploads.address_of(path, DATASET_LIFETIME)
    clock.advance(DATASET_LIFETIME.total_seconds() - 1)
    assert await fetched(api, address, tmp_path) == CONTENT
    clock.advance(1)
    with pytest.raises(ResultExpired):
        await fetched(api, address, tmp_path)


async def test_failed_upload_is_not_remembered(prepare: Prepare, memory: Memory, fal: ServiceView) -> None:
    fal.faults("drop-before", count=20, where="upload")
    with pytest.raises((TimedOut, UnexpectedAnswer)):
        await prepare(FastTrainer.checked({"name": "Red"}))
    assert memory.kept == {}
    assert fal.ledger() == []


async def test_unreadable_file_is_told(api: APIService, memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"gone\.zip cannot be read"):
        await FalUploads(api, memory, None).address_of(tmp_path / "gone.zip", DATASET_LIFETIME)


def test_place_hides_its_signature_and_keeps_it_for_parts() -> None:
    place = UploadTarget("https://up.example.org/a/b.zip?signature=s3cret", "https://cdn.example.org/b.zip")
    assert "s3cret" not in repr(place)
    assert place.below("7") == "https://up.example.org/a/b.zip/7?signature=s3cret"
