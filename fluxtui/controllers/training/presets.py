"""Presets: which are on offer, and how one is chosen, saved and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from fluxtui.controllers.questions import Choice, NameQuestion, Selection
from fluxtui.controllers.training.order import Filling, TrainingOrder, values_line
from fluxtui.domain.presets import presets_of
from fluxtui.services.presets import NAME_LIMIT

if TYPE_CHECKING:
    from fluxtui.controllers.host import Host
    from fluxtui.domain.money import UnitPrice
    from fluxtui.domain.presets import Preset
    from fluxtui.domain.uses import Trainer
    from fluxtui.services.presets import SavedPreset

SAVE, DELETE = "save", "delete"
PURPOSE, OWN = "purpose:", "own:"
"""In front of what names a preset, in the value of its choice."""


def offered_presets(order: TrainingOrder) -> tuple[Preset, ...]:
    """Return the presets of the chosen trainer, for the pictures that are chosen."""
    pictures = len(order.dataset.pictures) if order.dataset is not None else 0
    return presets_of(order.endpoint, pictures) if order.endpoint is not None else ()


def preset_choices(
    order: TrainingOrder, saved: Sequence[SavedPreset], live: UnitPrice | None = None
) -> tuple[Choice, ...]:
    """Return all presets, those of the chosen trainer first, and what can be done with the user's own.

    Args:
        order: as it stands on the screen.
        saved: the user's own, of all trainers.
        live: the price that the service told, where it did.
    """
    trainer = order.trainer
    if trainer is None:
        return ()
    made = [
        Choice(
            f"{PURPOSE}{preset.purpose}", preset.purpose.value, _note(order, preset, live), "For a purpose"
        )
        for preset in offered_presets(order)
    ]
    own = [own_choice(preset, order) for preset in sorted(saved, key=lambda item: not item.is_for(trainer))]
    keep = [Choice(SAVE, "save these values …", "all of the form but the name", "Keep")]
    if saved:
        keep.append(Choice(DELETE, "delete one of yours …", "", "Keep"))
    return (*made, *own, *keep)


def own_choice(preset: SavedPreset, order: TrainingOrder) -> Choice:
    """Return one of the user's own presets, with its values or the trainer that it is for."""
    trainer = order.trainer
    is_its = trainer is not None and preset.is_for(trainer)
    note = values_line(trainer.endpoint, preset.values) if trainer is not None and is_its else preset.endpoint
    return Choice(f"{OWN}{preset.key}", preset.name, note, "Yours")


def _note(order: TrainingOrder, preset: Preset, live: UnitPrice | None) -> str:
    if order.trainer is None:
        return ""
    cost = replace(order, values={**order.values, **preset.values}).estimate(live)
    words = values_line(order.trainer.endpoint, preset.values)
    return " · ".join(part for part in (cost.show() if cost is not None else "", words) if part)


class FilledForm(Protocol):
    """What presets are taken from and put into."""

    @property
    def order(self) -> TrainingOrder:
        """What is asked for now."""

    @property
    def offered(self) -> tuple[Trainer, ...]:
        """The trainers on offer."""

    def fill(self, filling: Filling) -> None:
        """Take over values."""

    async def refresh(self) -> None:
        """Bring up to date what follows from them."""


class PresetBook:
    """Fills the form with values that go well together, and keeps those of the user.

    Args:
        host: who is asked, and told what was done.
        form: what presets are for.
    """

    def __init__(self, host: Host, form: FilledForm) -> None:
        self._host = host
        self._form = form

    async def choose(self) -> None:
        """Offer the presets, and do what is chosen."""
        order = self._form.order
        trainer = order.trainer
        if trainer is None:
            return
        saved = await self._host.services.presets.list()
        live = self._host.prices.of(trainer.provider, trainer.endpoint)
        chosen = await self._host.ask(Selection("Presets", preset_choices(order, saved, live)))
        if chosen == SAVE:
            await self._save(trainer, saved)
        elif chosen == DELETE:
            await self._delete(saved)
        elif chosen and chosen.startswith(PURPOSE):
            purpose = chosen.removeprefix(PURPOSE)
            values = next(item.values for item in offered_presets(order) if item.purpose == purpose)
            await self._apply(purpose, Filling(trainer.ref, values), trainer)
        elif chosen:
            await self._apply_own(next(item for item in saved if f"{OWN}{item.key}" == chosen))

    def _trainer_for(self, preset: SavedPreset) -> Trainer | None:
        """Return the trainer that a preset is for, the chosen one rather than another."""
        chosen = self._form.order.trainer
        offered = (*((chosen,) if chosen is not None else ()), *self._form.offered)
        return next((trainer for trainer in offered if preset.is_for(trainer)), None)

    async def _apply_own(self, preset: SavedPreset) -> None:
        trainer = self._trainer_for(preset)
        if trainer is None:
            text = f"{preset.name} is for {preset.endpoint}, which is not on offer."
            self._host.tell(text, severity="warning")
            return
        await self._apply(preset.name, Filling(trainer.ref, preset.values), trainer)

    async def _apply(self, name: str, filling: Filling, trainer: Trainer) -> None:
        self._form.fill(filling)
        self._host.tell(f"Preset {name}: {values_line(trainer.endpoint, filling.values)}.")
        await self._form.refresh()

    async def _save(self, trainer: Trainer, saved: Sequence[SavedPreset]) -> None:
        given = self._form.order.values.items()
        values = {name: value for name, value in given if name != trainer.endpoint.name_field}
        taken = frozenset(preset.name for preset in saved if preset.is_for(trainer))
        words = values_line(trainer.endpoint, values)
        name = await self._host.ask(NameQuestion("preset", words, taken, limit=NAME_LIMIT))
        if name:
            preset = await self._host.services.presets.save(trainer, name, values)
            self._host.tell(f"Saved as the preset {preset.name}; F9 offers it.", severity="success")

    async def _delete(self, saved: Sequence[SavedPreset]) -> None:
        choices = [own_choice(preset, self._form.order) for preset in saved]
        chosen = await self._host.ask(Selection("Delete which preset?", choices))
        preset = next((item for item in saved if f"{OWN}{item.key}" == chosen), None)
        if preset is not None:
            await self._host.services.presets.delete(preset.key)
            self._host.tell(f"The preset {preset.name} is deleted.", severity="success")
