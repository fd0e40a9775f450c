"""Which presets are on offer."""

from __future__ import annotations

from collections.abc import Sequence

from fluxtui.controllers.training.order import TrainingOrder, shown_values
from fluxtui.domain.money import UnitPrice
from fluxtui.domain.presets import Preset, presets_of
from fluxtui.services.presets import SavedPreset
from fluxtui.widgets.dialogs import Choice

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
    note = (
        shown_values(trainer.endpoint, preset.values) if trainer is not None and is_its else preset.endpoint
    )
    return Choice(f"{OWN}{preset.key}", preset.name, note, "Yours")


def _note(order: TrainingOrder, preset: Preset, live: UnitPrice | None) -> str:
    if order.trainer is None:
        return ""
    cost = TrainingOrder(order.trainer, values={**order.values, **preset.values}).estimate(live)
    words = shown_values(order.trainer.endpoint, preset.values)
    return " · ".join(part for part in (cost.show() if cost is not None else "", words) if part)
