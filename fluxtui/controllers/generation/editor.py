"""How the form changes: by what is typed, and step by step, each on what the one before has made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fluxtui.controllers.background import Begin, Work
from fluxtui.controllers.generation.changes import FormChange, with_saved_values
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.form_fields import parameters_of
from fluxtui.controllers.generation.news import News
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.generation.supply import OfferCatalogue
from fluxtui.controllers.host import Host
from fluxtui.controllers.signal import Listener
from fluxtui.domain.endpoint import Control, GenerationEndpoint
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.loras import LORAS, STRENGTH, USUAL_WEIGHT, rows_in
from fluxtui.domain.seeds import drawn_seed
from fluxtui.domain.uses import Offer
from fluxtui.services.prompts import PromptOrigin
from fluxtui.system.dataclass import dataclass

MakeChange = Callable[[GenerateForm], FormChange]
"""Makes a change of the form as it stands; called again where that has changed meanwhile."""


@dataclass(frozen=True)
class PendingChange:
    """A change of the form that is wished.

    Attributes:
        change: makes it.
        with_defaults: whether what was kept for the finetune comes with it.
    """

    change: MakeChange
    with_defaults: bool = False


class FormEditor:
    """Holds the form and changes it; nobody else does."""

    def __init__(
        self, host: Host, catalogue: OfferCatalogue, news: News, begin: Begin, changed: Listener
    ) -> None:
        """Args:
        host: has the defaults of finetunes and the history of prompts.
        catalogue: what there is to choose from.
        news: where it is said what a change brings along.
        begin: begins work in the background.
        changed: called when the form is another one.
        """
        self._host = host
        self._catalogue = catalogue
        self._news = news
        self._begin = begin
        self._changed = changed
        self._form = GenerateForm()
        self._revision = 0
        self._steps: tuple[PendingChange, ...] = ()
        """Wished, and not taken up yet."""
        self._is_taking = False

    @property
    def form(self) -> GenerateForm:
        """What is asked for."""
        return self._form

    @property
    def revision(self) -> int:
        """Grows with every change that was not entered: whoever shows the form draws it anew."""
        return self._revision

    @property
    def stock(self) -> Stock:
        """What there is to choose from."""
        return self._catalogue.stock

    @property
    def offer(self) -> Offer | None:
        """The chosen endpoint."""
        return self.stock.offer_of(self._form)

    @property
    def finetune(self) -> Finetune | None:
        """The chosen finetune, None where there is none or it is not known here."""
        return self.stock.finetune_of(self._form)

    @property
    def is_changing(self) -> bool:
        """Whether the form is about to be another one."""
        return self._is_taking or bool(self._steps)

    # What is entered

    def enter_prompt(self, prompt: str) -> None:
        """Take over the prompt as it was typed."""
        self._enter(replace(self._form, prompt=prompt))

    def enter_count(self, count: Any) -> None:
        """Take over the number of pictures; None or text while it is none."""
        self._enter(replace(self._form, count=count))

    def enter_values(self, endpoint: type[GenerationEndpoint], values: Mapping[str, Any]) -> None:
        """Take over the parameters of an endpoint as they were entered."""
        form = self._form.with_values(endpoint, values)
        offer = self.offer
        if LORAS not in values or offer is None or offer.endpoint is not endpoint:
            self._enter(form)
            return
        before = {row.finetune for row in form.stack}
        self._enter(form.with_shown(offer, self.stock.finetunes, rows_in(values[LORAS])))
        added = {row.finetune for row in self._form.stack} - before
        if added:
            self._begin(self._weigh(added), doing="looking up what was kept of a finetune", group="weights")

    async def _weigh(self, added: set[str]) -> None:
        """Give LoRAs that were just added the strength that was kept for each."""
        service = self._host.services.finetune_defaults
        kept = {ref: (await service.get(ref)).get(STRENGTH) for ref in added}
        rows = [
            replace(row, weight=float(weight))
            if row.weight == USUAL_WEIGHT and isinstance(weight := kept.get(row.finetune), int | float)
            else row
            for row in self._form.stack
        ]
        if tuple(rows) != self._form.stack:
            self._replace(self._form.with_stack(rows))

    def toggle_trigger(self) -> None:
        """Leave the trigger word out, or put it back."""
        self._enter(replace(self._form, with_trigger=not self._form.with_trigger))

    def _enter(self, form: GenerateForm) -> None:
        if form != self._form:
            self._form = form
            self._changed()

    # What is changed at once

    def amend(self, **changes: Any) -> None:
        """Change what has no control of its own: style, templates and their seed."""
        self._enter(replace(self._form, **changes))

    def take_prompt(self, prompt: str, **changes: Any) -> None:
        """Put a prompt in the place of the present one, which is kept as a draft; `changes` as in `amend`."""
        self.keep_replaced(self._form.prompt, prompt)
        self._replace(replace(self._form, prompt=prompt, **changes))

    def draw_seed(self) -> None:
        """Enter a new seed."""
        offer = self.offer
        fields = parameters_of(offer.endpoint) if offer is not None else ()
        field = next((item for item in fields if item.control is Control.SEED), None)
        if offer is None or field is None:
            self._news.say("This endpoint takes no seed.")
            return
        seed = drawn_seed(field)
        self._replace(replace(self._form, values={**self._form.values, field.name: seed}))
        self._news.say(f"The seed is now {seed}.")

    def _replace(self, form: GenerateForm) -> None:
        self._form = form
        self._revision += 1
        self._changed()

    def keep_replaced(self, before: str, after: str) -> None:
        """Keep a prompt that another one takes the place of, at the top of the history."""
        if before.strip() and before.strip() != after.strip():
            work = self._host.services.prompts.history.keep(before, PromptOrigin.DRAFT)
            self._begin(work, doing="keeping the prompt", group="drafts")

    # What is changed step by step

    def alter(self, *steps: PendingChange) -> Work:
        """Take on changes of the form, after those before; they are made by what is returned.

        From now on `is_changing` until they are made.
        """
        self._steps += steps
        return self._take_steps()

    async def _take_steps(self) -> None:
        if self._is_taking:
            # That work takes them as well.
            return
        self._is_taking = True
        try:
            while self._steps:
                steps, self._steps = self._steps, ()
                await self._take(steps)
        finally:
            # A step that failed takes those with it that were to build on it.
            self._is_taking, self._steps = False, ()

    async def _take(self, steps: tuple[PendingChange, ...]) -> None:
        kept: dict[str, Mapping[str, Any]] = {}
        while True:
            # The last round awaits nothing before the form is there: what is typed in between is in it.
            form, changes, lacking = self._followed(steps, kept)
            if not lacking:
                break
            kept[lacking] = await self._host.services.finetune_defaults.get(lacking)
        for change in changes:
            self._tell_of(change)
        self._settle(form)

    def _followed(
        self, steps: tuple[PendingChange, ...], kept: Mapping[str, Mapping[str, Any]]
    ) -> tuple[GenerateForm, list[FormChange], str]:
        """Return the form after the steps, the changes, and a finetune whose defaults are to be looked up."""
        form = self._form
        changes: list[FormChange] = []
        for step in steps:
            change = step.change(form)
            finetune = self.stock.finetune_of(change.form)
            if step.with_defaults and finetune is not None and change.form is not form:
                if finetune.ref not in kept:
                    return form, changes, finetune.ref
                change = with_saved_values(change, kept[finetune.ref], self.stock)
            changes.append(change)
            form = change.form
        return form, changes, ""

    def _tell_of(self, change: FormChange) -> None:
        """Say what is to be said about a change."""
        if change.is_kept:
            self._host.tell(change.news, severity=change.severity)
        elif change.news:
            self._news.say(change.news, change.severity)

    def _settle(self, form: GenerateForm) -> None:
        """Take a form over; one whose endpoint is not on offer begins with a finetune that is ready."""
        stock = self.stock
        if stock.offer_of(form) is None:
            form = stock.beginning(form)
        offer = stock.offer_of(form)
        if offer is None:
            return
        self.keep_replaced(self._form.prompt, form.prompt)
        form = stock.settled(form).fitted_to(offer, stock.finetunes)
        self._replace(form.with_values(offer.endpoint, form.values_for(offer, stock.finetunes)))
