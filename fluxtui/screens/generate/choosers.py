"""The choosers of endpoint and finetune, of which there are many with long names."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import RenderResult
from textual.content import Content

from fluxtui.controllers.generation.choices import (
    NO_FINETUNE,
    offer_choices,
    offer_title,
    short_name,
    short_title,
)
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.questions import Choice, late
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.parameter_form.finetune_control import ANY_FINETUNE
from fluxtui.widgets.plain import plain


class OneAtATime(Chooser):
    """Shows the chosen value alone between its arrows: there are many, and their names are long."""

    @property
    def fits(self) -> bool:
        """Whether all choices can be seen at once."""
        return False

    def render(self) -> RenderResult:
        """Draw the label of the chosen value, as much of it as fits."""
        label = self.label_of(self.value)
        if not label:
            return plain(self.none_text, "$text-muted")
        room = max(self.content_size.width - 4, 4)
        shown = plain(self.shortened(label, room), "bold $text-accent")
        arrow = "$text-muted"
        return Content.assemble(("◂ ", arrow), shown.truncate(room, ellipsis=True), (" ▸", arrow))

    def label_of(self, value: str) -> str:
        """Return the words for a value, itself where it is not on offer."""
        place = late(self.choices).place_of(value)
        return value if place is None else self.choices[place].label

    def shortened(self, label: str, cells: int) -> str:
        """Return as much of a label as is worth showing in some cells."""
        return short_name(label, cells)


class EndpointChooser(OneAtATime):
    """Chooses the endpoint."""

    HELP = (
        "What makes the picture, at whichever of your services. Left and right go through the endpoints, "
        "Enter lists them all with their price, those first that go with the finetune. What both know of the "
        "parameters is kept."
    )

    def __init__(self) -> None:
        super().__init__((), title="Endpoint", none_text="none without a key", id="endpoint")
        self._titles: Mapping[str, str] = {}
        self._stock = Stock()
        self._form = GenerateForm()

    def offer(self, stock: Stock, form: GenerateForm) -> None:
        """Offer the endpoints, in an order that suits a form."""
        self._titles = {item.ref: offer_title(item, shared=stock.is_shared) for item in stock.offers}
        self._stock, self._form = stock, form
        self.choices = offer_choices(stock, form, with_notes=False)

    def action_open(self) -> None:
        """Show all endpoints with what is told beside them, which is reckoned not before."""
        self.choices = offer_choices(self._stock, self._form)
        super().action_open()

    def label_of(self, value: str) -> str:
        """Return the title of an endpoint, with its profile where there are several."""
        return self._titles.get(value, value)

    def shortened(self, label: str, cells: int) -> str:
        """Return the title without what the finetune beside it tells already."""
        return short_title(label, cells)


class FinetuneChooser(OneAtATime):
    """Chooses the finetune, or none."""

    HELP = (
        "The trained model to generate with; `F2` trains one, `F3` shows all. Enter lists those that are "
        "ready at any of your services, and takes in a row of its own any other id, or the https address of "
        "a `.safetensors` file. `none` goes to a base model."
    )

    def __init__(self) -> None:
        super().__init__(
            (Choice(NO_FINETUNE, "none"),), title="Finetune", free_text=ANY_FINETUNE, id="finetune"
        )
