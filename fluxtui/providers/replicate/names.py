"""How models, versions and the destinations of trainings are called at Replicate."""

from __future__ import annotations

import re

from fluxtui.domain.errors import NotFound
from fluxtui.domain.text import safe_text, slug
from fluxtui.system.dataclass import dataclass

ID_HELP = "owner/name:version as Replicate shows it, or owner/name for its newest version"

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
ID_PATTERN = rf"({_NAME}/{_NAME})(?::([0-9a-f]{{64}}))?"
"""A regular expression that such an id matches as a whole."""
_REFERENCE = re.compile(ID_PATTERN)
_HASH_DIGITS = 6


@dataclass(frozen=True)
class Reference:
    """A model as `owner/name`, and one of its versions (64 hexadecimal digits), or None for the newest."""

    model: str
    version: str | None = None

    def __str__(self) -> str:
        return self.model if self.version is None else f"{self.model}:{self.version}"

    @property
    def as_lora(self) -> str:
        """What the parameters for LoRAs call it. Source: replicate/cog-flux (weights.py), read 2026-11."""
        return self.model if self.version is None else f"{self.model}/{self.version}"

    @property
    def path(self) -> str:
        """The path of the version, or of the model where none is named."""
        model = f"/v1/models/{self.model}"
        return model if self.version is None else f"{model}/versions/{self.version}"


def reference(text: str) -> Reference | None:
    """Return the model or version that a text names, or None where it names none."""
    match = _REFERENCE.fullmatch(text)
    return None if match is None else Reference(match[1], match[2])


def checked_reference(text: str) -> str:
    """Return a text that names a model or version. Raises `ValueError` with a reason."""
    if reference(text) is None:
        raise ValueError(f"must be {ID_HELP}")
    return text


def unknown_finetune(finetune_id: str) -> NotFound:
    """Return the error for a model or version that Replicate does not know, or not for this account."""
    shown = safe_text(finetune_id, limit=80)
    return NotFound(
        f"Replicate does not know the finetune {shown}, or not for this account. Nothing was billed.",
        next_step="It may have been deleted, or the token of this profile belongs to another account.",
    )


def _stem(finetune_name: str) -> str:
    return f"{slug(finetune_name) or 'lora'}-"


def archive_name(finetune_name: str) -> str:
    """Return what the pictures of a finetune are called at Replicate, where a training names them."""
    return f"{_stem(finetune_name)}pictures.zip"


def destination_name(finetune_name: str, archive_sha256: str, attempt: int = 1) -> str:
    """Return the name of the model that a finetune is trained into: small letters, digits and hyphens.

    The same pictures under the same name go into the same model; `attempt` gives others where it is taken.
    """
    name = _stem(finetune_name) + archive_sha256[:_HASH_DIGITS]
    return name if attempt == 1 else f"{name}-{attempt}"


def is_destination_of(model_name: str, finetune_name: str) -> bool:
    """Tell whether `destination_name` can have given a model its name for a finetune of this name."""
    end = rf"[0-9a-f]{{{_HASH_DIGITS}}}(-\d+)?"
    return re.fullmatch(re.escape(_stem(finetune_name)) + end, model_name) is not None
