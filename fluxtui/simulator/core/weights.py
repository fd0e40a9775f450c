"""LoRA files as a training writes them: real safetensors with small tensors, and what each was trained on.

Names and sizes follow public sources, read 2026-11: the safetensors format description; the published
transformer configurations of FLUX.1 dev and FLUX.2 (hidden size, number of double and single blocks); the
key names that diffusers' LoRA loaders take for each family. Those of Krea 2, Z-Image and Qwen-Image follow
the layers of diffusers' models; how fal's trainers call them is not seen in anything published, 2026-12.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from fluxtui.simulator.core.faults import PICKLED_WEIGHTS, ZERO_WEIGHTS, ZIPPED_WEIGHTS
from fluxtui.simulator.core.state import Blob, Record, StateStore
from fluxtui.simulator.painter.composition import sample_pieces

_KIND = "weights"
_MOST_HEADER_BYTES = 100_000_000
_BYTES_OF_HALF = 2
_SMALL_F16 = bytes(
    sign | exponent << 2 | rest for sign in (0, 128) for exponent in range(7, 11) for rest in range(4)
)
_SMALL_BF16 = bytes((0x3B, 0x3C, 0xBB, 0xBC))
"""High bytes of half-precision numbers of about a hundredth."""


class UnreadableWeightsError(ValueError):
    """The bytes are no LoRA in a safetensors file; the text says why."""


@dataclass(frozen=True, slots=True)
class BaseModel:
    """What a LoRA is made for: its size, and how its tensors are called."""

    name: str
    hidden: int
    double_blocks: int
    single_blocks: int
    mlp_ratio: int
    gated: bool
    bfl_names: bool
    """Whether trainers name the tensors as the original model does, or as diffusers does."""
    layers: tuple[tuple[str, tuple[int, int]], ...] = ()
    """Of a model with other blocks: the layers that a file covers, with what goes out of and into each."""


FLUX_1 = BaseModel("flux-1-dev", 3072, 19, 38, 4, gated=False, bfl_names=False)
KONTEXT = BaseModel("flux-1-kontext", 3072, 19, 38, 4, gated=False, bfl_names=True)
FLUX_2 = BaseModel("flux-2-dev", 6144, 8, 48, 3, gated=True, bfl_names=True)
KLEIN_9B = BaseModel("flux-2-klein-9b", 4096, 8, 24, 3, gated=True, bfl_names=True)
KLEIN_4B = BaseModel("flux-2-klein-4b", 3072, 5, 20, 3, gated=True, bfl_names=True)
FLUX_3_KLEIN = BaseModel("flux-3-klein", 4096, 8, 24, 3, gated=True, bfl_names=True)
"""Its true size is not published; here it is that of a neighbour."""


def _other(name: str, hidden: int, layers: dict[str, tuple[int, int]]) -> BaseModel:
    return BaseModel(name, hidden, 0, 0, 4, gated=False, bfl_names=False, layers=tuple(layers.items()))


KREA_2 = _other(
    "krea-2",
    6144,
    {
        "transformer_blocks.0.attn.to_q": (6144, 6144),
        "transformer_blocks.0.attn.to_k": (1536, 6144),
        "transformer_blocks.27.attn.to_gate": (6144, 6144),
        "transformer_blocks.27.ff.down": (6144, 16384),
    },
)
Z_IMAGE = _other(
    "z-image",
    3840,
    {
        "layers.0.attention.to_q": (3840, 3840),
        "layers.0.attention.to_out.0": (3840, 3840),
        "layers.29.feed_forward.w1": (10240, 3840),
        "layers.29.feed_forward.w2": (3840, 10240),
    },
)
QWEN_IMAGE = _other(
    "qwen-image",
    3072,
    {
        "transformer_blocks.0.attn.to_q": (3072, 3072),
        "transformer_blocks.0.attn.add_q_proj": (3072, 3072),
        "transformer_blocks.59.img_mlp.net.0.proj": (12288, 3072),
        "transformer_blocks.59.img_mlp.net.2": (3072, 12288),
    },
)

Shape = tuple[int, int]


def lora_file(
    base: BaseModel,
    seed: str,
    *,
    rank: int,
    prefix: str | None = None,
    kind: str = "BF16",
    metadata: dict[str, str] | None = None,
) -> bytes:
    """Return a LoRA for `base`: its first and last double block and its last single block.

    Args:
        base: the model whose layers the tensors fit.
        seed: what the numbers depend on; the same seed gives the same bytes.
        rank: the rank of every pair of tensors; the file grows with it (about 1 MB at 4 for FLUX.2 dev,
            2 MB at 16 for FLUX.1 dev).
        prefix: what stands before each name, with its dot; None takes `transformer.` for names of diffusers
            and `base_model.model.` for names of the original model.
        kind: BF16 or F16.
        metadata: what the header's `__metadata__` holds beside the format.
    """
    before = prefix if prefix is not None else ("base_model.model." if base.bfl_names else "transformer.")
    header: dict[str, Any] = {"__metadata__": {"format": "pt", **(metadata or {})}}
    chunks: list[bytes] = []
    random, offset = Random(seed), 0  # noqa: S311
    for name, (out, into) in _layers(base):
        for part, shape in (("lora_A", (rank, into)), ("lora_B", (out, rank))):
            data = _halves(random, shape[0] * shape[1], kind)
            end = offset + len(data)
            header[f"{before}{name}.{part}.weight"] = {
                "dtype": kind,
                "shape": list(shape),
                "data_offsets": [offset, end],
            }
            chunks.append(data)
            offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join((len(text).to_bytes(8, "little"), text, *chunks))


def spoilt(kind: str, content: bytes) -> bytes:
    """Return a file as a delivery with a fault brings it: see `faults.WEIGHTS_KINDS`; else cut in half."""
    if kind == ZERO_WEIGHTS:
        header = 8 + int.from_bytes(content[:8], "little")
        return content[:header] + bytes(len(content) - header)
    if kind == PICKLED_WEIGHTS:
        return pickle.dumps({"weights": list(content[:1_000])})
    if kind == ZIPPED_WEIGHTS:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("training/lora.safetensors", content)
            archive.writestr("training/config.json", "{}")
        return packed.getvalue()
    return content[: len(content) // 2]


def _layers(base: BaseModel) -> Iterator[tuple[str, Shape]]:
    """Give the layers that the file covers, by name, with the sizes that go out of and into each."""
    if base.layers:
        yield from base.layers
        return
    hidden, wide = base.hidden, base.hidden * base.mlp_ratio
    last_double, last_single = base.double_blocks - 1, base.single_blocks - 1
    gated = 2 * wide if base.gated else wide
    for block in (0, last_double):
        if base.bfl_names:
            yield f"double_blocks.{block}.img_attn.qkv", (3 * hidden, hidden)
            yield f"double_blocks.{block}.img_attn.proj", (hidden, hidden)
        else:
            yield f"transformer_blocks.{block}.attn.to_q", (hidden, hidden)
            yield f"transformer_blocks.{block}.attn.to_out.0", (hidden, hidden)
    if base.bfl_names:
        yield f"single_blocks.{last_single}.linear1", (3 * hidden + gated, hidden)
        yield f"single_blocks.{last_single}.linear2", (hidden, hidden + wide)
    else:
        yield f"single_transformer_blocks.{last_single}.attn.to_q", (hidden, hidden)
        yield f"single_transformer_blocks.{last_single}.proj_out", (hidden, hidden + wide)


def _halves(random: Random, count: int, kind: str) -> bytes:
    """Return `count` small random numbers of two bytes each, little-endian."""
    high = _SMALL_F16 if kind == "F16" else _SMALL_BF16
    data = bytearray(random.randbytes(count * _BYTES_OF_HALF))
    data[1::2] = data[1::2].translate(bytes(high[value % len(high)] for value in range(256)))
    return bytes(data)


def header_of(content: bytes) -> dict[str, Any]:
    """Return the JSON header of a safetensors file, checked for size. Raises UnreadableWeightsError."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 2 <= length <= min(_MOST_HEADER_BYTES, len(content) - 8):
        raise UnreadableWeightsError("The file is no safetensors file")
    try:
        header = json.loads(content[8 : 8 + length])
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        whole = max(ends, default=0) == len(content) - 8 - length
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise UnreadableWeightsError("The header of the safetensors file cannot be read") from error
    if not whole or not ends:
        raise UnreadableWeightsError("The safetensors file is incomplete")
    return dict(header)


