"""Batches as they are set up: the question for seeds and grid, and the sweep by one key."""

from __future__ import annotations

from collections.abc import Callable

from fluxtui.controllers.generation.batch import Batch, batch_estimate, batch_of
from fluxtui.controllers.generation.editor import FormEditor
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.news import News
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Question
from fluxtui.domain.axes import TypedAxis, strength_field
from fluxtui.domain.axis_values import sweep_text
from fluxtui.domain.batches import BatchSetup
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.loras import STRENGTH
from fluxtui.domain.text import plural
from fluxtui.domain.uses import Offer
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class BatchQuestion(Question[None]):
    """Which seeds and which grid; told as they change, so that every way out leaves it as it stands.

    Attributes:
        form: what is asked for, with its set-up.
        stock: what there is to choose from.
        offer: the form's endpoint.
        changed: to be called with every change of the set-up.
    """

    form: GenerateForm
    stock: Stock
    offer: Offer
    changed: Callable[[BatchSetup], None]


@dataclass(frozen=True)
class BatchSum:
    """What a set-up comes to.

    Attributes:
        words: how many pictures and what they cost, or what is wrong.
        batch: the pictures, None where there is no batch.
        is_wrong: whether it cannot be so.
    """

    words: str
    batch: Batch | None = None
    is_wrong: bool = False


def batch_sum(form: GenerateForm, stock: Stock, offer: Offer) -> BatchSum:
    """Return what the set-up of a form comes to, see `BatchQuestion`."""
    if not form.setup.is_on:
        return BatchSum("No grid: the number of pictures stands beside the button.")
    try:
        batch = batch_of(form, stock, offer)
        cost = batch_estimate(batch, stock)
    except InvalidInput as error:
        return BatchSum(f"✗ {error.sentence()}", is_wrong=True)
    size = f"{batch.size_text} = " if " × " in batch.size_text else ""
    count = plural(len(batch.pictures), "picture")
    price = f"{cost.show()}, {cost.basis}" if cost is not None else "cost known once the form is right"
    return BatchSum(f"{size}{count} · {price}", batch)


class BatchCommands:
    """Sets up batches."""

    def __init__(self, host: Host, editor: FormEditor, news: News) -> None:
        """Args:
        host: is asked.
        editor: holds the form.
        news: where it is said what came of it.
        """
        self._host = host
        self._editor = editor
        self._news = news

    async def set_up(self) -> None:
        """Let seeds and a grid be set up."""
        offer = self._editor.offer
        if offer is not None:
            await self._host.ask(BatchQuestion(self._editor.form, self._editor.stock, offer, self._take))

    def sweep_strength(self) -> None:
        """Go over the strength of the finetune, around the present one; once more takes that back."""
        offer, form = self._editor.offer, self._editor.form
        field = strength_field(offer.endpoint) if offer is not None else None
        if field is None:
            self._news.say("This endpoint takes no finetune, so there is no strength to go over.", "warning")
            return
        present = form.values.get(STRENGTH)
        values = sweep_text(field, present if isinstance(present, int | float) else None)
        sweep = BatchSetup(axes=(TypedAxis(parameter=STRENGTH, values=values),))
        if form.setup == sweep:
            self._take(BatchSetup())
            self._news.say("No grid: pictures of one and the same again.")
        elif form.setup.is_on:
            self._news.say("Another grid is set up already; F11 changes or clears it.", "warning")
        else:
            self._take(sweep)
            self._news.say(
                f"A grid over the strength, {values}: ^S sends it, F11 changes it, ^O takes it back."
            )

    def _take(self, setup: BatchSetup) -> None:
        self._editor.amend(setup=setup)
