"""What the generate place does about the size of the picture."""

from __future__ import annotations

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.changes import Change
from fluxtui.controllers.generation.sizes import (
    chosen_size,
    has_sides,
    size_choices,
    size_field,
    size_now,
    turned,
    with_size,
)
from fluxtui.screens.generate.changing import FormChanges
from fluxtui.widgets.dialogs import ChoiceDialog, ask
from fluxtui.widgets.parameter_form.row import FieldRow
from fluxtui.widgets.parameter_form.sides import SIDES, SideControl


class SizeKeys(FormChanges):
    """Offers common sizes, and swaps width and height."""

    def on_side_control_size_asked(self, event: SideControl.SizeAsked) -> None:
        """Change both sides as the user wants."""
        event.stop()
        if event.wish == "common":
            self.action_sizes()
        else:
            self._swap()

    def action_sizes(self) -> None:
        """Offer common sizes with their shapes and prices."""
        guarded(self, self._choose_size(), doing="choosing a size", group="size", exclusive=True)

    def _swap(self) -> None:
        offer = self._offer
        if offer is None or turned(offer, self.order.form) is None:
            self._say("There are no width and height to swap: the service chooses them.", "warning")
        else:
            self.alter(lambda form: Change(turned(offer, form) or form))

    async def _choose_size(self) -> None:
        form = self.order.form
        offer = self._offer
        if offer is None or not has_sides(offer):
            self._say("This endpoint takes no width and height.", "warning")
            return
        now = size_now(offer, form)
        present = f"{now[0]}×{now[1]}" if now is not None else ""
        choices = size_choices(offer, form, self._stock.price_of(offer))
        answer = await ask(self.app, ChoiceDialog("Size in pixels", choices, present))
        size = chosen_size(answer, now) if answer else None
        if size is not None:
            self.alter(lambda form: Change(with_size(offer, form, size)))

    @property
    def is_in_size(self) -> bool:
        """Whether the focus is where the size is entered."""
        if self.focused is None or self._offer is None or not has_sides(self._offer):
            return False
        row = next((node for node in self.focused.ancestors_with_self if isinstance(node, FieldRow)), None)
        return row is not None and row.field.name in {*SIDES, size_field(self._offer)}
