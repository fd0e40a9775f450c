"""The input for a finetune: one that is known, or the id or address of any other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fluxtui.controllers.questions import late
from fluxtui.domain.endpoint import Field
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Choice
from fluxtui.widgets.parameter_form.controls import Entered, Passed

ANY_FINETUNE = "type to narrow down, or give an id or an address"
"""Invites to name a finetune that is not in the list."""


class FinetuneControl(Chooser):
    """Chooses a finetune by its label; Enter opens the whole list, where any other can be named as well."""

    HELP = (
        "Left and right go through your finetunes, Enter shows them all and takes any other id, or the https "
        "address of a `.safetensors` file, as far as the endpoint takes that."
    )

    SIDE_BY_SIDE = False

    def __init__(self, field: Field, value: Any, finetunes: Sequence[Choice]) -> None:
        super().__init__(
            _with_none(field, finetunes),
            str(value or ""),
            title=field.title,
            none_text="none chosen · Enter opens the list",
            free_text=ANY_FINETUNE,
        )
        self.field = field

    def entered(self) -> Any:
        """Return what names the finetune, None where none is chosen."""
        return self.value or None

    def enter(self, value: Any) -> None:
        """Choose a finetune, known or not."""
        self.value = str(value or "")

    def offer(self, finetunes: Sequence[Choice]) -> None:
        """Offer other finetunes; what is chosen stays chosen."""
        self.choices = _with_none(self.field, finetunes)

    def on_chooser_changed(self, event: Chooser.Changed) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(Entered(self.field.name))

    def on_chooser_passed(self, event: Chooser.Passed) -> None:
        """Go on to the next field."""
        event.stop()
        self.post_message(Passed())


def _with_none(field: Field, finetunes: Sequence[Choice]) -> Sequence[Choice]:
    """Return what can be chosen, none at all among it where the field may stay empty."""
    return finetunes if field.required else late(finetunes).after(Choice("", field.empty or "none"))
