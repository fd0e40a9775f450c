"""What the place does with templates: works them out ahead, shows what will be sent, sends as shown."""

from __future__ import annotations

import asyncio
import random
from abc import abstractmethod
from collections.abc import Sequence
from functools import partial

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.batch_ordering import BatchOrder
from fluxtui.controllers.generation.form import GenerateForm, prompt_field
from fluxtui.controllers.generation.ordering import Order
from fluxtui.controllers.generation.preview import preview_of
from fluxtui.controllers.generation.prompt_plan import SEED_LIMIT, Asked, Plan, plan
from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.domain.jobs import Job
from fluxtui.domain.prompts import Templates, doubt_in
from fluxtui.domain.uses import Offer
from fluxtui.screens.generate.changing import FormChanges
from fluxtui.screens.generate.preview_dialog import PreviewDialog
from fluxtui.services.prompts import PromptOrigin, UsedTemplate
from fluxtui.widgets.dialogs import ConfirmDialog, ask

TYPING_REST = 0.25
"""Seconds for which typing must rest until a template is worked out."""


class PromptPlans(FormChanges):
    """Keeps the prompts of an order, so that what was shown is what is sent."""

    _plan: Plan | None = None
    _meant_so: tuple[str, ...] = ()
    """The last prompt, and what was doubtful in it, of which the user said that it is sent as it stands."""

    @abstractmethod
    def action_submit(self) -> None:
        """Send what is asked for."""

    def follow_prompt(self) -> None:
        """Work out what the form asks for; a template when typing rests."""
        form = self.order.form
        if form.is_template and form.prompt_seed is None:
            self.order.amend(prompt_seed=_new_seed())
            return
        asked = Asked.by(form)
        if self._plan is not None and self._plan.asked == asked:
            self.order.show_plan(self._plan)
        elif asked.takes_work:
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
    ) -> Order | BatchOrder | None:
        """Return an order with a prompt for each picture where the form's prompt is a template.

        What may be JSON with a fault, or a wildcard that is not replaced, is asked about; after a no there is
        no order.

        Raises:
            InvalidInput: with a problem of the prompt, where the template cannot be worked out.
        """
        field = prompt_field(offer.endpoint)
        if field is None:
            return order
        asked = Asked.by(form)
        known = self._plan is not None and self._plan.asked == asked
        made = self._plan if known and self._plan else await plan(self.app.services.prompts, asked)
        if made.problem:
            raise InvalidInput("Nothing was sent.", (Problem(field.name, made.problem, whole=True),))
        if not await self._is_meant_so(form, made):
            return None
        if not form.is_template:
            return order
        if form.setup.is_on or isinstance(order, BatchOrder):
            return BatchOrder.from_form(form, self._stock, offer, made.prompts)
        return order.with_prompts(
            [form.prompt_for(order.offer, order.finetune, text) for text in made.prompts]
        )

    async def _is_meant_so(self, form: GenerateForm, made: Plan) -> bool:
        """Tell whether a prompt may go, after asking once where something in it is doubtful."""
        sentences = _doubts(form, made)
        meant = (form.text, *sentences)
        if not sentences or meant == self._meant_so:
            return True
        dialog = ConfirmDialog("Send it as it stands?", sentences, confirm_label="Send as it stands")
        if not await ask(self.app, dialog):
            return False
        self._meant_so = meant
        return True

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
        await prompts.history.keep(form.prompt, PromptOrigin.TYPED)

    def action_preview(self) -> None:
        """Show what is going to be sent."""
        guarded(self, self._preview(), doing="showing what will be sent", group="dialog", exclusive=True)

    async def _preview(self) -> None:
        form, offer = self.order.form, self._offer
        if offer is None or prompt_field(offer.endpoint) is None:
            self._say("There is no prompt to show.", "warning")
            return
        shown = partial(preview_of, self._stock, offer)
        answer = await ask(self.app, PreviewDialog(self.app.services.prompts, form, shown))
        if answer is None:
            return
        # Other prompts than those that were shown are not sent.
        self.order.amend(templates=answer.templates, prompt_seed=answer.prompt_seed)
        if answer.send:
            self.action_submit()


def _doubts(form: GenerateForm, made: Plan) -> tuple[str, ...]:
    """Return what is doubtful in a prompt and what to do about it, as sentences."""
    doubt = "" if form.templates is Templates.OFF else doubt_in(form.text)
    if doubt:
        return (
            f"The prompt looks like JSON, but {doubt}. It is not taken for a template: every sign is sent.",
            "For a template, begin the braces with a choice that has no colon.",
        )
    if made.doubt is None:
        return ()
    return f"{made.doubt.words()}, but would be sent as it stands.", made.doubt.way_out()


def _new_seed() -> int:
    # Not a secret: it is shown and kept, to draw the same again.
    return random.randrange(SEED_LIMIT)  # noqa: S311
