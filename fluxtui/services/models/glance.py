"""What a LoRA file shows before it is taken in: what it is for, and what its maker calls it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from fluxtui.domain.text import file_size, safe_text
from fluxtui.domain.weights import FLUX1_FAMILY, Base, Kind, may_work
from fluxtui.services.lora import FileInspection
from fluxtui.system.dataclass import dataclass

_TITLES = ("modelspec.title", "ss_output_name", "name")
_TRIGGERS = ("modelspec.trigger_phrase", "trigger_word", "trigger_phrase", "instance_prompt")
_RESOLUTIONS = ("modelspec.resolution", "ss_resolution")
"""Keys of Stability AI's ModelSpec, kohya-ss/sd-scripts, ostris/ai-toolkit and diffusers (read 2026-11)."""

_TAGS = "ss_tag_frequency"
_TAG = re.compile(r'"((?:[^"\\\\]|\\\\.){1,100})"\s*:\s*(\d{1,7})\s*[,}]')
_EDGES = re.compile(r"(\d{2,5})\D+(\d{2,5})")
_MOST_TITLE, _MOST_TRIGGER, _MOST_NAMED = 120, 200, 3
_NO_TITLES = frozenset({"lora", "last", "pytorch_lora_weights", "adapter_model"})
_NOT_KNOWN = frozenset({"", "none", "null", "n/a", "undefined"})

KIND_WORDS: Mapping[Kind, str] = {
    "lora": "LoRA",
    "dora": "DoRA",
    "loha": "LoHa",
    "lokr": "LoKr",
    "glora": "GLoRA",
    "oft": "OFT",
    "diff": "file of whole changes",
    "": "LoRA",
}
"""What a file is called by how its changes are written down."""

SELDOM_TAKEN = frozenset({"loha", "lokr", "glora", "oft", "diff"})
"""Kinds that diffusers, and so most services, do not load. Source: the table of formats in Nerogar/OneTrainer
pull request 1563 and huggingface/diffusers issue 13137 (read 2026-11)."""


@dataclass(frozen=True)
class Glance:
    """What a file shows, before it is taken in.

    Attributes:
        size: bytes of the LoRA, also where it is in an archive.
        rank: the commonest, or None.
        dtype: what most of its bytes are.
        base: the model that it is for, or None where that is not beyond doubt.
        possible: the models that nothing in it contradicts; empty where it says nothing.
        kind: how the changes are written down.
        fault: what is wrong with its numbers, as a clause, or `''`.
        title: what its maker calls it, or `''`.
        trigger_word: what its maker says triggers it, or `''`.
        resolution: of the pictures that it was trained on, such as `1024 x 1024`, or `''`.
        common_tag: the commonest tag in its captions, which may be the trigger word, or `''`.
    """

    size: int
    rank: int | None
    dtype: str
    base: Base | None
    possible: tuple[Base, ...] = ()
    kind: Kind = ""
    fault: str = ""
    title: str = ""
    trigger_word: str = ""
    resolution: str = ""
    common_tag: str = ""

    def words(self) -> str:
        """Return it as one line for people."""
        rank = f"rank {self.rank}" if self.rank is not None else ""
        shown = f"a {KIND_WORDS[self.kind]} for {self._model()}"
        parts = (shown, rank, self.dtype, self.resolution, file_size(self.size))
        return " · ".join(part for part in parts if part)

    def warnings(self) -> tuple[str, ...]:
        """Return what speaks against using it, as sentences."""
        seldom = (
            f"Most services load no {KIND_WORDS[self.kind]}." if self.kind in SELDOM_TAKEN else "",
            f"Beware: {self.fault}." if self.fault else "",
        )
        return tuple(sentence for sentence in seldom if sentence)

    def allows(self, base: Base) -> bool:
        """Tell whether nothing in the file contradicts a model that the user names."""
        return may_work(base, (), self.possible) or not self.possible or base is self.base

    def _model(self) -> str:
        if self.base is not None:
            return self.base.title
        return model_words(self.possible) or "a model it does not name"


def model_words(possible: Sequence[Base]) -> str:
    """Return some models as `FLUX.1 or FLUX.2 [klein] 4B`, or `''` where they are too many to tell much."""
    named = [base.title for base in possible if base not in FLUX1_FAMILY]
    if len(named) < len(possible):
        named.insert(0, Base.FLUX1.title)
    return " or ".join(named) if 1 <= len(named) <= _MOST_NAMED else ""


def glance_of(seen: FileInspection) -> Glance:
    """Return what a look into a file means for somebody who takes it in."""
    reading, told = seen.reading, seen.header.metadata
    return Glance(
        size=seen.header.size,
        rank=reading.rank,
        dtype=reading.dtype,
        base=reading.base,
        possible=reading.possible,
        kind=reading.kind,
        fault=seen.fault,
        title=_title(told),
        trigger_word=_first(told, _TRIGGERS, _MOST_TRIGGER),
        resolution=_resolution(_first(told, _RESOLUTIONS, 40)),
        common_tag=_common_tag(told.get(_TAGS, "")),
    )


def _title(told: Mapping[str, str]) -> str:
    title = _first(told, _TITLES, _MOST_TITLE)
    return "" if title.lower() in _NO_TITLES else title


def _first(told: Mapping[str, str], keys: tuple[str, ...], limit: int) -> str:
    values = (safe_text(told.get(key, ""), limit=limit).strip() for key in keys)
    return next((value for value in values if value.lower() not in _NOT_KNOWN), "")


def _resolution(said: str) -> str:
    edges = _EDGES.search(said)
    return f"{int(edges[1])} x {int(edges[2])}" if edges else ""


def _common_tag(said: str) -> str:
    """Return the commonest tag in kohya's table of tags by folder, which may be cut off."""
    counts: Counter[str] = Counter()
    for tag, count in _TAG.findall(said):
        counts[tag] += int(count)
    return safe_text(counts.most_common(1)[0][0], limit=60).strip() if counts else ""
