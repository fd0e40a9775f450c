"""The keys of the generate place for prompts: history, styles, templates, the user's own editor."""

from __future__ import annotations

import asyncio

from textual.binding import Binding, BindingType

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.form import prompt_field, templates_for
from fluxtui.domain.prompts import Templates
from fluxtui.screens.external_editor import edit_text
from fluxtui.screens.generate.choosers import FinetuneChooser
from fluxtui.screens.generate.history_dialog import HistoryDialog
from fluxtui.screens.generate.prompt_editor import PromptArea, PromptEditor
from fluxtui.screens.generate.prompt_plans import PromptPlans
from fluxtui.screens.generate.style_keys import StyleKeys
from fluxtui.services.prompts import PromptOrigin
from fluxtui.widgets.dialogs import ask

PROMPT_BINDINGS: tuple[BindingType, ...] = (
    Binding("ctrl+r", "history", "Prompts used before", id="generate.history", show=False),
    Binding("f8", "draw_seed", "New seed", id="generate.draw_seed", show=False, key_display="F8"),
    Binding("f9", "styles", "Styles of prompts", id="generate.styles", show=False, key_display="F9"),
    Binding("f10", "preview", "Preview", id="generate.preview", key_display="F10"),
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


class PromptKeys(PromptPlans, StyleKeys):
    """Opens what helps to write a prompt."""

    edit_externally = staticmethod(edit_text)
    """Gives the terminal to the user's editor."""

    def action_history(self) -> None:
        """Offer prompts used before."""
        guarded(
            self, self._choose_from_history(), doing="looking for prompts", group="dialog", exclusive=True
        )

    async def _choose_from_history(self) -> None:
        search = self.app.services.prompts.history.search
        chosen = await ask(self.app, HistoryDialog(search))
        if chosen is None:
            return
        # A prompt that was sent has its style in it.
        sent = {"style": "", "style_name": "", "templates": templates_for(chosen.prompt)}
        changes = sent if chosen.origin is PromptOrigin.SENT else {"templates": Templates.RANDOM}
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

    def on_prompt_area_clear_wanted(self, event: PromptArea.ClearWanted) -> None:
        """Clear the prompt, which is kept in the history."""
        event.stop()
        if self.order.form.prompt:
            self.take_prompt("")
            self._say("The prompt is cleared: Ctrl+Z brings it back, Ctrl+R has it.")

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
