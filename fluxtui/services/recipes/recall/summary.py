"""What is recalled, as names and values for people. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fluxtui.domain.text import safe_text
from fluxtui.services.parameter_words import effective_values, parameters_in_words
from fluxtui.services.recipes.recall.recalled import Recalled

_FIRST = ("prompt", "negative_prompt", "seed", "steps", "guidance", "width", "height")
_ELSEWHERE = frozenset({"finetune_id"})


def rows(recalled: Recalled) -> Iterator[tuple[str, str]]:
    """Yield everything that is understood, the prompt first; every text is harmless."""
    values = recalled.values
    for name in _FIRST[:2]:
        if values.get(name):
            yield _title(name), _shown(values[name])
    if recalled.endpoint:
        yield "Endpoint", " at ".join(part for part in (recalled.endpoint, recalled.provider) if part)
    if recalled.finetune_name or recalled.finetune_id:
        yield "Finetune", recalled.finetune_name or recalled.finetune_id or ""
    used = effective_values(recalled.endpoint, values)
    for name in _FIRST[2:]:
        if name in used:
            yield _title(name), _shown(used[name])
    told = parameters_in_words(recalled.endpoint, values, without={*_FIRST, *_ELSEWHERE})
    for title, value in told.items():
        yield title, _shown(value)


def _title(name: str) -> str:
    words = safe_text(name, limit=40).replace("_", " ")
    return words[:1].upper() + words[1:]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else safe_text(value, newlines=True, limit=4000)
