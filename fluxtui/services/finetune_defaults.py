"""The values that a finetune is generated with at first: kept when a picture turned out well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxtui.domain.endpoint import Control, Endpoint, fields_of
from fluxtui.domain.loras import spread, stacked, weight_fields
from fluxtui.services.journal import Journal

_NOTE = "finetune_defaults."

_NOT_KEPT = frozenset(
    {
        Control.PROMPT,
        Control.FINETUNE,
        Control.LORA_STACK,
        Control.SEED,
        Control.PICTURE,
        Control.PICTURES,
        Control.HIDDEN,
    }
)
"""What belongs to one picture rather than to a finetune."""


class FinetuneDefaults:
    """Keeps defaults in the journal's notes. Every method raises `StorageError` if it cannot be used."""

    def __init__(self, journal: Journal) -> None:
        self._notes = journal.notes

    async def get(self, ref: str) -> Mapping[str, Any]:
        """Return the values kept for a finetune by its ref, by parameter; none where nothing was kept."""
        kept = await self._notes.get(_NOTE + ref)
        return kept if isinstance(kept, dict) else {}

    async def keep(self, ref: str, values: Mapping[str, Any]) -> None:
        """Keep values for a finetune, in the place of all that were kept for it."""
        await self._notes.set(_NOTE + ref, dict(values))

    async def forget(self, ref: str) -> bool:
        """Forget the values of a finetune, and return whether there were any."""
        return await self._notes.remove(_NOTE + ref)


def lasting_values(endpoint: type[Endpoint], recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return those parameters of a picture that can be defaults: not its prompt, seed, pictures, finetune."""
    fields = [item for item in fields_of(endpoint) if item.control not in _NOT_KEPT]
    # Of a list of LoRAs, the first is the finetune.
    fields += weight_fields(endpoint)[:1]
    values = spread(stacked(endpoint, recipe))
    return {item.name: values[item.name] for item in fields if values.get(item.name) is not None}