def hidden_size_of(content: bytes) -> int:
    """Return the hidden size of the model that a LoRA is for. Raises UnreadableWeightsError."""
    widths = [
        entry["shape"][1]
        for name, entry in header_of(content).items()
        if name.endswith((".lora_A.weight", ".lora_down.weight")) and len(entry.get("shape", ())) == 2
    ]
    if not widths:
        raise UnreadableWeightsError("The file holds no LoRA")
    return int(min(widths))


class TrainedWeights:
    """Which training pictures the simulator's own LoRA files come from, known by their content."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    def to_remember(self, content: bytes, pieces: Sequence[bytes]) -> tuple[list[Record], list[Blob]]:
        """Return what to save so that `content` later paints with `pieces`, its training pictures."""
        name = digest_of(content)
        blobs = [(_owner(name), f"piece-{number:03}", piece) for number, piece in enumerate(pieces)]
        return [(_KIND, name, {"sha256": name, "pieces": len(pieces)})], blobs

    def pieces_of(self, content: bytes) -> tuple[bytes, ...]:
        """Return small pictures in the style of a LoRA: those it was trained on, or invented ones.

        The style of a file that was not trained here follows from its content. Call it in a thread.
        """
        return self.pieces_named(digest_of(content))

    def pieces_named(self, digest: str) -> tuple[bytes, ...]:
        """Return the same for a file known by its SHA-256, or by any other name of its own."""
        return tuple(self._store.blobs(_owner(digest)).values()) or sample_pieces(digest)


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _owner(name: str) -> str:
    return f"{_KIND}-{name}"
