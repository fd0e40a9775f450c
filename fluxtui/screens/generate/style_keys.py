"""What the place does with styles of prompts: choose, keep, delete."""

from __future__ import annotations

from collections.abc import Sequence

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.styles import (
    DELETE,
    OWN,
    PUT,
    SAVE,
    chosen_value,
    own_choice,
    style_called,
    style_choices,
)
from fluxtui.domain.prompts import PLACE
from fluxtui.domain.text import shorten
from fluxtui.screens.generate.changing import FormChanges
from fluxtui.services.presets import NAME_LIMIT
from fluxtui.services.prompts import Style
from fluxtui.widgets.dialogs import ChoiceDialog, NameDialog, ask

TITLE_CHARACTERS = 200


class StyleKeys(FormChanges):
    """Puts styles round the prompt on behalf of the generate place."""

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
