"""Real LoRA files, as large as true ones but with nothing in them, so that they cost no time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fluxtui.services.journal import Journal
from fluxtui.services.lora import LoraService
from fluxtui.services.storage import StorageService

BYTES = {"F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "I64": 8}

Shapes = Mapping[str, tuple[int, ...]]


def header_of(tensors: Shapes, metadata: Mapping[str, str] | None, dtypes: Mapping[str, str]) -> bytes:
    entries: dict[str, Any] = {} if metadata is None else {"__metadata__": dict(metadata)}
    at = 0
    for name, shape in tensors.items():
        dtype = dtypes.get(name, "BF16")
        size = BYTES[dtype]
        for edge in shape:
            size *= edge
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(entries).encode()
    return text + b" " * (-len(text) % 8)


def bytes_of(tensors: Shapes, dtypes: Mapping[str, str]) -> int:
    total = 0
    for name, shape in tensors.items():
        size = BYTES[dtypes.get(name, "BF16")]
        for edge in shape:
            size *= edge
        total += size
    return total


@pytest.fixture(scope="session")
def make_weights() -> Callable[..., Path]:
    """Writes a valid safetensors file for tensors of given shapes; its numbers are a hole on the disk."""

    def make(
        path: Path,
        tensors: Shapes,
        metadata: Mapping[str, str] | None = None,
        *,
        dtypes: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> Path:
        text = header_of(tensors, metadata, dtypes or {})
        with path.open("wb") as file:
            file.write(len(text).to_bytes(8, "little") + text + content)
            file.truncate(8 + len(text) + bytes_of(tensors, dtypes or {}))
        return path

    return make


@pytest.fixture(scope="session")
def pairs() -> Callable[..., dict[str, tuple[int, ...]]]:
    """Makes the two halves of the change of each layer, from what goes in and comes out of it."""

    def make(
        layers: Mapping[str, tuple[int, int]], *, rank: int = 1, prefix: str = "", ends: str = "A"
    ) -> dict[str, tuple[int, ...]]:
        down, up = {
            "A": (".lora_A.weight", ".lora_B.weight"),
            "named": (".lora_A.default.weight", ".lora_B.default.weight"),
            "down": (".lora_down.weight", ".lora_up.weight"),
            "old": (".lora.down.weight", ".lora.up.weight"),
        }[ends]
        found: dict[str, tuple[int, ...]] = {}
        for name, (goes_in, comes_out) in layers.items():
            found[f"{prefix}{name}{down}"] = (rank, goes_in)
            found[f"{prefix}{name}{up}"] = (comes_out, rank)
            if ends == "down":
                found[f"{prefix}{name}.alpha"] = ()
        return found

    return make


def klein_layers(hidden: int, doubles: int, singles: int) -> dict[str, tuple[int, int]]:
    layers = {}
    for index in range(doubles):
        for stream in ("img", "txt"):
            block = f"double_blocks.{index}.{stream}"
            layers[f"{block}_attn.qkv"] = (hidden, hidden * 3)
            layers[f"{block}_attn.proj"] = (hidden, hidden)
            layers[f"{block}_mlp.0"] = (hidden, hidden * 6)
            layers[f"{block}_mlp.2"] = (hidden * 3, hidden)
    for index in range(singles):
        layers[f"single_blocks.{index}.linear1"] = (hidden, hidden * 9)
        layers[f"single_blocks.{index}.linear2"] = (hidden * 4, hidden)
    return layers


@pytest.fixture
def klein_9b(make_weights: Callable[..., Path], pairs: Callable[..., Any], tmp_path: Path) -> Path:
    """A LoRA for FLUX.2 [klein] 9B as ai-toolkit writes it."""
    layers = klein_layers(4096, 1, 1)
    tensors = pairs(layers, prefix="diffusion_model.", rank=2)
    metadata = {"ss_base_model_version": "flux2_klein_9b", "ss_output_name": "anna"}
    return make_weights(tmp_path / "Anna Portrait.safetensors", tensors, metadata)


@pytest.fixture
def loras(data_directory: StorageService, open_journal: Journal) -> LoraService:
    return LoraService(data_directory, open_journal)
