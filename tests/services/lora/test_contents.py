"""What is no LoRA is refused before anything is copied, and called by its name."""

from __future__ import annotations

import io
import pickle
import tarfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.errors import WeightsError
from fluxtui.services.lora import LoraService, extract_from_archive
from fluxtui.services.storage import StorageService
from fluxtui.services.threads import Stopped

Shapes = dict[str, tuple[int, ...]]

NO_LORAS: dict[str, Shapes] = {
    "a VAE": {"encoder.conv_in.weight": (128, 3, 3, 3), "decoder.conv_out.weight": (3, 128, 3, 3)},
    "a whole model": {f"double_blocks.{index}.img_attn.qkv.weight": (96, 32) for index in range(3)},
    "a text encoder": {"text_model.encoder.layers.0.mlp.fc1.weight": (8, 4)},
    "an embedding (a textual inversion)": {"clip_l": (4, 768), "t5": (4, 4096)},
    "an IP-Adapter": {"double_blocks.0.processor.ip_adapter_double_stream_k_proj.weight": (8, 8)},
    "a ControlNet": {"controlnet_blocks.0.weight": (8, 8), "double_blocks.0.img_attn.qkv.weight": (9, 3)},
    "an image encoder": {"vision_model.encoder.layers.0.mlp.fc1.weight": (8, 8)},
    "an upscaler": {"model.0.weight": (8, 3, 3, 3)},
}
NOTES: dict[str, tuple[bytes, str]] = {
    "pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 19264\n",
        "only a pointer of Git LFS to a file of 19.3 kB",
    ),
    "page": (
        b"<!DOCTYPE html><html><title>Sign in</title>" + b"x" * 3000,
        "a web page with the title “Sign in”",
    ),
    "answer": (b'{"error":"Unauthorized","message":"Log in first\\u001b[31m"}', "says “Log in first”"),
    "text": (b"Not found, sorry", "a text that begins with “Not found, sorry”"),
    "empty": (b"", "it is empty"),
    "torch": (b"PK\x03\x04" + b"\0" * 26 + b"archive/data.pkl" + b"\0" * 400, "a PyTorch file (a pickle)"),
    "pickle": (pickle.dumps({"a": [1.0] * 100}), "a PyTorch file (a pickle)"),
    "gguf": (b"GGUF\x03\0\0\0" + bytes(100), "a GGUF file"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(100), "a 7z archive"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
}


def kept(storage: StorageService) -> list[Path]:
    return [path for folder in ("tmp", "loras") for path in (storage.root / folder).iterdir()]


@pytest.mark.parametrize("what", sorted(NO_LORAS))
async def test_what_has_no_lora_in_it_is_named_before_the_copy(
    what: str,
    loras: LoraService,
    make_weights: Callable[..., Path],
    data_directory: StorageService,
    tmp_path: Path,
) -> None:
    file = make_weights(tmp_path / "ae.safetensors", NO_LORAS[what])
    seen: list[tuple[int, int]] = []
    for work in (loras.look(file), loras.take_in(file, progress=lambda *step: seen.append(step))):
        with pytest.raises(WeightsError) as caught:
            await work
        assert caught.value.message == f"There is no LoRA in ae.safetensors: it is {what}."
    assert seen == []
    assert kept(data_directory) == []


async def test_names_that_nobody_knows_are_no_lora(
    loras: LoraService, make_weights: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match=r"no LoRA in a\.safetensors: none of its layers"):
        await loras.look(make_weights(tmp_path / "a.safetensors", {"what": (4, 4)}))


@pytest.mark.parametrize("note", sorted(NOTES))
async def test_another_kind_of_file_is_named_with_what_helps(
    note: str, loras: LoraService, data_directory: StorageService, tmp_path: Path
) -> None:
    content, words = NOTES[note]
    file = tmp_path / "a.safetensors"
    file.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        await loras.take_in(file)
    assert words in caught.value.message
    assert caught.value.next_step
    assert "\x1b" not in caught.value.sentence()
    assert kept(data_directory) == []


