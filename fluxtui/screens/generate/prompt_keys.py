"""What the generate place does with prompts: history, styles, templates, the user's own editor."""

from __future__ import annotations

import asyncio
import random
from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Any

from textual.binding import Binding, BindingType

from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.domain.jobs import Job
from fluxtui.domain.prompts import PLACE, Templates
from fluxtui.domain.text import plural, shorten
from fluxtui.domain.uses import Offer
from fluxtui.screens.external_editor import edit_text
from fluxtui.screens.generate.batch_ordering import BatchOrder
from fluxtui.screens.generate.batching import batch_estimate, batch_of
from fluxtui.screens.generate.choosers import FinetuneChooser
from fluxtui.screens.generate.form import GenerateForm, prompt_field
from fluxtui.screens.generate.history_dialog import HistoryDialog
from fluxtui.screens.generate.order_panel import OrderPanel
from fluxtui.screens.generate.ordering import Order
from fluxtui.screens.generate.planning import SEED_LIMIT, Asked, Plan, plan
from fluxtui.screens.generate.preview_dialog import PreviewDialog
from fluxtui.screens.generate.prompt_editor import PromptEditor
from fluxtui.screens.generate.stock import Stock
from fluxtui.screens.generate.styles import (
    DELETE,
    OWN,
    PUT,
    SAVE,
    chosen_value,
    own_choice,
    style_called,
    style_choices,
)
from fluxtui.screens.place import PlaceScreen
from fluxtui.services.presets import NAME_LIMIT
from fluxtui.services.prompts import Origin, Style, UsedTemplate
from fluxtui.state import Severity, guarded
from fluxtui.widgets.dialogs import ChoiceDialog, NameDialog, ask

TYPING_REST = 0.25
"""Seconds for which typing must rest until a template is worked out."""
TITLE_CHARACTERS = 200

PROMPT_BINDINGS: tuple[BindingType, ...] = (
    Binding("ctrl+r", "history", "Prompts used before", id="generate.history", show=False),
    Binding("f8", "draw_seed", "New seed", id="generate.draw_seed", show=False, key_display="F8"),
    Binding("f9", "styles", "Styles of prompts", id="generate.styles", show=False, key_display="F9"),
    Binding("f10", "preview", "Preview", id="generate.preview", key_display="F10"),
    Binding("ctrl+g", "edit", "Edit the prompt in $EDITOR", id="generate.edit", show=False),
    Binding(
        "ctrl+@,ctrl+space",
        "choose_finetune",
        "Choose a finetune",
        id="generate.choose_finetune",
        show=False,
        key_display="^space",
    ),
)
"""The keys of `PromptKeys`; the place puts them behind its own, so that the footer has those first."""


