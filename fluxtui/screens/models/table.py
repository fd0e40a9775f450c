"""The table of finetunes, with as many columns as its width takes."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from fluxtui.domain.finetune import Finetune
from fluxtui.screens.models.columns import COLUMNS, fitting, rows_of
from fluxtui.widgets.table import RowTable

NOTHING_YET = (
    "No finetunes yet: F2 trains one, r asks the services for theirs, n adds one by its id, and o takes in a "
    "LoRA file of yours."
)


class ModelTable(RowTable):
    """One row a finetune; what tells least is left out where there is no room."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, empty=NOTHING_YET, id="models")
        self._several = False

    def show(self, finetunes: Sequence[Finetune]) -> None:
        """Show finetunes, and whose they are where they are of several profiles."""
        several = len({finetune.profile for finetune in finetunes}) > 1
        if several != self._several:
            self._several = several
            self._fit(self.size.width)
        self.set_rows(rows_of(finetunes))

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns; the base class then draws them."""
        self._fit(event.size.width)

    def _fit(self, width: int) -> None:
        self.set_columns(fitting(width - 1, several=self._several))
