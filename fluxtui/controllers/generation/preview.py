"""What a form would send, prompt by prompt, what that costs in words, and what becomes of its template."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from fluxtui.controllers.generation.batch import batch_estimate, batch_of
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.form_fields import prompt_field
from fluxtui.controllers.generation.prompt_plan import Plan, PromptInputs, new_seed, plan
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.questions import Question
from fluxtui.domain.endpoint import Control, fields_of
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.money import show_credits
from fluxtui.domain.prompts import Templates, is_template
from fluxtui.domain.text import plural
from fluxtui.domain.uses import Offer
from fluxtui.services.prompts import PromptService
from fluxtui.system.dataclass import dataclass

_NEXT = {
    Templates.RANDOM: Templates.ALL,
    Templates.ALL: Templates.OFF,
    Templates.OFF: Templates.RANDOM,
}
_WORDS = {
    Templates.RANDOM: "A template: each picture has a prompt that is drawn.",
    Templates.ALL: "A template: every combination is made.",
    Templates.OFF: "Templates are off: the prompt is sent as it stands.",
}
_PLAIN = "No template: every picture has this prompt."


@dataclass(frozen=True)
class PreviewResult:
    """What would be sent.

    Attributes:
        prompts: of each picture, as it is sent.
        cost: how many and for how much, or why nothing can be sent.
        is_wrong: whether nothing can be sent.
    """

    prompts: tuple[str, ...]
    cost: str
    is_wrong: bool = False


@dataclass(frozen=True)
class Preview:
    """What is to be done with what was shown: the templates and their seed are kept, and perhaps sent."""

    templates: Templates
    prompt_seed: int | None
    send: bool = False


@dataclass(frozen=True)
class PreviewQuestion(Question[Preview]):
    """What is to be done with what a form would send.

    Attributes:
        prompts: works templates out.
        form: what is asked for.
        shown: returns what a form sends where its prompt was worked out as some prompts.
    """

    prompts: PromptService
    form: GenerateForm
    shown: Callable[[GenerateForm, Sequence[str]], PreviewResult]


class PreviewDraft:
    """What is shown of a form before it is sent; what is shown at the end is what may be sent."""

    def __init__(self, question: PreviewQuestion) -> None:
        """Args:
        question: what is asked for, and what tells what would be sent.
        """
        self._prompts = question.prompts
        self._form = question.form
        self._show_for = question.shown
        self._plan: Plan | None = None
        self._shown = PreviewResult((), "", is_wrong=True)

    @property
    def shown(self) -> PreviewResult:
        """What was worked out last."""
        return self._shown

    @property
    def is_template(self) -> bool:
        """Whether there is something to be drawn."""
        return is_template(self._form.text)

    def draw_others(self) -> None:
        """Draw other prompts."""
        self._change(Templates.RANDOM, new_seed())

    def switch(self) -> None:
        """Do something else with templates: draw, make all, send as it stands."""
        self._change(_NEXT[self._form.templates], self._form.prompt_seed)

    def toggle_off(self) -> None:
        """Send the text as it stands, or draw again."""
        is_off = self._form.templates is Templates.OFF
        self._change(Templates.RANDOM if is_off else Templates.OFF, self._form.prompt_seed)

    def _change(self, templates: Templates, seed: int | None) -> None:
        if self.is_template:
            self._form = replace(self._form, templates=templates, prompt_seed=seed)

    async def work_out(self) -> None:
        """Work out what would be sent now."""
        form = self._form
        made = await plan(self._prompts, PromptInputs.by(form))
        shown = self._show_for(form, made.prompts)
        if made.problem:
            shown = PreviewResult((), f"✗ {made.problem}", is_wrong=True)
        self._plan, self._shown = made, shown

    def kind(self) -> str:
        """Return what kind of prompt it is, and what of it is left out or sent although it is like syntax."""
        if self.is_template:
            kind = _WORDS[self._form.templates]
        else:
            kind = "No template." if self._form.setup.is_grid else _PLAIN
        note = self._plan.note() if self._plan is not None else ""
        return f"{kind} {note[:1].upper()}{note[1:]}." if note else kind

    @property
    def can_be_sent(self) -> bool:
        """Whether what is shown is what would be sent, and nothing is wrong with it."""
        is_shown = self._plan is not None and self._plan.asked == PromptInputs.by(self._form)
        return is_shown and not self._shown.is_wrong

    def answer(self, *, send: bool) -> Preview:
        """Return what is to be done with what is shown."""
        return Preview(self._form.templates, self._form.prompt_seed, send)


def preview_of(stock: Stock, offer: Offer, form: GenerateForm, prompts: Sequence[str]) -> PreviewResult:
    """Return what a form sends.

    Args:
        stock: what there is to choose from.
        offer: the form's endpoint.
        form: what is asked for.
        prompts: what its prompt was worked out as, before the trigger word.
    """
    finetune = stock.finetune_of(form)
    sent = tuple(form.prompt_for(offer, finetune, text) for text in prompts)
    try:
        if form.setup.is_on:
            return _of_batch(stock, offer, form, prompts)
        form.pictures()
    except InvalidInput as error:
        return PreviewResult(sent, f"✗ {error.sentence()}", is_wrong=True)
    estimate = form.estimate(offer, stock.price_of(offer))
    price = f" for about {show_credits(estimate.times(len(sent)).credits)}" if estimate is not None else ""
    seeds = _seeds(offer, form, len(sent))
    return PreviewResult(sent, f"{plural(len(sent), 'picture')}{price}.{seeds}")


def _seeds(offer: Offer, form: GenerateForm, count: int) -> str:
    """Return which seeds the pictures have, where one is given and they are several."""
    seed = form.values.get("seed")
    takes = any(item.control is Control.SEED for item in fields_of(offer.endpoint))
    if count < 2 or not takes or not isinstance(seed, int):
        return ""
    return f" Their seeds count up from {seed}; F11 can keep one for all."


def _of_batch(stock: Stock, offer: Offer, form: GenerateForm, prompts: Sequence[str]) -> PreviewResult:
    batch = batch_of(form, stock, offer, prompts if form.is_template else ())
    total = batch_estimate(batch, stock)
    fields = [(item, prompt_field(item.offer.endpoint)) for item in batch.pictures]
    sent = tuple(str(item.values.get(field.name) or "") if field else "" for item, field in fields)
    price = f" for about {show_credits(total.credits)}" if total is not None else ""
    title = f" over {batch.title}" if batch.title else ""
    return PreviewResult(sent, f"{plural(len(sent), 'picture')}{title}{price}.")
