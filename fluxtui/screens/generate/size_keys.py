"""The keys about the size of the picture in the generate place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fluxtui.screens.generate.size_choices import (
    chosen_size,
    has_sides,
    size_choices,
    size_now,
    turned,
    with_size,
)
from fluxtui.screens.place import PlaceScreen
from fluxtui.state import guarded
from fluxtui.widgets.dialogs import ChoiceDialog, ask
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.parameter_form.sides import SideControl

if TYPE_CHECKING:
    from fluxtui.screens.generate.form import GenerateForm
    from fluxtui.screens.generate.order_panel import OrderPanel
    from fluxtui.screens.generate.stock import Stock


class SizeKeys(PlaceScreen):
    """Base of the generate place: common sizes, and width and height swapped."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g", "sizes", "Common sizes, swap sides", id="generate.sizes", show=False),
    ]

    @property
    def order(self) -> OrderPanel:
        """The side with the form."""
        raise LookupError(f"{type(self).__name__} has no order")

    @property
    def stock(self) -> Stock:
        """What there is to choose from."""
        raise LookupError(f"{type(self).__name__} has no stock")

    def change_form(self, form: GenerateForm) -> None:
        """Show another form."""
        raise LookupError(f"{type(self).__name__} has no form")

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
        offer = self.stock.offer_of(self.order.form)
        form = turned(offer, self.order.form) if offer is not None else None
        if form is None:
            self._no_size("There are no width and height to swap: the service chooses them.")
        else:
            self.change_form(form)

    async def _choose_size(self) -> None:
        form = self.order.form
        offer = self.stock.offer_of(form)
        if offer is None or not has_sides(offer):
            self._no_size("This endpoint takes no width and height.")
            return
        now = size_now(offer, form)
        present = f"{now[0]}×{now[1]}" if now is not None else ""
        choices = size_choices(offer, form, self.stock.price_of(offer))
        answer = await ask(self.app, ChoiceDialog("Size in pixels", choices, present))
        size = chosen_size(answer, now) if answer else None
        if size is not None:
            self.change_form(with_size(offer, self.order.form, size))

    def _no_size(self, sentence: str) -> None:
        self.query_one(Flash).show(sentence, "warning")
