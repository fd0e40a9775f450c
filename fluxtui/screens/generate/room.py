"""How prompt and parameters share the rows of the order panel."""

from __future__ import annotations

from fluxtui.screens.generate.prompt_editor import PromptArea
from fluxtui.widgets.parameter_form import ParameterForm

HELP_ROWS = 3
"""Rows below the parameters that are not lent: their help, and the line that more of them fold into."""


def unfold_where_roomy(area: PromptArea, parameters: ParameterForm) -> None:
    """Unfold the advanced parameters where there is room for all, else fold them."""
    rows = parameters.size.height + _rows_lent(area)
    parameters.set_open(len(parameters.fields) + 1 + HELP_ROWS <= rows)


def share_room(area: PromptArea, parameters: ParameterForm) -> None:
    """Let the prompt grow with its text into the rows that the parameters leave free."""
    free = max(parameters.size.height + _rows_lent(area) - parameters.rows_needed - HELP_ROWS, 0)
    own = area.styles.min_height
    if own is not None:
        area.styles.max_height = int(own.value) + free


def _rows_lent(area: PromptArea) -> int:
    """Return how many rows the prompt takes beyond its own."""
    own = area.styles.min_height
    return max(area.size.height - int(own.value if own is not None else 0), 0)
