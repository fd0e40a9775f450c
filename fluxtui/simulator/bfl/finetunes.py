"""Trained models that the simulated service keeps."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

LORA_NAME = re.compile(r"([a-z0-9_-]+/)?[a-z0-9_-]+")

FinetuneKind = Literal["flux-1", "klein"]


@dataclass(slots=True)
class Finetune:
    """One finetune: who owns it, where, when it becomes usable (seconds since the epoch), its training.

    `key_name` is empty for a LoRA shared by everybody. `pieces` are its training pictures as small JPEGs.
    """

    id: str
    key_name: str
    region: str
    kind: FinetuneKind
    details: dict[str, Any]
    created_at: float
    usable_at: float
    failed: bool = False
    pieces: tuple[bytes, ...] = field(default=(), repr=False)

    def usable(self, now: float) -> bool:
        """Say whether one can generate with it."""
        return not self.failed and now >= self.usable_at

    def document(self) -> dict[str, Any]:
        """Return everything but the pieces as JSON-ready data."""
        document = asdict(self)
        del document["pieces"]
        return document

    @classmethod
    def from_document(cls, document: dict[str, Any], pieces: tuple[bytes, ...]) -> Finetune:
        """Rebuild a finetune from its `document` and `pieces`."""
        return cls(pieces=pieces, **document)


OWN_LORA = "sim-watercolour"
SHARED_LORA = "bfl-sim/golden-hour"


def built_in_loras(region: str) -> tuple[Finetune, ...]:
    """Return the klein LoRAs that look as if uploaded in the dashboard: one of the valid key, one shared."""
    return tuple(
        Finetune(name, owner, region, "klein", {"finetune_comment": name}, 0.0, 0.0)
        for name, owner in ((OWN_LORA, "valid"), (SHARED_LORA, ""))
    )
