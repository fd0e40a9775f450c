"""The file of a LoRA: what it is, which model it belongs to, and what it may be called where."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

Layout = Literal["diffusers", "comfy", "kohya", "unknown"]
"""Whose names the layers in a file have: diffusers' or PEFT's, ComfyUI's, kohya's, or nobody's we know."""

MOST_NAME_CHARACTERS = 50
"""Of a name that is made here for BFL's dashboard, which tells no limit."""

SHARED_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*/[a-z0-9_-]+"
"""A regular expression for the name in BFL's dashboard of a LoRA that somebody else shares."""

_OWN_NAME = re.compile(r"[a-z0-9_-]+")
_SHARED_NAME = re.compile(SHARED_NAME)
_NAME_BREAK = re.compile(r"[^a-z0-9_-]+")


class Base(StrEnum):
    """The family of models that a finetune was trained on, and works with."""

    FLUX1_PRO = "flux-1-pro"
    FLUX1_DEV = "flux-1-dev"
    FLUX1_KREA = "flux-1-krea"
    FLUX1_KONTEXT = "flux-1-kontext"
    FLUX2_DEV = "flux-2-dev"
    KLEIN_4B = "flux-2-klein-4b"
    KLEIN_9B = "flux-2-klein-9b"
    KREA_2 = "krea-2"
    FLUX3_KLEIN = "flux-3-klein"

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its name for people."""
        return _TITLES[self]


_TITLES = {
    Base.FLUX1_PRO: "FLUX.1 [pro]",
    Base.FLUX1_DEV: "FLUX.1 [dev]",
    Base.FLUX1_KREA: "FLUX.1 Krea [dev]",
    Base.FLUX1_KONTEXT: "FLUX.1 Kontext [dev]",
    Base.FLUX2_DEV: "FLUX.2 [dev]",
    Base.KLEIN_4B: "FLUX.2 [klein] 4B",
    Base.KLEIN_9B: "FLUX.2 [klein] 9B",
    Base.KREA_2: "Krea 2",
    Base.FLUX3_KLEIN: "FLUX 3 [klein]",
}


class Weights(BaseModel):
    """A LoRA on disk, as read off its file.

    Attributes:
        path: relative to the data directory, with `/`; absolute if it lies elsewhere.
        size: bytes.
        sha256: of the whole file, in hexadecimal.
        tensors: how many there are.
        dtype: what most of its bytes are, in the words of the format, such as `BF16`.
        rank: the commonest of its layers, or None where there is none.
        base: the models it works with, or None where the file does not show it beyond doubt. FLUX.1 [dev],
            Krea [dev] and Kontext [dev] have the same layers: the latter two are told only by the metadata.
        layout: whose names its layers have.
        metadata: what its maker wrote into it, harmless and shortened.
        source: where it came from, such as `fal`, `replicate` or `file`.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    size: int
    sha256: str
    tensors: int
    dtype: str
    rank: int | None = None
    base: Base | None = None
    layout: Layout = "unknown"
    metadata: dict[str, str] = {}
    source: str


def is_dashboard_name(text: str) -> bool:
    """Tell whether BFL's dashboard can have given this name to a LoRA: an own one, or `org-id/name`.

    Own names have lowercase letters, digits, hyphens and underscores (BFL's page on LoRA inference with
    FLUX.2, read 2026-11).
    """
    return bool(_OWN_NAME.fullmatch(text) or _SHARED_NAME.fullmatch(text))


def dashboard_name(name: str, taken: Collection[str] = ()) -> str:
    """Return a name for BFL's dashboard that is as near to `name` as it can be, and not among `taken`.

    It begins with a letter or digit and has at most `MOST_NAME_CHARACTERS`.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    wanted = _cut(_NAME_BREAK.sub("-", plain), MOST_NAME_CHARACTERS) or "lora"
    found, count = wanted, 1
    while found in taken:
        count += 1
        end = f"-{count}"
        found = _cut(wanted, MOST_NAME_CHARACTERS - len(end)) + end
    return found


def _cut(text: str, limit: int) -> str:
    return text.strip("-_")[:limit].strip("-_")
