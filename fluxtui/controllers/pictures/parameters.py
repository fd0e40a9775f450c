"""The parameters of pictures as lines for people, and where they differ. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.domain.text import safe_text
from fluxtui.services.parameter_words import parameters_in_words, plain_name
from fluxtui.system.dataclass import dataclass

VALUE_LIMIT: Final = 4000
"""More characters of a value are not shown."""

_FIRST: Final = ("prompt", "negative_prompt", "seed")
_SHORT_LIMIT: Final = 60


@dataclass(frozen=True)
class ParameterRow:
    """One parameter of several pictures: its name for people, and its value in each, `''` for none."""

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether not all pictures have the same."""
        return len(set(self.values)) > 1


def parameter_rows(items: Sequence[ViewItem]) -> tuple[ParameterRow, ...]:
    """Return a row for everything that was asked for in any of the pictures.

    Prompt, endpoint, finetune and seed come first, the rest in the order of the first picture that has it.
    """
    told = [_told(item) for item in items]
    names = dict.fromkeys(name for values in told for name in values)
    rows = [ParameterRow(name, tuple(values.get(name, "") for values in told)) for name in names]
    return tuple(row for row in rows if any(row.values))


def differing(rows: Sequence[ParameterRow]) -> tuple[ParameterRow, ...]:
    """Return the rows in which the pictures differ."""
    return tuple(row for row in rows if row.differs)


def difference_line(rows: Sequence[ParameterRow], number: int) -> str:
    """Return what sets one of the pictures apart, in a line: `'≠ Seed 7, Steps 28'`.

    Args:
        rows: of all pictures.
        number: the picture's place among them, from 0.
    """
    apart = differing(rows)
    if not apart:
        return "the same parameters"
    told = [f"{row.name} {_short(row.values[number])}" for row in apart if row.values[number]]
    return f"≠ {', '.join(told)}" if told else f"≠ without {', '.join(row.name for row in apart)}"


def fact_rows(item: ViewItem) -> tuple[tuple[str, str], ...]:
    """Return what is known of a picture beside its parameters, as names and values."""
    facts = {**item.facts, "Profile": item.profile, "File": str(item.path)}
    return tuple((safe_text(name), safe_text(value)) for name, value in facts.items() if value)


def _told(item: ViewItem) -> dict[str, str]:
    values = item.parameters
    first = {name: values.get(name) for name in _FIRST}
    named: dict[str, Any] = {
        "Prompt": first["prompt"],
        "Negative prompt": first["negative_prompt"],
        "Endpoint": item.endpoint,
        "Finetune": item.finetune_name or item.finetune,
        "Seed": first["seed"],
    }
    named |= {
        name: value
        for name, value in parameters_in_words(item.endpoint, values, without=_FIRST).items()
        if name not in named or not named[name]
    }
    return {name: value_text(value) for name, value in named.items()}


def value_text(value: Any) -> str:
    """Return a value for people, `''` where there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{plain_name(str(key))} {value_text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(value_text(item) for item in value)
    return safe_text(value, newlines=True, limit=VALUE_LIMIT)


def _short(value: str) -> str:
    return safe_text(value, limit=_SHORT_LIMIT)