class PromptKeys(PlaceScreen):
    """Works templates out ahead, and opens what helps to write a prompt."""

    edit_externally = staticmethod(edit_text)
    """Gives the terminal to the user's editor."""

    _stock: Stock
    _plan: Plan | None = None

    @property
    @abstractmethod
    def order(self) -> OrderPanel:
        """The form."""

    @property
    @abstractmethod
    def _offer(self) -> Offer | None:
        """The chosen endpoint."""

    @abstractmethod
    def _say(self, text: str, severity: Severity = "information") -> None:
        """Say something in the line for news."""

    @abstractmethod
    def _show_cost(self) -> None:
        """Show what the order costs now."""

    @abstractmethod
    def action_submit(self) -> None:
        """Send what is asked for."""

    # What is going to be sent

    def follow_prompt(self) -> None:
        """Work out what the form asks for; a template when typing rests."""
        form = self.order.form
        if form.is_template and form.prompt_seed is None:
            self.order.amend(prompt_seed=_new_seed())
            return
        asked = Asked.by(form)
        if self._plan is not None and self._plan.asked == asked:
            self.order.show_plan(self._plan)
        elif asked.is_template:
            work = self._plan_soon(asked)
            guarded(self, work, doing="working the prompt out", group="plan", exclusive=True)
        else:
            self.workers.cancel_group(self, "plan")
            self._take_plan(Plan(asked, (asked.text,) * asked.count))

    async def _plan_soon(self, asked: Asked) -> None:
        await asyncio.sleep(TYPING_REST)
        made = await plan(self.app.services.prompts, asked)
        if Asked.by(self.order.form) == asked:
            self._take_plan(made)
            self._show_cost()

    def _take_plan(self, made: Plan) -> None:
        self._plan = made
        self.order.show_plan(made)

    async def with_prompts(
        self, order: Order | BatchOrder, form: GenerateForm, offer: Offer
    ) -> Order | BatchOrder:
        """Return an order with a prompt for each picture where the form's prompt is a template.

        Raises:
            InvalidInput: with a problem of the prompt, where the template cannot be worked out.
        """
        field = prompt_field(offer.endpoint)
        if not form.is_template or field is None:
            return order
        asked = Asked.by(form)
        known = self._plan is not None and self._plan.asked == asked
        made = self._plan if known and self._plan else await plan(self.app.services.prompts, asked)
        if made.problem:
            raise InvalidInput("Nothing was sent.", (Problem(field.name, made.problem, whole=True),))
        if isinstance(order, BatchOrder):
            return BatchOrder.from_form(form, self._stock, offer, made.prompts)
        return order.with_prompts(
            [form.prompt_for(order.offer, order.finetune, text) for text in made.prompts]
        )

    def note_sent(self, jobs: Sequence[Job], form: GenerateForm) -> None:
        """Keep what was typed where no picture will have it, and let the next order draw other prompts."""
        if not form.is_template and not form.style:
            return
        work = self._keep_typed(jobs[0].batch, form)
        guarded(self, work, doing="keeping the template", group="template")
        drawn = form.is_template and form.templates is Templates.RANDOM
        if drawn and self.order.form.prompt_seed == form.prompt_seed:
            self.order.amend(prompt_seed=_new_seed())

    async def _keep_typed(self, batch: str | None, form: GenerateForm) -> None:
        prompts = self.app.services.prompts
        if batch and form.is_template:
            used = UsedTemplate(template=form.text, seed=form.prompt_seed or 0, templates=form.templates)
            await prompts.note_template(batch, used)
        await prompts.history.keep(form.prompt, Origin.TYPED)

    def action_preview(self) -> None:
        """Show what is going to be sent."""
        guarded(self, self._preview(), doing="showing what will be sent", group="dialog", exclusive=True)

    async def _preview(self) -> None:
        form, offer = self.order.form, self._offer
        if offer is None or prompt_field(offer.endpoint) is None:
            self._say("There is no prompt to show.", "warning")
            return
        finetune = self._stock.finetune_of(form)

        def sent(prompts: Sequence[str]) -> list[str]:
            return [form.prompt_for(offer, finetune, text) for text in prompts]

        cost = partial(self._cost_of, form, offer)
        answer = await ask(self.app, PreviewDialog(self.app.services.prompts, form, sent, cost))
        if answer is None:
            return
        # Other prompts than those that were shown are not sent.
        self.order.amend(templates=answer.templates, prompt_seed=answer.prompt_seed)
        if answer.send:
            self.action_submit()

    def _cost_of(self, form: GenerateForm, offer: Offer, count: int) -> str:
        if form.setup.is_on:
            return self._cost_of_batch(form, offer)
        estimate = form.estimate(offer, self._stock.price_of(offer))
        price = f" for about {estimate.times(count).show()}" if estimate is not None else ""
        return f"{plural(count, 'picture')}{price}."

    def _cost_of_batch(self, form: GenerateForm, offer: Offer) -> str:
        made = self._plan if form.is_template and self._plan is not None else None
        known = made is not None and made.asked == Asked.by(form)
        try:
            batch = batch_of(form, self._stock, offer, made.prompts if made is not None and known else ())
            total = batch_estimate(batch, self._stock)
        except InvalidInput as error:
            return f"✗ {error.sentence()}"
        price = f" for about {total.show()}" if total is not None else ""
        title = f" over {batch.title}" if batch.title else ""
        return f"{plural(len(batch.pictures), 'picture')}{title}{price}."

    # Where prompts come from

    def take_prompt(self, prompt: str, **changes: Any) -> None:
        """Put a prompt into the form in place of the present one, which is kept as a draft."""
        before = self.order.form.prompt
        self.keep_replaced(before, prompt)
        self.order.prompt.put(prompt)
        self.order.amend(prompt=self.order.prompt.text, **changes)

    def keep_replaced(self, before: str, after: str) -> None:
        """Keep a prompt that another one takes the place of, at the top of the history."""
        if before.strip() and before.strip() != after.strip():
            work = self.app.services.prompts.history.keep(before, Origin.DRAFT)
            guarded(self, work, doing="keeping the prompt", group="drafts")

    def action_history(self) -> None:
        """Offer prompts used before."""
        guarded(
            self, self._choose_from_history(), doing="looking for prompts", group="dialog", exclusive=True
        )

    async def _choose_from_history(self) -> None:
        search = self.app.services.prompts.history.search
        chosen = await ask(self.app, HistoryDialog(search, self.app.clock()))
        if chosen is None:
            return
        # A prompt that was sent has its style in it.
        changes = {"style": "", "style_name": ""} if chosen.origin is Origin.SENT else {}
        self.take_prompt(chosen.prompt, **changes)
        self._say("Ctrl+Z brings the prompt of before back; it is in the history too.")

    def action_edit(self) -> None:
        """Edit the prompt in the user's own editor."""
        guarded(self, self._edit(), doing="editing the prompt", group="dialog", exclusive=True)

    async def _edit(self) -> None:
        offer = self._offer
        if offer is None or prompt_field(offer.endpoint) is None:
            self._say("There is no prompt to edit.", "warning")
            return
        before = self.order.form.prompt
        file = await asyncio.to_thread(self.app.services.storage.temporary, "txt")
        after = await self.edit_externally(self.app, file, before)
        if after != before:
            self.take_prompt(after)
        self.order.prompt.focus()

    def on_prompt_editor_wildcards_wanted(self, event: PromptEditor.WildcardsWanted) -> None:
        """Look at the wildcards."""
        event.stop()
        guarded(self, self._offer_wildcards(), doing="looking at the wildcards", group="wildcards")

    async def _offer_wildcards(self) -> None:
        names = await self.app.services.prompts.wildcards()
        self.order.query_one(PromptEditor).offer_wildcards(names)

    def action_choose_finetune(self) -> None:
        """Offer the finetunes, from whatever field."""
        self.order.query_one(FinetuneChooser).action_open()

    # Styles

    def action_styles(self) -> None:
        """Offer styles to go round the prompt."""
        guarded(self, self._choose_style(), doing="choosing a style", group="dialog", exclusive=True)

    async def _choose_style(self) -> None:
        form, styles = self.order.form, self.app.services.prompts.styles
        own = await styles.list()
        dialog = ChoiceDialog("Styles", style_choices(form, own), chosen_value(form, own))
        chosen = await ask(self.app, dialog)
        if chosen is None:
            return
        if chosen == SAVE:
            await self._save_style(form, own)
        elif chosen == PUT:
            self.take_prompt(form.text, style="", style_name="")
        elif chosen == DELETE:
            await self._delete_style(own)
        else:
            self._use_style(style_called(chosen, own))

    def _use_style(self, style: Style | None) -> None:
        if style is None:
            self.order.amend(style="", style_name="")
            self._say("The prompt goes without a style.")
        else:
            self.order.amend(style=style.text, style_name=style.name)
            self._say(shorten(f"Style {style.name}: {style.text}", TITLE_CHARACTERS))

    async def _save_style(self, form: GenerateForm, own: Sequence[Style]) -> None:
        text = form.prompt if PLACE in form.prompt else form.style
        if not text:
            self._say(f"Write a prompt with {PLACE} where others are to go, then save it.", "warning")
            return
        taken = frozenset(style.name for style in own)
        name = await ask(
            self.app, NameDialog("style", shorten(text, TITLE_CHARACTERS), taken, limit=NAME_LIMIT)
        )
        if name:
            style = await self.app.services.prompts.styles.save(name, text)
            self._say(f"Saved as the style {style.name}; F9 offers it.", "success")

    async def _delete_style(self, own: Sequence[Style]) -> None:
        dialog = ChoiceDialog("Delete which style?", [own_choice(style) for style in own])
        chosen = await ask(self.app, dialog)
        if chosen:
            name = chosen.removeprefix(OWN)
            await self.app.services.prompts.styles.delete(name)
            self._say(f"The style {name} is deleted.", "success")


def _new_seed() -> int:
    # Not a secret: it is shown and kept, to draw the same again.
    return random.randrange(SEED_LIMIT)  # noqa: S311
