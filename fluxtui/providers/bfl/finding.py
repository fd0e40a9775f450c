"""Whether a finetune at BFL may be the one that a training made whose answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from fluxtui.domain.finetune import Finetune
from fluxtui.providers.base import Candidate, Sought

_COMPARED = (
    "trigger_word",
    "mode",
    "finetune_type",
    "lora_rank",
    "iterations",
    "learning_rate",
    "priority",
    "captioning",
)
_CLOCKS_DIFFER = timedelta(minutes=10)


def candidate_of(finetune: Finetune) -> Candidate:
    """Return a finetune as something that a training may have made."""
    return Candidate(finetune.id, finetune.created_at, partial(_may_be, finetune))


def _may_be(finetune: Finetune, sought: Sought) -> bool:
    """Tell whether name and parameters agree as far as the service tells them, and the time as well."""
    if finetune.name != sought.name:
        return False
    sent = sought.submitted_at
    if finetune.created_at and sent and finetune.created_at < sent - _CLOCKS_DIFFER:
        return False
    asked: Mapping[str, Any] = sought.request.given()
    return all(_agrees(getattr(finetune, name), asked.get(name)) for name in _COMPARED)


def _agrees(told: Any, asked: Any) -> bool:
    """Tell whether two values can be the same; one that is not known agrees with any."""
    if told is None or asked is None:
        return True
    if isinstance(told, float) or isinstance(asked, float):
        return abs(float(told) - float(asked)) <= 1e-9
    return bool(told == asked)
