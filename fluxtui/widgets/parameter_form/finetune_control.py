"""The input for a finetune: one that is known, or the id of any other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fluxtui.domain.endpoint import Field
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Choice
from fluxtui.widgets.parameter_form.controls import Entered, Passed


class FinetuneControl(Chooser):
    """Chooses a finetune by its label; Enter opens the whole list, where an id can be typed as well."""

    HELP = "Left and right go through your finetunes, Enter shows them all and takes any other id."

    SIDE_BY_SIDE = False

    def __init__(self, field: Field, value: Any, finetunes: Sequence[tuple[str, str]]) -> None:
        super().__init__(
            finetune_choices(finetunes),
            str(value or ""),
            title=field.title,
            none_text="none chosen · Enter opens the list",
            free_text="type to narrow down, or paste a finetune id",
        )
        self.field = field

    def entered(self) -> Any:
        """Return the id, None where none is chosen."""
        return self.value or None

    def enter(self, value: Any) -> None:
        """Choose an id, known or not."""
        self.value = str(value or "")

    def on_chooser_changed(self, event: Chooser.Changed) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(Entered(self.field.name))

    def on_chooser_passed(self, event: Chooser.Passed) -> None:
        """Go on to the next field."""
        event.stop()
        self.post_message(Passed())


def finetune_choices(finetunes: Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
    """Return choices for pairs of id and label."""
    return tuple(Choice(finetune_id, label or finetune_id, finetune_id) for finetune_id, label in finetunes)
