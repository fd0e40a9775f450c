"""What a LoRA is, read off the header of its file: by exclusion, so that nothing is ever guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import Base, Layout
from fluxtui.services.lora.architectures import ARCHITECTURES, BLOCKS, OUTER_PARTS, Architecture, Layer
from fluxtui.services.lora.claims import claimed
from fluxtui.services.lora.layers import Change, change_of
from fluxtui.services.lora.safetensors import Header, Tensor

MOST_METADATA = 60
MOST_KEY_CHARACTERS = 100
MOST_VALUE_CHARACTERS = 500

T = TypeVar("T")

_FLUX1 = ARCHITECTURES[0].bases
_DESCRIBED = frozenset(base for known in ARCHITECTURES for base in known.bases)


@dataclass(frozen=True)
class Reading:
    """What a header shows; see `Weights` for the meaning of each."""

    rank: int | None
    dtype: str
    layout: Layout
    base: Base | None
    metadata: dict[str, str]


def read(header: Header) -> Reading:
    """Return what the header of a LoRA shows; None or `unknown` for what it does not show beyond doubt."""
    changes = [
        (tensor, change) for tensor in header.tensors if (change := change_of(tensor.name)) is not None
    ]
    return Reading(
        rank=_commonest(_ranks(changes)),
        dtype=_dtype(header.tensors),
        layout=_commonest(change.layout for _, change in changes) or "unknown",
        base=_base(changes, claimed(header.metadata)),
        metadata=_harmless(header.metadata),
    )


def _ranks(changes: Iterable[tuple[Tensor, Change]]) -> Iterable[int]:
    for tensor, change in changes:
        # The narrow side of either half: what goes in is counted by rows, what comes out by columns.
        if change.side is not None and len(tensor.shape) > 1 and tensor.shape[change.side] > 0:
            yield tensor.shape[change.side]


def _dtype(tensors: Iterable[Tensor]) -> str:
    amounts: Counter[str] = Counter()
    for tensor in tensors:
        amounts[tensor.dtype] += tensor.size
    return amounts.most_common(1)[0][0]


def _base(changes: Iterable[tuple[Tensor, Change]], said: frozenset[Base] | None) -> Base | None:
    """Return the one model that the layers and the maker's words both allow."""
    known = [
        (change.layer, change.side, _width(tensor, change))
        for tensor, change in changes
        if change.layer.block in BLOCKS or change.layer.part in OUTER_PARTS
    ]
    if not known:
        return _only(said or frozenset())
    fitting = [architecture for architecture in ARCHITECTURES if _fits(architecture, known)]
    possible = frozenset(base for architecture in fitting for base in architecture.bases)
    if said is None:
        return _only(possible)
    # Layers that no table has may be those of a model that has no table.
    return _only(said & possible if possible else said - _DESCRIBED)


def _fits(architecture: Architecture, known: Iterable[tuple[Layer, int | None, int | None]]) -> bool:
    return all(architecture.has(layer, side or 0, width) for layer, side, width in known)


def _width(tensor: Tensor, change: Change) -> int | None:
    """Return how many numbers go into the layer, or come out of it, as its half of the change tells."""
    if change.side is None or len(tensor.shape) < 2:
        return None
    return tensor.shape[1 - change.side]


def _only(bases: frozenset[Base]) -> Base | None:
    # All of FLUX.1 has the same layers; a maker who trained another than [dev] says so.
    if Base.FLUX1_DEV in bases and bases <= _FLUX1:
        return Base.FLUX1_DEV
    return next(iter(bases)) if len(bases) == 1 else None


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
