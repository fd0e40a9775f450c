"""How the form is changed: step by step, each on what the one before has made, none of them lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.changes import Change
from fluxtui.controllers.generation.defaults import with_kept
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.screens.generate.base import GeneratePlace
from fluxtui.services.prompts import PromptOrigin


@dataclass(frozen=True)
class Step:
    """A change of the form that is wished.

    Attributes:
        change: makes it of the form as it stands; called again where that has changed meanwhile.
        with_defaults: whether what was kept for the finetune comes with it.
    """

    change: Callable[[GenerateForm], Change]
    with_defaults: bool = False


class FormChanges(GeneratePlace):
    """Shows another form: one worker takes all steps in their order and draws what they come to."""

    _steps: tuple[Step, ...] = ()
    """Wished, and not taken up yet."""
    _is_taking: bool = False

    @property
    def is_changing(self) -> bool:
        """Whether the form is about to be another than the one that is shown."""
        return self._is_taking or bool(self._steps)

    def alter(self, change: Callable[[GenerateForm], Change], *, with_defaults: bool = False) -> None:
        """Change the form soon, after what was wished before."""
        self._steps += (Step(change, with_defaults),)
        guarded(self, self._take_steps(), doing="changing the form", group="form")

    async def _take_steps(self) -> None:
        if self._is_taking:
            # That worker takes them as well.
            return
        self._is_taking = True
        try:
            while self._steps:
                steps, self._steps = self._steps, ()
                await self._take(steps)
        finally:
            # A step that failed takes those with it that were to build on it.
            self._is_taking, self._steps = False, ()

    async def _take(self, steps: tuple[Step, ...]) -> None:
        kept: dict[str, Mapping[str, Any]] = {}
        while True:
            # The last round awaits nothing before the form is there: what is typed in between is in it.
            form, changes, lacking = self._followed(steps, kept)
            if not lacking:
                break
            kept[lacking] = await self.app.services.finetune_defaults.get(lacking)
        for change in changes:
            self._tell_of(change)
        await self._show(form)

    def _followed(
        self, steps: tuple[Step, ...], kept: Mapping[str, Mapping[str, Any]]
    ) -> tuple[GenerateForm, list[Change], str]:
        """Return the form after the steps, the changes, and a finetune whose defaults are to be looked up."""
        form = self.order.form
        changes: list[Change] = []
        for step in steps:
            change = step.change(form)
            finetune = self._stock.finetune_of(change.form)
            if step.with_defaults and finetune is not None and change.form is not form:
                if finetune.ref not in kept:
                    return form, changes, finetune.ref
                change = with_kept(change, kept[finetune.ref], self._stock)
            changes.append(change)
            form = change.form
        return form, changes, ""

    def _tell_of(self, change: Change) -> None:
        """Say what is to be said about a change."""
        if change.is_kept:
            self.app.tell(change.news, severity=change.severity)
        elif change.news:
            self._say(change.news, change.severity)

    async def _show(self, form: GenerateForm) -> None:
        """Show a form in the controls; one without an endpoint begins with a finetune that is ready."""
        if self._stock.offer_of(form) is None:
            form = self._stock.beginning(form)
        offer = self._stock.offer_of(form)
        if offer is None:
            return
        self.keep_replaced(self.order.form.prompt, form.prompt)
        await self.order.show(self._stock.settled(form), offer)
        self._show_state()
        self.keep_draft(self.order.form.draft())

    def take_prompt(self, prompt: str, **changes: Any) -> None:
        """Put a prompt into the form in place of the present one, which is kept as a draft."""
        before = self.order.form.prompt
        self.keep_replaced(before, prompt)
        self.order.prompt.put(prompt)
        self.order.amend(prompt=self.order.prompt.text, **changes)

    def keep_replaced(self, before: str, after: str) -> None:
        """Keep a prompt that another one takes the place of, at the top of the history."""
        if before.strip() and before.strip() != after.strip():
            work = self.app.services.prompts.history.keep(before, PromptOrigin.DRAFT)
            guarded(self, work, doing="keeping the prompt", group="drafts")