def packed_tar(path: Path, lora: Path, mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        archive.add(lora, "output/flux_train_replicate/lora.safetensors")
        note = tarfile.TarInfo("output/flux_train_replicate/captions/1.txt")
        note.size = 2
        archive.addfile(note, io.BytesIO(b"hi"))
    return path


def packed_zip(path: Path, lora: Path, *, large: bool = False) -> Path:
    """Pack a LoRA into a ZIP; a large one tells its members' number and size in the record of ZIP64 only."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.yaml", "a: 1")
        with archive.open("training/lora.safetensors", "w", force_zip64=large) as member:
            member.write(lora.read_bytes())
    if large:
        raw = bytearray(path.read_bytes())
        raw[-14:-2] = b"\xff" * 12
        path.write_bytes(raw)
    return path


@pytest.mark.parametrize("form", ["tar", "tar.gz", "tar.bz2", "zip", "zip64", "misnamed"])
async def test_the_lora_in_an_archive_is_taken_in(
    form: str,
    loras: LoraService,
    klein_9b: Path,
    data_directory: StorageService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / f"trained_model.{'safetensors' if form == 'misnamed' else form}"
    if form == "zip64":
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
    if form.startswith("zip"):
        packed_zip(path, klein_9b, large=form == "zip64")
    else:
        packed_tar(path, klein_9b, {"tar.gz": "w:gz", "tar.bz2": "w:bz2"}.get(form, "w"))
    looked = await loras.look(path)
    assert looked.header.size == klein_9b.stat().st_size
    weights = await loras.take_in(path)
    assert data_directory.inside(weights.path).read_bytes() == klein_9b.read_bytes()
    assert weights.path.startswith("loras/trained-model")
    assert list((data_directory.root / "tmp").iterdir()) == []


async def test_archives_made_to_hurt_are_refused(
    loras: LoraService, klein_9b: Path, data_directory: StorageService, tmp_path: Path
) -> None:
    nothing, two, many, cut, up = (
        tmp_path / f"{name}.zip" for name in ("nothing", "two", "many", "cut", "up")
    )
    with zipfile.ZipFile(nothing, "w") as archive:
        archive.writestr("readme.txt", "no LoRA")
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("a.safetensors", "a")
        archive.writestr("b.safetensors", "b")
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(10_001):
            archive.writestr(str(number), "")
    cut.write_bytes(packed_zip(tmp_path / "whole.zip", klein_9b).read_bytes()[:-200])
    with zipfile.ZipFile(up, "w") as archive:
        archive.writestr("../../lora.safetensors", klein_9b.read_bytes())
    words = {
        nothing: "no file in it",
        two: "2 files",
        many: "no whole ZIP",
        cut: "no whole ZIP",
        up: "no file",
    }
    for path, said in words.items():
        with pytest.raises(WeightsError, match=said):
            await loras.take_in(path)
    assert kept(data_directory) == []


@pytest.mark.parametrize("form", ["zip", "tar", "tar.gz"])
def test_unpacking_can_be_stopped(form: str, klein_9b: Path, tmp_path: Path) -> None:
    path, target, stop = tmp_path / f"a.{form}", tmp_path / "part", threading.Event()
    if form == "zip":
        packed_zip(path, klein_9b)
    else:
        packed_tar(path, klein_9b, "w" if form == "tar" else "w:gz")
    stop.set()
    with pytest.raises(Stopped):
        extract_from_archive(path, target, max_bytes=10**9, stop=stop)
    assert not target.exists()


async def test_a_record_of_zip64_beyond_any_file_is_refused(
    loras: LoraService, klein_9b: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
    path = packed_zip(tmp_path / "a.zip", klein_9b, large=True)
    raw = bytearray(path.read_bytes())
    raw[-34:-26] = b"\xff" * 8
    path.write_bytes(raw)
    with pytest.raises(WeightsError, match="no whole ZIP"):
        await loras.look(path)


async def test_a_member_without_a_name_is_passed_over(
    loras: LoraService, klein_9b: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open(zipfile.ZipInfo(""), "w") as nobody:
            nobody.write(b"x")
        archive.write(klein_9b, "lora.safetensors")
    assert (await loras.look(path)).header.size == klein_9b.stat().st_size


async def test_a_way_of_packing_that_may_want_any_memory_is_refused(
    loras: LoraService, klein_9b: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.write(klein_9b, "lora.safetensors")
    with pytest.raises(WeightsError, match="packed in a way that is not read here"):
        await loras.take_in(tmp_path / "a.zip")


async def test_an_archive_with_something_else_in_it_is_named(
    loras: LoraService, make_weights: Callable[..., Path], tmp_path: Path
) -> None:
    vae = make_weights(tmp_path / "ae.safetensors", NO_LORAS["a VAE"])
    with pytest.raises(WeightsError, match=r"no LoRA in m\.tar: it is a VAE"):
        await loras.look(packed_tar(tmp_path / "m.tar", vae))


async def test_the_base_model_in_the_configuration_of_peft_is_read(
    loras: LoraService, make_weights: Callable[..., Path], pairs: Callable[..., Any], tmp_path: Path
) -> None:
    tensors = pairs({"single_transformer_blocks.7.proj_mlp": (3072, 12288)}, prefix="base_model.model.")
    file = make_weights(tmp_path / "adapter_model.safetensors", tensors)
    config = tmp_path / "adapter_config.json"
    config.write_text('{"base_model_name_or_path": "black-forest-labs/FLUX.1-Krea-dev"}')
    assert (await loras.take_in(file)).base == "flux-1-krea"
    for broken in ("[1]", "{", '{"base_model_name_or_path": 7}', "[" * 100_000):
        config.write_text(broken)
        assert (await loras.look(file)).reading.base == "flux-1"
