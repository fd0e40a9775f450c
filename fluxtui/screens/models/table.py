"""The table of finetunes, with as many columns as its width takes."""

from __future__ import annotations

from textual import events

from fluxtui.screens.models.columns import COLUMNS, fitting
from fluxtui.widgets.table import RowTable

NOTHING_YET = "No finetunes yet: F2 trains one, r asks the service, n adds one by its id."


class ModelTable(RowTable):
    """One row a finetune; what tells least is left out where there is no room."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, empty=NOTHING_YET, id="models")

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns; the base class then draws them."""
        self.set_columns(fitting(event.size.width - 1))
