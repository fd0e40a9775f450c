"""Base models, and the weights of a LoRA as a file on disk."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Base(StrEnum):
    """The family of base models that a finetune was trained on and can be used with."""

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
    def title(self) -> str:
        """The name for people."""
        return _TITLES[self]


_TITLES = {
    Base.FLUX1_PRO: "FLUX.1 [pro]",
    Base.FLUX1_DEV: "FLUX.1 [dev]",
    Base.FLUX1_KREA: "FLUX.1 Krea",
    Base.FLUX1_KONTEXT: "FLUX.1 Kontext",
    Base.FLUX2_DEV: "FLUX.2 [dev]",
    Base.KLEIN_4B: "FLUX.2 [klein] 4B",
    Base.KLEIN_9B: "FLUX.2 [klein] 9B",
    Base.KREA_2: "Krea 2",
    Base.FLUX3_KLEIN: "FLUX.3 [klein]",
}


class Weights(BaseModel):
    """A LoRA's file in the data directory, as it was read off the file itself.

    Attributes:
        path: relative to the data directory.
        size: bytes.
        sha256: of the whole file.
        tensors: how many there are.
        dtype: the commonest.
        rank: the commonest, where it can be told.
        base: the base model that it fits, where the file shows it.
        layout: `diffusers`, `comfy`, `kohya` or `unknown`: by whose names the tensors go.
        metadata: what the file says of itself, cut and made safe.
        source: where it came from: a provider's id, or `file`.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    size: int
    sha256: str
    tensors: int
    dtype: str
    rank: int | None = None
    base: Base | None = None
    layout: str = "unknown"
    metadata: dict[str, str] = {}
    source: str = "file"
