"""What the finetune place does with presets: choose, save and delete them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from fluxtui.app.state import guarded
from fluxtui.controllers.training.order import Filling, shown_values
from fluxtui.controllers.training.presets import (
    DELETE,
    OWN,
    PURPOSE,
    SAVE,
    offered_presets,
    own_choice,
    preset_choices,
)
from fluxtui.domain.uses import Trainer
from fluxtui.screens.finetune.place import FinetunePlace
from fluxtui.services.presets import NAME_LIMIT, SavedPreset
from fluxtui.widgets.dialogs import ChoiceDialog, NameDialog, ask


class PresetKeys(FinetunePlace):
    """Fills the form with values that go well together, and keeps those of the user."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "presets", "Presets", id="finetune.presets", key_display="F9"),
    ]

    @abstractmethod
    async def fill(self, filling: Filling) -> None:
        """Put values into the form."""

    @abstractmethod
    def trainer_for(self, preset: SavedPreset) -> Trainer | None:
        """Return the trainer that a preset is for, or None where it is not on offer."""

    def action_presets(self) -> None:
        """Offer the presets."""
        guarded(self, self._choose_preset(), doing="choosing a preset", group="presets", exclusive=True)

    async def _choose_preset(self) -> None:
        trainer = self.order.trainer
        if trainer is None:
            return
        saved = await self.app.services.presets.list()
        live = self.app.prices.of(trainer.provider, trainer.endpoint)
        chosen = await ask(self.app, ChoiceDialog("Presets", preset_choices(self.order, saved, live)))
        if chosen == SAVE:
            await self._save_preset(trainer, saved)
        elif chosen == DELETE:
            await self._delete_preset(saved)
        elif chosen and chosen.startswith(PURPOSE):
            purpose = chosen.removeprefix(PURPOSE)
            values = next(item.values for item in offered_presets(self.order) if item.purpose == purpose)
            await self._apply(purpose, Filling(trainer.ref, values), trainer)
        elif chosen:
            await self._apply_own(next(item for item in saved if f"{OWN}{item.key}" == chosen))

    async def _apply_own(self, preset: SavedPreset) -> None:
        trainer = self.trainer_for(preset)
        if trainer is None:
            self.app.tell(
                f"{preset.name} is for {preset.endpoint}, which is not on offer.", severity="warning"
            )
            return
        await self._apply(preset.name, Filling(trainer.ref, preset.values), trainer)

    async def _apply(self, name: str, filling: Filling, trainer: Trainer) -> None:
        await self.fill(filling)
        self.app.tell(f"Preset {name}: {shown_values(trainer.endpoint, filling.values)}.")

    async def _save_preset(self, trainer: Trainer, saved: Sequence[SavedPreset]) -> None:
        values = {
            name: value for name, value in self.order.values.items() if name != trainer.endpoint.name_field
        }
        taken = frozenset(preset.name for preset in saved if preset.is_for(trainer))
        words = shown_values(trainer.endpoint, values)
        name = await ask(self.app, NameDialog("preset", words, taken, limit=NAME_LIMIT))
        if name:
            preset = await self.app.services.presets.save(trainer, name, values)
            self.app.tell(f"Saved as the preset {preset.name}; F9 offers it.", severity="success")

    async def _delete_preset(self, saved: Sequence[SavedPreset]) -> None:
        choices = [own_choice(preset, self.order) for preset in saved]
        chosen = await ask(self.app, ChoiceDialog("Delete which preset?", choices))
        preset = next((item for item in saved if f"{OWN}{item.key}" == chosen), None)
        if preset is not None:
            await self.app.services.presets.delete(preset.key)
            self.app.tell(f"The preset {preset.name} is deleted.", severity="success")
