"""Where a number lies between its limits, drawn in a few cells."""

from __future__ import annotations

from typing import Any

from textual.content import Content

from fluxtui.domain.endpoint import Control, Field
from fluxtui.widgets.parameter_form import entries

MOST_CELLS, LEAST_CELLS = 12, 5


def has_gauge(field: Field) -> bool:
    """Tell whether a field is a number between two limits, such as a strength."""
    return field.control is Control.NUMBER and field.minimum is not None and field.maximum is not None


def gauge(field: Field, value: Any, cells: int) -> Content:
    """Return the line for a value in some cells, with the limits where there is room for them."""
    limits = entries.short_range(field)
    room = cells - len(limits) - 1
    length = min(room if room >= LEAST_CELLS else cells, MOST_CELLS)
    if length < LEAST_CELLS:
        return Content("")
    words = f" {limits}" if room >= LEAST_CELLS else ""
    line = ["─"] * length
    shown = value if value is not None else field.default
    if (usual := _place(field, field.default, length)) is not None:
        line[usual] = "┼"
    if (place := _place(field, shown, length)) is not None:
        line[:place] = ["━"] * place
        line[place] = "●"
    return Content("".join(line) + words)


def _place(field: Field, value: Any, length: int) -> int | None:
    least, most = field.minimum, field.maximum
    if least is None or most is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    share = (value - least) / (most - least)
    return round(min(max(share, 0.0), 1.0) * (length - 1))
