"""Values that go well together for a purpose; made of an endpoint's own description, so always in range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from fluxtui.domain.advice import Purpose
from fluxtui.domain.endpoint import TrainingEndpoint
from fluxtui.domain.errors import InvalidInput
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Preset:
    """Values for a purpose; those that are not named stay as they are."""

    purpose: Purpose
    values: Mapping[str, Any] = field(default_factory=dict)


def presets_of(endpoint: type[TrainingEndpoint], pictures: int) -> tuple[Preset, ...]:
    """Return the presets that make sense with a trainer.

    Args:
        endpoint: the trainer.
        pictures: how many there are, 0 where that is not known.
    """
    rule = endpoint.steps_rule
    presets = []
    for purpose in Purpose:
        own = endpoint.purposes.get(purpose)
        if rule is None or (own is None and purpose is not Purpose.TRIAL):
            continue
        steps = rule.trial if purpose is Purpose.TRIAL else rule.suggested(pictures)
        presets.append(Preset(purpose, valid_values(endpoint, {**(own or {}), endpoint.steps_field: steps})))
    return tuple(presets)


def valid_values(endpoint: type[TrainingEndpoint], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of some values that the endpoint knows and takes, each as it was given."""
    known = {
        name: value
        for name, value in values.items()
        if name in endpoint.model_fields and isinstance(value, str | int | float | bool)
    }
    try:
        endpoint.checked(known)
    except InvalidInput as error:
        wrong = {problem.field for problem in error.problems}
        return {name: value for name, value in known.items() if name not in wrong}
    return known
