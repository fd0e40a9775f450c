"""The prompts of an order: templates worked out ahead, shown, and sent as shown; history and wildcards."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from fluxtui.controllers.background import Begin
from fluxtui.controllers.generation.batch_ordering import BatchOrder
from fluxtui.controllers.generation.editor import FormEditor
from fluxtui.controllers.generation.form import GenerateForm, templates_for
from fluxtui.controllers.generation.form_fields import prompt_field
from fluxtui.controllers.generation.news import News
from fluxtui.controllers.generation.ordering import GenerationOrder
from fluxtui.controllers.generation.preview import PreviewQuestion, preview_of
from fluxtui.controllers.generation.prompt_plan import Plan, PromptInputs, new_seed, plan
from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Confirmation, Question
from fluxtui.controllers.signal import Listener
from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.domain.jobs import Job
from fluxtui.domain.prompts import Templates, doubt_in
from fluxtui.domain.uses import Offer
from fluxtui.services.prompts import PastPrompt, PromptOrigin, UsedTemplate
from fluxtui.system.dataclass import dataclass

TYPING_REST = 0.25
"""Seconds for which typing must rest until a template is worked out."""


@dataclass(frozen=True)
class HistoryQuestion(Question[PastPrompt]):
    """Which prompt is to be used again; `search` returns those in which some words stand."""

    search: Callable[[str], Awaitable[tuple[PastPrompt, ...]]]


class PromptPlanner:
    """Keeps the prompts of an order, so that what was shown is what is sent."""

    def __init__(self, host: Host, editor: FormEditor, news: News, begin: Begin, changed: Listener) -> None:
        """Args:
        host: has the templates, and is asked.
        editor: holds the form.
        news: where it is said what came of a command.
        begin: begins work in the background.
        changed: called when a template is worked out.
        """
        self._host = host
        self._editor = editor
        self._news = news
        self._begin = begin
        self._changed = changed
        self._plan: Plan | None = None
        self._soon: PromptInputs | None = None
        """What is worked out once typing rests."""
        self._meant_so: tuple[str, ...] = ()
        """The last prompt that the user said is sent as it stands, and what was doubtful in it."""

    @property
    def plan(self) -> Plan | None:
        """What the form's prompts are, None while they are worked out."""
        plan = self._plan
        return plan if plan is not None and plan.asked == PromptInputs.by(self._editor.form) else None

    @property
    def prompts(self) -> tuple[str, ...]:
        """What the form's template was worked out as, as far as it is; nothing where there is no template."""
        plan = self.plan
        return plan.prompts if plan is not None and self._editor.form.is_template else ()

    def follow(self) -> None:
        """Work out what the form asks for; a template when typing rests."""
        form = self._editor.form
        if form.is_template and form.prompt_seed is None:
            self._editor.amend(prompt_seed=new_seed())
            return
        asked = PromptInputs.by(form)
        if asked == self._soon or (self._plan is not None and self._plan.asked == asked):
            return
        if asked.takes_work:
            self._soon = asked
            work = self._work_out(asked)
            self._begin(work, doing="working the prompt out", group="plan", exclusive=True)
        else:
            self._soon = None
            self._plan = Plan(asked, (asked.text,) * asked.count)

    async def _work_out(self, asked: PromptInputs) -> None:
        try:
            await asyncio.sleep(TYPING_REST)
            made = await plan(self._host.services.prompts, asked)
        finally:
            if self._soon == asked:
                self._soon = None
        if PromptInputs.by(self._editor.form) == asked:
            self._plan = made
            self._changed()

    async def with_prompts(
        self, order: GenerationOrder | BatchOrder, form: GenerateForm, offer: Offer
    ) -> GenerationOrder | BatchOrder | None:
        """Return an order with a prompt for each picture where the form's prompt is a template.

        What may be JSON with a fault, or a wildcard that is not replaced, is asked about; after a no there is
        no order.

        Raises:
            InvalidInput: with a problem of the prompt, where the template cannot be worked out.
        """
        field = prompt_field(offer.endpoint)
        if field is None:
            return order
        made = await self._plan_of(form)
        if made.problem:
            raise InvalidInput("Nothing was sent.", (Problem(field.name, made.problem, whole=True),))
        if not await self._is_meant_so(form, made):
            return None
        if not form.is_template:
            return order
        if form.setup.is_on or isinstance(order, BatchOrder):
            return BatchOrder.from_form(form, self._editor.stock, offer, made.prompts)
        return order.with_prompts(
            [form.prompt_for(order.offer, order.finetune, text) for text in made.prompts]
        )

    async def _plan_of(self, form: GenerateForm) -> Plan:
        """Return the plan that was shown for a form, else work it out."""
        asked, known = PromptInputs.by(form), self._plan
        if known is not None and known.asked == asked:
            return known
        return await plan(self._host.services.prompts, asked)

    async def _is_meant_so(self, form: GenerateForm, made: Plan) -> bool:
        """Tell whether a prompt may go, after asking once where something in it is doubtful."""
        sentences = _doubts(form, made)
        meant = (form.text, *sentences)
        if not sentences or meant == self._meant_so:
            return True
        question = Confirmation("Send it as it stands?", sentences, confirm_label="Send as it stands")
        if not await self._host.ask(question):
            return False
        self._meant_so = meant
        return True

    def note_sent(self, jobs: Sequence[Job], form: GenerateForm) -> None:
        """Keep what was typed where no picture will have it, and let the next order draw other prompts."""
        if not form.is_template and not form.style:
            return
        work = self._keep_typed(jobs[0].batch, form)
        self._begin(work, doing="keeping the template", group="template")
        drawn = form.is_template and form.templates is Templates.RANDOM
        if drawn and self._editor.form.prompt_seed == form.prompt_seed:
            self._editor.amend(prompt_seed=new_seed())

    async def _keep_typed(self, batch: str | None, form: GenerateForm) -> None:
        prompts = self._host.services.prompts
        if batch and form.is_template:
            used = UsedTemplate(template=form.text, seed=form.prompt_seed or 0, templates=form.templates)
            await prompts.note_template(batch, used)
        await prompts.history.keep(form.prompt, PromptOrigin.TYPED)

    async def preview(self) -> bool:
        """Show what is going to be sent, and return whether the user wants it sent so."""
        form, offer = self._editor.form, self._editor.offer
        if offer is None or prompt_field(offer.endpoint) is None:
            self._news.say("There is no prompt to show.", "warning")
            return False
        shown = partial(preview_of, self._editor.stock, offer)
        answer = await self._host.ask(PreviewQuestion(self._host.services.prompts, form, shown))
        if answer is None:
            return False
        # Other prompts than those that were shown are not sent.
        self._editor.amend(templates=answer.templates, prompt_seed=answer.prompt_seed)
        return answer.send

    async def choose_from_history(self) -> None:
        """Offer prompts used before."""
        chosen = await self._host.ask(HistoryQuestion(self._host.services.prompts.history.search))
        if chosen is None:
            return
        # A prompt that was sent has its style in it.
        sent = {"style": "", "style_name": "", "templates": templates_for(chosen.prompt)}
        changes = sent if chosen.origin is PromptOrigin.SENT else {"templates": Templates.RANDOM}
        self._editor.take_prompt(chosen.prompt, **changes)
        self._news.say("Ctrl+Z brings the prompt of before back; it is in the history too.")

    def clear(self) -> None:
        """Clear the prompt, which is kept in the history."""
        if self._editor.form.prompt:
            self._editor.take_prompt("")
            self._news.say("The prompt is cleared: Ctrl+Z brings it back, Ctrl+R has it.")

    async def wildcards(self) -> tuple[str, ...]:
        """Return the names of the wildcards that there are."""
        return tuple(await self._host.services.prompts.wildcards())


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
