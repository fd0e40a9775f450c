"""The keys of the generate place for batches: set one up, sweep the strength."""

from __future__ import annotations

from dataclasses import replace

from textual.binding import Binding, BindingType

from fluxtui.controllers.generation.changes import Change
from fluxtui.domain.axes import STRENGTH, TypedAxis, strength_field
from fluxtui.domain.axis_values import sweep_text
from fluxtui.domain.batches import BatchSetup
from fluxtui.screens.generate.batch_dialog import BatchDialog
from fluxtui.screens.generate.changing import FormChanges
from fluxtui.widgets.dialogs import open_dialog

BATCH_BINDINGS: tuple[BindingType, ...] = (
    Binding("f11", "set_up_batch", "Grid", id="generate.batch", key_display="F11"),
    Binding("ctrl+o", "sweep_strength", "Sweep the strength", id="generate.sweep", show=False),
)
"""The keys of `BatchKeys`; the place puts them behind its own, so that the footer has those first."""


class BatchKeys(FormChanges):
    """What the generate place does about batches."""

    def action_set_up_batch(self) -> None:
        """Set up seeds and a grid."""
        offer = self._offer
        if offer is not None:
            open_dialog(self.app, BatchDialog(self.order.form, self._stock, offer, self._set_up))

    def action_sweep_strength(self) -> None:
        """Go over the strength of the finetune, around the present one; pressed again, take that back."""
        offer, form = self._offer, self.order.form
        field = strength_field(offer.endpoint) if offer is not None else None
        if field is None:
            self._say("This endpoint takes no finetune, so there is no strength to go over.", "warning")
            return
        present = form.values.get(STRENGTH)
        values = sweep_text(field, present if isinstance(present, int | float) else None)
        sweep = BatchSetup(axes=(TypedAxis(parameter=STRENGTH, values=values),))
        if form.setup == sweep:
            self._set_up(BatchSetup())
            self._say("No grid: pictures of one and the same again.")
        elif form.setup.is_on:
            self._say("Another grid is set up already; F11 changes or clears it.", "warning")
        else:
            self._set_up(sweep)
            self._say(f"A grid over the strength, {values}: ^S sends it, F11 changes it, ^O takes it back.")

    def _set_up(self, setup: BatchSetup) -> None:
        self.alter(lambda form: Change(replace(form, setup=setup)))
        self.refresh_bindings()
