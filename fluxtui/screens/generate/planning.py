"""What a prompt is going to be sent as: worked out ahead, shown, and sent as shown."""

from __future__ import annotations

from dataclasses import dataclass

from fluxtui.domain.errors import FluxError
from fluxtui.domain.prompts import Templates
from fluxtui.domain.text import plural
from fluxtui.screens.generate.form import GenerateForm
from fluxtui.services.prompts import PromptService

SEED_LIMIT = 2**31
"""Seeds of templates are drawn below this number."""


@dataclass(frozen=True)
class Asked:
    """All that the prompts of an order depend on, before the trigger word."""

    text: str
    is_template: bool
    templates: Templates
    seed: int
    count: int

    @classmethod
    def by(cls, form: GenerateForm) -> Asked:
        """Return what a form asks for; a number of pictures that is none counts as one."""
        count = form.count if isinstance(form.count, int) and form.count > 0 else 1
        # The pictures of a grid differ in what it goes over, not in what is drawn.
        count = 1 if form.setup.is_grid else count
        return cls(form.text.strip(), form.is_template, form.templates, form.prompt_seed or 0, count)


@dataclass(frozen=True)
class Plan:
    """What was worked out; `problem` says why there are no prompts."""

    asked: Asked
    prompts: tuple[str, ...] = ()
    problem: str = ""

    def chip(self) -> str:
        """Return what is to be said of a template, in a few words."""
        if self.problem:
            return f"✗ {self.problem}"
        if self.asked.templates is Templates.ALL:
            return f"template: all, {plural(len(self.prompts), 'picture')}"
        different = len(set(self.prompts))
        return f"template: {plural(different, 'prompt')} drawn"


async def plan(prompts: PromptService, asked: Asked) -> Plan:
    """Work out what is going to be sent."""
    if not asked.is_template:
        return Plan(asked, (asked.text,) * asked.count)
    combine = asked.templates is Templates.ALL
    try:
        made = await prompts.expand(asked.text, asked.count, seed=asked.seed, combine=combine)
    except FluxError as error:
        return Plan(asked, problem=error.sentence())
    if not all(made):
        return Plan(asked, problem="The template makes an empty prompt.")
    return Plan(asked, made)
