"""What a prompt is going to be sent as: worked out ahead, shown, and sent as shown."""

from __future__ import annotations

import random

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.domain.errors import FluxError
from fluxtui.domain.prompts import COMMENT, Templates, doubt_in, is_template, may_mean_wildcards, standing_in
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.prompts import PromptService, WildcardDoubt
from fluxtui.system.dataclass import dataclass

WAY_OUT = "F10, o sends it as it stands."
_PART_CELLS = 20

SEED_LIMIT = 2**31
"""Seeds of templates are drawn below this number."""


@dataclass(frozen=True)
class PromptInputs:
    """All that the prompts of an order depend on, before the trigger word."""

    text: str
    is_template: bool
    templates: Templates
    seed: int
    count: int

    @property
    def takes_work(self) -> bool:
        """Whether the wildcards are needed to tell what is sent."""
        return self.is_template or (self.templates is not Templates.OFF and may_mean_wildcards(self.text))

    @classmethod
    def by(cls, form: GenerateForm) -> PromptInputs:
        """Return what a form asks for; a number of pictures that is none counts as one."""
        count = form.pictures() if form.has_count else 1
        # The pictures of a grid differ in what it goes over, not in what is drawn.
        count = 1 if form.setup.is_grid else count
        return cls(form.text.strip(), form.is_template, form.templates, form.prompt_seed or 0, count)


@dataclass(frozen=True)
class Plan:
    """What was worked out; `problem` says why there are no prompts, `doubt` what is asked before."""

    asked: PromptInputs
    prompts: tuple[str, ...] = ()
    problem: str = ""
    doubt: WildcardDoubt | None = None

    def chip(self) -> str:
        """Return what is to be said of a template, or of what looks like one, in a few words."""
        if self.problem:
            return f"✗ {self.problem}"
        asked = self.asked
        if asked.is_template:
            return " · ".join(part for part in (self._kind(), self.note()) if part)
        if asked.templates is Templates.OFF and is_template(asked.text):
            return "template: off, sent as it stands"
        if doubt_in(asked.text):
            return "JSON with a fault: asked before it is sent"
        return self.note()

    def note(self) -> str:
        """Return what of the text is left out, or is sent although it looks like syntax; or `''`."""
        left_out = self._left_out() if self.asked.is_template else ""
        standing = f"{self.doubt.words()}: asked before it is sent" if self.doubt else self._standing()
        return " · ".join(part for part in (left_out, standing) if part)

    def _kind(self) -> str:
        if self.asked.templates is Templates.ALL:
            return f"template: all, {plural(len(self.prompts), 'picture')}"
        return f"template: {plural(len(set(self.prompts)), 'prompt')} drawn"

    def _left_out(self) -> str:
        comments = len(COMMENT.findall(self.asked.text))
        return f"{plural(comments, 'comment')} left out" if comments else ""

    def _standing(self) -> str:
        """Return what is sent literally although it looks like a part of a template."""
        found = next((part for prompt in self.prompts if (part := standing_in(prompt))), "")
        return f"{safe_text(found, limit=_PART_CELLS)} is sent as it stands" if found else ""


def new_seed() -> int:
    """Return a seed by which a template is drawn anew."""
    # Not a secret: it is shown and kept, to draw the same again.
    return random.randrange(SEED_LIMIT)  # noqa: S311


async def plan(prompts: PromptService, asked: PromptInputs) -> Plan:
    """Work out what is going to be sent."""
    if not asked.is_template:
        literal = (asked.text,) * asked.count
        is_asked = asked.takes_work and not doubt_in(asked.text)
        return Plan(asked, literal, doubt=await prompts.doubt_about(asked.text, ()) if is_asked else None)
    combine = asked.templates is Templates.ALL
    try:
        made = await prompts.expand(asked.text, asked.count, seed=asked.seed, combine=combine)
    except FluxError as error:
        told = (error.message, WAY_OUT, error.next_step)
        return Plan(asked, problem=" ".join(part for part in told if part))
    if not all(made):
        return Plan(asked, problem="The template makes an empty prompt.")
    return Plan(asked, made, doubt=await prompts.doubt_about(asked.text, made))
