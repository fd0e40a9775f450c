"""What a LoRA is, read off the header of its file: by exclusion, so that nothing is ever guessed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import FLUX1_FAMILY, Base, Kind, Layout
from fluxtui.services.lora.architectures import ARCHITECTURES, Architecture, Layer
from fluxtui.services.lora.claims import UNMEANT, claimed
from fluxtui.services.lora.layers import LayerChange, change_of, kind_of, lokr_sizes
from fluxtui.services.lora.other_architectures import (
    BLOCKS,
    DESCRIBED,
    OTHER_ARCHITECTURES,
    OUTER_PARTS,
    unet_bases,
)
from fluxtui.services.lora.safetensors import Header, Tensor
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import open_ordinary

MOST_METADATA = 60
MOST_RANK = 100_000
MOST_KEY_CHARACTERS = 100
MOST_VALUE_CHARACTERS = 500

T = TypeVar("T")

_DEV_AND_KIN = frozenset({Base.FLUX1_DEV, Base.FLUX1_KREA, Base.FLUX1_KONTEXT})


@dataclass(frozen=True)
class HeaderReading:
    """What a header shows; see `Weights` for the meaning of each."""

    rank: int | None
    dtype: str
    layout: Layout
    base: Base | None
    possible: tuple[Base, ...]
    kind: Kind
    metadata: dict[str, str]


def read(header: Header) -> HeaderReading:
    """Return what the header of a LoRA shows; None or `unknown` for what it does not show beyond doubt."""
    changes = [
        (tensor, change) for tensor in header.tensors if (change := change_of(tensor.name)) is not None
    ]
    base, possible = _base(changes, claimed(header.metadata))
    return HeaderReading(
        rank=_commonest(_ranks(changes)),
        dtype=_dtype(header.tensors),
        layout=_commonest(change.layout for _, change in changes) or "unknown",
        base=base,
        possible=tuple(one for one in Base if one in possible),
        kind=kind_of(change for _, change in changes),
        metadata=_harmless(header.metadata),
    )


def _ranks(changes: Iterable[tuple[Tensor, LayerChange]]) -> Iterable[int]:
    for tensor, change in changes:
        # The narrow side of either half: what goes in is counted by rows, what comes out by columns.
        if change.side is not None and len(tensor.shape) > 1 and 0 < tensor.shape[change.side] <= MOST_RANK:
            yield tensor.shape[change.side]


def _dtype(tensors: Iterable[Tensor]) -> str:
    amounts: Counter[str] = Counter()
    for tensor in tensors:
        amounts[tensor.dtype] += tensor.size
    return amounts.most_common(1)[0][0]


def _base(
    changes: Sequence[tuple[Tensor, LayerChange]], said: frozenset[Base] | None
) -> tuple[Base | None, frozenset[Base]]:
    """Return the one model that the layers and the maker's words both allow, and all that the layers allow.

    The set is empty where neither says anything.
    """
    possible = _allowed_by_layers(changes)
    if possible is None:
        return _only(said or frozenset()), said or frozenset()
    if said and said <= UNMEANT and not said & possible:
        said = None
    both = possible if said is None else said & possible
    return _only(both), both or possible


def _allowed_by_layers(changes: Sequence[tuple[Tensor, LayerChange]]) -> frozenset[Base] | None:
    """Return the models that have all of the layers; those of no table may be of any model without one."""
    unet = unet_bases((change.module, _width(tensor, change, 0)) for tensor, change in changes)
    if unet is not None:
        return unet or frozenset({Base.OTHER})
    known = [
        (change.layer, change.side, _width(tensor, change, change.side))
        for tensor, change in changes
        if change.layer.block in BLOCKS or change.layer.part in OUTER_PARTS
    ]
    known += [
        (layer, side, size)
        for layer, sizes in lokr_sizes(changes).items()
        for side, size in enumerate(sizes)
        if layer.block in BLOCKS or layer.part in OUTER_PARTS
    ]
    if not known:
        return None
    for architectures in (ARCHITECTURES, OTHER_ARCHITECTURES):
        fitting = [architecture for architecture in architectures if _fits(architecture, known)]
        if fitting:
            return frozenset(base for architecture in fitting for base in architecture.bases)
    return frozenset(Base) - DESCRIBED


def _fits(architecture: Architecture, known: Iterable[tuple[Layer, int | None, int | None]]) -> bool:
    return all(architecture.has(layer, side or 0, width) for layer, side, width in known)


def _width(tensor: Tensor, change: LayerChange, side: int | None) -> int | None:
    """Return how many numbers go into the layer (side 0) or come out of it, if this half of it tells."""
    if side is None or side != change.side or len(tensor.shape) < 2:
        return None
    return tensor.shape[1 - side]


def _only(bases: frozenset[Base]) -> Base | None:
    if len(bases) == 1:
        return next(iter(bases))
    # A maker who trained another model of those that are called so says which.
    if Base.FLUX1_DEV in bases and bases <= _DEV_AND_KIN:
        return Base.FLUX1_DEV
    return Base.FLUX1 if Base.FLUX1_DEV in bases and bases <= FLUX1_FAMILY else None


def _commonest(values: Iterable[T]) -> T | None:
    found = Counter(values).most_common(1)
    return found[0][0] if found else None


def _harmless(metadata: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in metadata.items():
        plain = safe_text(key, limit=MOST_KEY_CHARACTERS).strip()
        if plain and len(found) < MOST_METADATA:
            found[plain] = safe_text(value, limit=MOST_VALUE_CHARACTERS)
    return found


_CONFIG = "adapter_config.json"
_WEIGHTS = "adapter_model"
_BASE = "base_model_name_or_path"
_MOST_BYTES = 1_000_000


def base_named_beside(path: Path) -> dict[str, str]:
    """Return the base model that PEFT's configuration names beside a file, as metadata; else nothing."""
    if not path.name.startswith(_WEIGHTS):
        return {}
    try:
        with open_ordinary(path.with_name(_CONFIG)) as file:
            config = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    base = config.get(_BASE) if isinstance(config, dict) else None
    return {_BASE: base} if isinstance(base, str) and base else {}
