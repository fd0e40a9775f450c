"""The user's own presets: values of a trainer's form under a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fluxtui.domain.presets import valid_values
from fluxtui.domain.text import safe_text

if TYPE_CHECKING:
    from fluxtui.domain.endpoint import TrainingEndpoint
    from fluxtui.domain.uses import Trainer
    from fluxtui.services.journal import Journal

_NOTE = "preset."
NAME_LIMIT = 60
"""Characters of a name that are kept."""


class SavedPreset(BaseModel):
    """Values for a trainer under a name that the user chose."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str = Field(min_length=1)
    provider: str
    endpoint: str
    values: dict[str, Any]

    @property
    def key(self) -> str:
        """What names it among all presets."""
        return f"{self.provider}/{self.endpoint}/{self.name}"

    def is_for(self, trainer: Trainer) -> bool:
        """Tell whether it was made for a trainer, at whichever profile."""
        return (self.provider, self.endpoint) == (trainer.provider, trainer.endpoint.info.id)


class PresetService:
    """Keeps presets in the journal's notes. Every method raises `StorageError` if it cannot be used."""

    def __init__(self, journal: Journal) -> None:
        self._notes = journal.notes

    async def list(self) -> tuple[SavedPreset, ...]:
        """Return all presets by their names; what cannot be understood is left out."""
        found = []
        for value in (await self._notes.beginning(_NOTE)).values():
            try:
                found.append(SavedPreset.model_validate(value))
            except ValidationError:
                continue
        return tuple(sorted(found, key=lambda preset: (preset.name.casefold(), preset.key)))

    async def save(self, trainer: Trainer, name: str, values: Mapping[str, Any]) -> SavedPreset:
        """Keep the values that a trainer takes under a name, in place of those of that name, and return them.

        What the finetune is called is no part of a preset.
        """
        preset = SavedPreset(
            name=safe_text(name, limit=NAME_LIMIT).strip(),
            provider=trainer.provider,
            endpoint=trainer.endpoint.info.id,
            values=_kept(trainer.endpoint, values),
        )
        await self._notes.set(_NOTE + preset.key, preset.model_dump())
        return preset

    async def delete(self, key: str) -> bool:
        """Forget a preset by its key; return whether there was one."""
        return await self._notes.remove(_NOTE + key)


def _kept(endpoint: type[TrainingEndpoint], values: Mapping[str, Any]) -> dict[str, Any]:
    valid = valid_values(endpoint, values)
    return {name: value for name, value in valid.items() if name != endpoint.name_field}
