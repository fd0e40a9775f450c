"""LoRA files on their way: looked at, kept, taken in, handed out, deleted."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.errors import StorageError, WeightsError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.weights import Base, Weights
from fluxtui.services.journal import Journal
from fluxtui.services.lora import LoraService
from fluxtui.services.storage import StorageService


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def part_of(storage: StorageService, path: Path) -> Path:
    part = storage.temporary(".part")
    shutil.copyfile(path, part)
    return part


def files_of(storage: StorageService, folder: str) -> list[str]:
    directory = storage.root / folder
    return sorted(path.name for path in directory.iterdir()) if directory.exists() else []


@pytest.fixture
def other(make_weights: Callable[..., Path], pairs: Callable[..., Any], tmp_path: Path) -> Path:
    """A LoRA for a model of FLUX.1."""
    tensors = pairs({"single_transformer_blocks.7.proj_out": (15360, 3072)}, prefix="transformer.")
    return make_weights(tmp_path / "old.safetensors", tensors)


async def test_a_file_anywhere_is_looked_at(loras: LoraService, klein_9b: Path) -> None:
    seen: list[tuple[int, int]] = []
    weights = await loras.check(klein_9b, source="file", progress=lambda *told: seen.append(told))
    size = klein_9b.stat().st_size
    assert weights == Weights(
        path=str(klein_9b),
        size=size,
        sha256=sha256(klein_9b),
        tensors=20,
        dtype="BF16",
        rank=2,
        base=Base.KLEIN_9B,
        possible=(Base.KLEIN_9B,),
        kind="lora",
        layout="comfy",
        metadata={"ss_base_model_version": "flux2_klein_9b", "ss_output_name": "anna"},
        source="file",
    )
    assert seen[0] == (0, size)
    assert seen[-1] == (size, size)


async def test_a_download_is_kept_under_a_readable_name(
    loras: LoraService, data_directory: StorageService, klein_9b: Path
) -> None:
    part = part_of(data_directory, klein_9b)
    weights = await loras.keep(part, name="Portrait of Anna/..", source="fal")
    mark = sha256(klein_9b)[:8]
    assert weights.path == f"loras/portrait-of-anna-{mark}.safetensors"
    assert weights.source == "fal"
    kept = data_directory.root / weights.path
    assert kept.read_bytes() == klein_9b.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert not part.exists()


async def test_the_same_content_is_kept_once(
    loras: LoraService, data_directory: StorageService, klein_9b: Path
) -> None:
    parts = [part_of(data_directory, klein_9b) for _ in range(3)]
    kept = await asyncio.gather(
        *(loras.keep(part, name=f"name {number}", source="fal") for number, part in enumerate(parts))
    )
    assert len({weights.path for weights in kept}) == 1
    assert len(files_of(data_directory, "loras")) == 1
    assert files_of(data_directory, "tmp") == []


async def test_another_file_is_never_replaced(
    loras: LoraService, data_directory: StorageService, klein_9b: Path
) -> None:
    name = f"anna-{sha256(klein_9b)[:8]}"
    (data_directory.root / "loras" / f"{name}.safetensors").write_bytes(b"mine")
    weights = await loras.keep(part_of(data_directory, klein_9b), name="Anna", source="fal")
    assert weights.path == f"loras/{name}-2.safetensors"
    assert (data_directory.root / "loras" / f"{name}.safetensors").read_bytes() == b"mine"
    again = await loras.keep(part_of(data_directory, klein_9b), name="Anna", source="fal")
    assert again.path == weights.path


async def test_a_download_that_is_no_lora_is_left_where_it_is(
    loras: LoraService, data_directory: StorageService, klein_9b: Path, tmp_path: Path
) -> None:
    part = part_of(data_directory, klein_9b)
    os.truncate(part, part.stat().st_size - 1)
    with pytest.raises(WeightsError, match="1 B of its end are missing"):
        await loras.keep(part, name="Anna", source="fal")
    assert part.exists()
    assert files_of(data_directory, "loras") == []
    with pytest.raises(StorageError, match="outside"):
        await loras.keep(klein_9b, name="Anna", source="fal")
    assert klein_9b.exists()


async def test_the_users_own_file_is_copied_and_left_alone(
    loras: LoraService, data_directory: StorageService, klein_9b: Path
) -> None:
    klein_9b.chmod(0o444)
    before, content = klein_9b.stat(), klein_9b.read_bytes()
    seen: list[tuple[int, int]] = []
    weights = await loras.take_in(klein_9b, progress=lambda *told: seen.append(told))
    assert weights.path == f"loras/anna-portrait-{weights.sha256[:8]}.safetensors"
    assert (weights.source, weights.base) == ("file", Base.KLEIN_9B)
    kept = data_directory.root / weights.path
    assert kept.read_bytes() == content
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    after = klein_9b.stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_mode, after.st_nlink) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_mode,
        1,
    )
    assert seen[-1] == (len(content), len(content))
    assert seen == sorted(seen)
    assert files_of(data_directory, "tmp") == []
    assert (await loras.take_in(klein_9b, name="Another")).path == weights.path


async def test_own_files_are_found_from_home_and_through_links(
    loras: LoraService, klein_9b: Path, own_environment: Path
) -> None:
    (own_environment / "link.safetensors").symlink_to(klein_9b)
    weights = await loras.take_in(Path("~/link.safetensors"))
    assert weights.path.startswith("loras/link-")
    found = await loras.check(Path("~/link.safetensors"), source="file")
    assert found.path == str(own_environment / "link.safetensors")
    with pytest.raises(WeightsError, match="does not exist"):
        await loras.take_in(Path("~nobody-at-all/link.safetensors"))
    assert klein_9b.exists()


async def test_what_is_no_lora_is_not_copied(
    loras: LoraService, data_directory: StorageService, tmp_path: Path
) -> None:
    page = tmp_path / "page.safetensors"
    page.write_bytes(b"<html>not found</html>")
    seen: list[tuple[int, int]] = []
    with pytest.raises(WeightsError, match="it is a web page"):
        await loras.take_in(page, progress=lambda *told: seen.append(told))
    with pytest.raises(WeightsError, match="does not exist"):
        await loras.take_in(tmp_path / "nowhere.safetensors")
    with pytest.raises(WeightsError, match="is a folder"):
        await loras.take_in(tmp_path)
    assert seen == []
    assert files_of(data_directory, "tmp") == files_of(data_directory, "loras") == []


async def test_what_does_not_fit_on_the_disk_is_not_copied(
    loras: LoraService, data_directory: StorageService, make_weights: Callable[..., Path], tmp_path: Path
) -> None:
    free = shutil.disk_usage(data_directory.root).free
    large = make_weights(tmp_path / "large.safetensors", {"a.diff": (free,)})
    with pytest.raises(StorageError, match="do not fit on the disk"):
        await loras.take_in(large)
    assert files_of(data_directory, "tmp") == files_of(data_directory, "loras") == []


async def test_taking_in_can_be_stopped(
    loras: LoraService, data_directory: StorageService, make_weights: Callable[..., Path], tmp_path: Path
) -> None:
    large = make_weights(
        tmp_path / "large.safetensors", {"a.diff": (600_000_000,)}, dtypes={"a.diff": "F8_E4M3"}
    )
    begun = asyncio.Event()
    done: list[int] = []

    def progress(bytes_done: int, _: int) -> None:
        done.append(bytes_done)
        begun.set()

    task = asyncio.create_task(loras.take_in(large, progress=progress))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done[-1] < 600_000_000
    assert files_of(data_directory, "tmp") == files_of(data_directory, "loras") == []


async def test_a_kept_file_is_verified(
    loras: LoraService, data_directory: StorageService, klein_9b: Path
) -> None:
    weights = await loras.take_in(klein_9b)
    kept = data_directory.root / weights.path
    assert await loras.verify(weights)
    with kept.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x01")
    assert not await loras.verify(weights)
    kept.unlink()
    assert not await loras.verify(weights)
    kept.symlink_to(klein_9b)
    with pytest.raises(StorageError, match="outside"):
        await loras.verify(weights)


async def test_a_damaged_file_does_not_stand_for_its_content(
    loras: LoraService, data_directory: StorageService, klein_9b: Path
) -> None:
    first = await loras.take_in(klein_9b)
    with (data_directory.root / first.path).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x01")
    second = await loras.take_in(klein_9b)
    assert second.path != first.path
    assert await loras.verify(second)


async def test_removing_deletes_only_what_is_kept(
    loras: LoraService, data_directory: StorageService, klein_9b: Path
) -> None:
    weights = await loras.take_in(klein_9b)
    await loras.remove(weights)
    await loras.remove(weights)
    assert files_of(data_directory, "loras") == []
    assert klein_9b.exists()
    for path in ("journal.sqlite3", "loras/../journal.sqlite3", str(klein_9b), "../x", "loras"):
        with pytest.raises(StorageError):
            await loras.remove(weights.model_copy(update={"path": path}))
    assert data_directory.journal_path.exists()


async def test_a_klein_lora_is_made_ready_for_the_dashboard(
    loras: LoraService, data_directory: StorageService, klein_9b: Path
) -> None:
    weights = await loras.take_in(klein_9b)
    prepared = await loras.prepare_for_dashboard(weights, name="Anna's Portrait")
    assert prepared.path == data_directory.root / "export" / "anna-s-portrait.safetensors"
    assert (prepared.name, prepared.base) == ("anna-s-portrait", Base.KLEIN_9B)
    assert prepared.path.samefile(data_directory.root / weights.path)
    told = " ".join(prepared.steps)
    for words in ("dashboard.bfl.ai", "FLUX.2 [klein] 9B", "anna-s-portrait", str(prepared.path), "FluxTUI"):
        assert words in told
    again = await loras.prepare_for_dashboard(weights, name="Anna's Portrait")
    assert again == prepared
    await loras.remove(weights)
    assert prepared.path.read_bytes() == klein_9b.read_bytes()


async def test_names_that_are_in_use_are_not_given_again(
    loras: LoraService,
    data_directory: StorageService,
    open_journal: Journal,
    klein_9b: Path,
    make_weights: Callable[..., Path],
    pairs: Callable[..., Any],
    tmp_path: Path,
) -> None:
    await open_journal.finetunes.put(Finetune(profile="bfl", id="anna", name="Anna"))
    first = await loras.prepare_for_dashboard(await loras.take_in(klein_9b), name="anna")
    assert first.name == "anna-2"
    tensors = pairs({"single_blocks.0.linear1": (3072, 27648)}, prefix="diffusion_model.")
    small = await loras.take_in(make_weights(tmp_path / "b.safetensors", tensors))
    second = await loras.prepare_for_dashboard(small, name="anna")
    assert (second.name, second.base) == ("anna-3", Base.KLEIN_4B)
    assert files_of(data_directory, "export") == ["anna-2.safetensors", "anna-3.safetensors"]


async def test_in_a_folder_of_the_users_it_is_a_copy(
    loras: LoraService, data_directory: StorageService, klein_9b: Path, tmp_path: Path
) -> None:
    weights = await loras.take_in(klein_9b)
    folder = tmp_path / "my folder"
    folder.mkdir()
    (folder / "anna.safetensors").write_bytes(b"mine")
    (folder / "anna-2.safetensors").symlink_to("/dev/zero")
    prepared = await loras.prepare_for_dashboard(weights, name="anna", folder=folder)
    assert prepared.path == folder / "anna-3.safetensors"
    assert prepared.path.read_bytes() == klein_9b.read_bytes()
    assert prepared.path.stat().st_nlink == 1
    assert stat.S_IMODE(prepared.path.stat().st_mode) == 0o600
    assert (folder / "anna.safetensors").read_bytes() == b"mine"
    assert len(list(folder.iterdir())) == 3
    with pytest.raises(StorageError, match="is not a folder"):
        await loras.prepare_for_dashboard(weights, name="anna", folder=tmp_path / "nowhere")


async def test_the_dashboard_takes_no_other_model(
    loras: LoraService,
    data_directory: StorageService,
    other: Path,
    make_weights: Callable[..., Path],
    tmp_path: Path,
) -> None:
    with pytest.raises(WeightsError) as caught:
        await loras.prepare_for_dashboard(await loras.take_in(other), name="old")
    assert "is a LoRA for FLUX.1." in caught.value.message
    assert "FLUX.2 [klein] 4B and FLUX.2 [klein] 9B only" in caught.value.message
    assert "fal.ai" in caught.value.next_step
    unknown = make_weights(tmp_path / "unknown.safetensors", {"a.diff": (4, 4)})
    with pytest.raises(WeightsError, match="does not show which model"):
        await loras.prepare_for_dashboard(await loras.take_in(unknown), name="x")
    assert files_of(data_directory, "export") == []


async def test_a_damaged_lora_is_not_handed_out(
    loras: LoraService, data_directory: StorageService, klein_9b: Path
) -> None:
    weights = await loras.take_in(klein_9b)
    (data_directory.root / weights.path).write_bytes(b"damaged")
    with pytest.raises(WeightsError, match="missing, or no longer what it was"):
        await loras.prepare_for_dashboard(weights, name="anna")
    assert files_of(data_directory, "export") == []


async def test_an_export_that_cannot_be_linked_is_copied(
    loras: LoraService, data_directory: StorageService, klein_9b: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = await loras.take_in(klein_9b)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    prepared = await loras.prepare_for_dashboard(weights, name="anna")
    assert prepared.path.read_bytes() == klein_9b.read_bytes()
    assert prepared.path.stat().st_nlink == 1
    assert files_of(data_directory, "export") == ["anna.safetensors"]
