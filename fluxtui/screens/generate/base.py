"""What all that belongs to the generate place may ask of it."""

from __future__ import annotations

from abc import abstractmethod

from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.notices import Severity
from fluxtui.domain.uses import Offer
from fluxtui.screens.generate.order_panel import OrderPanel
from fluxtui.screens.generate.results import Results
from fluxtui.screens.place import PlaceScreen
from fluxtui.widgets.flash import Flash


class GeneratePlace(PlaceScreen):
    """Names the parts of the place: what there is to choose from, the order, the results, the news."""

    def __init__(self) -> None:
        super().__init__()
        self._stock = Stock()

    @property
    def order(self) -> OrderPanel:
        """The left side."""
        return self.query_one(OrderPanel)

    @property
    def results(self) -> Results:
        """The right side."""
        return self.query_one(Results)

    @property
    def _offer(self) -> Offer | None:
        """The chosen endpoint."""
        return self._stock.offer_of(self.order.form)

    def _say(self, text: str, severity: Severity = "information") -> None:
        """Say something in the line for news."""
        self.query_one(Flash).show(text, severity)

    @abstractmethod
    def _show_state(self) -> None:
        """Draw what follows from the form."""

    @abstractmethod
    def _show_cost(self) -> None:
        """Show what the order costs now."""
