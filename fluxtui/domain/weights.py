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


Kind = Literal["lora", "dora", "loha", "lokr", "glora", "oft", "diff", ""]
"""How the change of a layer is written down: as the two halves of a LoRA, or in one of its relatives' ways;
`diff` is the whole change, and `''` is not known."""


class Base(StrEnum):
    """The family of models that a finetune was trained on, and works with.

    `FLUX1` is any of the FLUX.1 models that have the same layers, where nothing tells which. Those after
    `FLUX3_KLEIN` are what LoRA files from elsewhere are for; `OTHER` is a model that has no name here.
    """

    FLUX1 = "flux-1"
    FLUX1_PRO = "flux-1-pro"
    FLUX1_DEV = "flux-1-dev"
    FLUX1_KREA = "flux-1-krea"
    FLUX1_KONTEXT = "flux-1-kontext"
    FLUX2_DEV = "flux-2-dev"
    KLEIN_4B = "flux-2-klein-4b"
    KLEIN_9B = "flux-2-klein-9b"
    KREA_2 = "krea-2"
    FLUX3_KLEIN = "flux-3-klein"
    FLUX1_SCHNELL = "flux-1-schnell"
    FLUX1_FILL = "flux-1-fill"
    FLUX1_CONTROL = "flux-1-control"
    CHROMA = "chroma"
    SD1 = "sd-1"
    SD2 = "sd-2"
    SDXL = "sdxl"
    SD3_MEDIUM = "sd-3-medium"
    SD3_LARGE = "sd-3-large"
    QWEN_IMAGE = "qwen-image"
    Z_IMAGE = "z-image"
    LUMINA_2 = "lumina-2"
    HIDREAM = "hidream"
    HUNYUAN_IMAGE = "hunyuan-image"
    HUNYUAN_VIDEO = "hunyuan-video"
    WAN = "wan"
    LTX = "ltx"
    OTHER = "other"

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its name for people."""
        return _TITLES[self]


_TITLES = {
    Base.FLUX1: "FLUX.1",
    Base.FLUX1_PRO: "FLUX.1 [pro]",
    Base.FLUX1_DEV: "FLUX.1 [dev]",
    Base.FLUX1_KREA: "FLUX.1 Krea [dev]",
    Base.FLUX1_KONTEXT: "FLUX.1 Kontext [dev]",
    Base.FLUX2_DEV: "FLUX.2 [dev]",
    Base.KLEIN_4B: "FLUX.2 [klein] 4B",
    Base.KLEIN_9B: "FLUX.2 [klein] 9B",
    Base.KREA_2: "Krea 2",
    Base.FLUX3_KLEIN: "FLUX 3 [klein]",
    Base.FLUX1_SCHNELL: "FLUX.1 [schnell]",
    Base.FLUX1_FILL: "FLUX.1 Fill [dev]",
    Base.FLUX1_CONTROL: "FLUX.1 Canny or Depth [dev]",
    Base.CHROMA: "Chroma",
    Base.SD1: "Stable Diffusion 1.5",
    Base.SD2: "Stable Diffusion 2",
    Base.SDXL: "Stable Diffusion XL",
    Base.SD3_MEDIUM: "Stable Diffusion 3.5 Medium",
    Base.SD3_LARGE: "Stable Diffusion 3.5 Large",
    Base.QWEN_IMAGE: "Qwen-Image",
    Base.Z_IMAGE: "Z-Image",
    Base.LUMINA_2: "Lumina 2",
    Base.HIDREAM: "HiDream-I1",
    Base.HUNYUAN_IMAGE: "HunyuanImage",
    Base.HUNYUAN_VIDEO: "HunyuanVideo",
    Base.WAN: "Wan",
    Base.LTX: "LTX-Video",
    Base.OTHER: "another model",
}

FLUX1_FAMILY = frozenset(
    {
        *(Base.FLUX1_DEV, Base.FLUX1_KREA, Base.FLUX1_KONTEXT, Base.FLUX1_SCHNELL),
        *(Base.FLUX1_FILL, Base.FLUX1_CONTROL, Base.CHROMA),
    }
)
"""Models with the inner layers of FLUX.1: a LoRA does not show by them which of these it was made for."""


class Weights(BaseModel):
    """A LoRA on disk, as read off its file.

    Attributes:
        path: relative to the data directory, with `/`; absolute if it lies elsewhere.
        size: bytes.
        sha256: of the whole file, in hexadecimal.
        tensors: how many there are.
        dtype: what most of its bytes are, in the words of the format, such as `BF16`.
        rank: the commonest of its layers, or None where there is none.
        base: the models it works with, or None where the file does not show it beyond doubt. The models of
            `FLUX1_FAMILY` have the same layers: which of them is told only by the metadata.
        possible: all models that nothing in the file contradicts; empty where it says nothing of its model.
        kind: how the changes are written down.
        fault: what is wrong with its numbers, as a clause, such as `all that was looked at is zero`; or `''`.
        layout: whose names its layers have.
        metadata: what its maker wrote into it, harmless and shortened.
        source: where it came from, such as `fal`, `replicate` or `file`.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    path: str
    size: int
    sha256: str
    tensors: int
    dtype: str
    rank: int | None = None
    base: Base | None = None
    possible: tuple[Base, ...] = ()
    kind: Kind = ""
    fault: str = ""
    layout: Layout = "unknown"
    metadata: dict[str, str] = {}
    source: str


def may_work(base: Base | None, possible: Collection[Base], wanted: Collection[Base]) -> bool:
    """Tell whether a LoRA may work with any of the models `wanted`.

    Args:
        base: its own model, or None where that is not known.
        possible: the models that its file does not contradict; empty where it says nothing.
        wanted: the models that something serves.
    """
    if base is Base.FLUX1:
        return not FLUX1_FAMILY.isdisjoint(wanted)
    if base is not None:
        return base in wanted
    return not possible or not set(possible).isdisjoint(wanted)


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
