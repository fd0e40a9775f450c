"""What people type and what it means: text to value and back, and a number's next step. Pure functions."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from fluxtui.domain.endpoint import Control, Field, number_text
from fluxtui.domain.text import shorten

WHOLE_NUMBER_KEYS = r"[-+]?[0-9]*"
NUMBER_KEYS = r"[-+]?[0-9]*[.,]?[0-9]*([eE][-+]?[0-9]*)?"


def parsed(field: Field, text: str) -> Any:
    """Return the value that `text` means: a number, a string, or None where it is empty.

    Text that is no number is returned as it stands, so that the endpoint's own check can name the fault.
    """
    stripped = text.strip()
    if not stripped:
        return None
    if field.control in (Control.INTEGER, Control.SEED):
        return _number(stripped, int)
    if field.control is Control.NUMBER:
        return _number(stripped.replace(",", "."), float)
    return text


def _number(text: str, kind: type[int] | type[float]) -> int | float | str:
    try:
        number = kind(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def input_text(value: Any) -> str:
    """Return the text that stands for a value in a one-line input."""
    if value is None:
        return ""
    if isinstance(value, float):
        short = number_text(value)
        return short if float(short) == value else repr(value)
    return str(value)


def stepped(field: Field, value: Any, steps: int) -> int | float:
    """Return the number that lies `steps` steps from `value`, on the field's grid and within its range.

    An empty or unreadable value counts as the default, or as the least number allowed.
    """
    start = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if start is None:
        start = field.default if field.default is not None else field.minimum or 0
        steps -= (steps > 0) - (steps < 0)
    step = step_of(field)
    moved = Decimal(repr(start)) + step * steps
    if field.multiple_of is not None:
        grid = Decimal(repr(field.multiple_of))
        moved = (moved / grid).to_integral_value() * grid
    if field.minimum is not None:
        moved = max(moved, Decimal(repr(field.minimum)))
    if field.maximum is not None:
        moved = min(moved, Decimal(repr(field.maximum)))
    return float(moved) if field.control is Control.NUMBER else int(moved)


def step_of(field: Field) -> Decimal:
    """Return by how much one key press changes the number."""
    if field.step is not None:
        return Decimal(repr(field.step))
    if field.multiple_of is not None:
        return Decimal(repr(field.multiple_of))
    if field.control is not Control.NUMBER:
        return Decimal(1)
    if field.minimum is not None and field.maximum is not None and field.maximum > field.minimum:
        return Decimal(10) ** math.floor(math.log10((field.maximum - field.minimum) / 10))
    return Decimal("0.1")


def short_range(field: Field) -> str:
    """Return the allowed values in as few characters as can be: `'256–1440 px, by 32'`."""
    if field.control is Control.SEED:
        return "r draws one"
    least = None if field.minimum is None else number_text(field.minimum)
    most = None if field.maximum is None else number_text(field.maximum)
    if least is not None and most is not None and len(least) + len(most) <= 12:
        text = f"{least}–{most}"
    elif least is not None and most is None:
        text = f"from {least}"
    elif least is None and most is not None:
        text = f"up to {most}"
    else:
        text = ""
    text = f"{text} {field.unit}".strip() if field.unit else text
    return f"{text}, by {number_text(field.multiple_of)}" if text and field.multiple_of is not None else text


def empty_text(field: Field) -> str:
    """Return what stands in an empty field: what leaving it empty means."""
    if field.empty:
        return field.empty
    if field.required:
        return "needed"
    if field.control is Control.SEED:
        return "random"
    return "" if field.default in (None, "") else input_text(field.default)


def help_text(field: Field, *, with_default: bool = True) -> str:
    """Return one line about a field: what it does, what it may be, what it is by default where asked."""
    parts = [field.help.strip()]
    allowed = field.range_text()
    if allowed:
        parts.append(allowed[0].upper() + allowed[1:] + ".")
    if not with_default:
        return " ".join(part for part in parts if part)
    if isinstance(field.default, bool):
        parts.append(f"Default {'on' if field.default else 'off'}.")
    elif field.default is not None and field.default != "":
        words = field.label_of(field.default) if field.choices else input_text(field.default)
        parts.append(f"Default {shorten(words, 30)}.")
    elif field.empty:
        parts.append(f"Empty means {field.empty}.")
    return " ".join(part for part in parts if part)
