"""The fields of the generate form, and which values can stand in them. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fluxtui.controllers.generation.matching import find_finetune, finetune_fields, goes_with
from fluxtui.domain.axis_values import MOST_PICTURES
from fluxtui.domain.endpoint import Control, Field, GenerationEndpoint, fields_of
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.picture_fields import form_fields
from fluxtui.domain.uses import Offer

COUNT = Field(
    name="count",
    title="Pictures",
    help="How many pictures to make of this, each with a seed of its own.",
    control=Control.INTEGER,
    required=True,
    nullable=False,
    default=1,
    minimum=1,
    maximum=MOST_PICTURES,
    step=1,
)
"""The number of pictures, described like a parameter; it is no part of a request."""


def parameters_of(endpoint: type[GenerationEndpoint]) -> tuple[Field, ...]:
    """Return the fields that the parameter form shows, under its names: all but prompt and finetune."""
    own = {item.name for item in (prompt_field(endpoint), finetune_field(endpoint)) if item is not None}
    return tuple(item for item in form_fields(endpoint).fields if item.name not in own)


def prompt_field(endpoint: type[GenerationEndpoint]) -> Field | None:
    """Return the field of the prompt, or None where there is none."""
    return next((item for item in fields_of(endpoint) if item.control is Control.PROMPT), None)


def finetune_field(endpoint: type[GenerationEndpoint]) -> Field | None:
    """Return the field of the finetune, the first of several, or None where it takes none."""
    return next(iter(finetune_fields(endpoint)), None)


def stands(item: Field, value: Any, offer: Offer, finetunes: Sequence[Finetune]) -> bool:
    """Tell whether a value that was entered for another endpoint can stand in this field."""
    if item.control is not Control.FINETUNE:
        return fits(item, value)
    named = str(value or "")
    return bool(named) and goes_with(offer, named, find_finetune(finetunes, offer.profile, named))


def fits(item: Field, value: Any) -> bool:
    """Tell whether a value that was entered for another endpoint can stand in this field."""
    if value is None or item.control is Control.LORA_STACK:
        return False
    if item.choices:
        return value in item.choices
    if item.control is Control.TOGGLE:
        return isinstance(value, bool)
    if item.minimum is not None or item.maximum is not None:
        return _is_between(value, item.minimum, item.maximum, item.multiple_of)
    return True


def _is_between(value: Any, least: float | None, most: float | None, multiple_of: float | None) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if (least is not None and value < least) or (most is not None and value > most):
        return False
    return multiple_of is None or value % multiple_of == 0


def is_untouched(values: Mapping[str, Any], field: Field) -> bool:
    """Tell whether a field is empty or has its default."""
    return values.get(field.name) in (None, "", field.default)


def stand_in(item: Field) -> object:
    """Return a valid value that says nothing, so that a price can be reckoned without it."""
    if item.choices:
        return item.choices[0]
    if item.control in {Control.INTEGER, Control.NUMBER, Control.SEED}:
        return item.minimum if item.minimum is not None else 1
    return ["-"] if item.control is Control.PICTURES else "-"
