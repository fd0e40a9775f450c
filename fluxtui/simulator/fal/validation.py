"""Checks the input of a job and words what is wrong as fal's models do.

A field that an endpoint does not know is ignored: no source says whether fal refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fluxtui.simulator.core.field_checks import problems_of
from fluxtui.simulator.core.fields import Field
from fluxtui.simulator.fal.endpoints import Generator, Trainer
from fluxtui.simulator.fal.errors import in_model_words, problem
from fluxtui.simulator.fal.sizes import DEFAULT_SIDE, NAMED_SIZES

HIGHEST_SCALE = 4

Problem = dict[str, Any]


def problems_in(endpoint: Trainer | Generator, body: dict[str, Any]) -> list[Problem]:
    """Return everything that is wrong with the input of a job."""
    return [found for field in endpoint.fields for found in _of_field(field, body)]


def filled(endpoint: Trainer | Generator, body: dict[str, Any]) -> dict[str, Any]:
    """Return the input with every default filled in, without what the endpoint does not know."""
    return {field.name: body.get(field.name, field.default) for field in endpoint.fields}


def _of_field(field: Field, body: dict[str, Any]) -> Iterator[Problem]:
    value = body.get(field.name)
    for found in problems_of(field, body):
        yield in_model_words(found, body if found["type"] == "missing" else value)
    if field.name not in body or (value is None and field.nullable):
        return
    match field.kind:
        case "address":
            if not isinstance(value, str):
                yield problem("string_type", "Input should be a valid string", field.name, given=value)
        case "size":
            yield from _of_size(field, value)
        case "loras":
            yield from _of_loras(field, value)


def _of_size(field: Field, value: Any) -> Iterator[Problem]:
    if isinstance(value, str):
        if value not in NAMED_SIZES:
            expected = " or ".join(f"'{name}'" for name in NAMED_SIZES)
            message = f"Input should be {expected}"
            yield problem("enum", message, field.name, given=value, expected=expected)
        return
    if not isinstance(value, dict):
        message = "Input should be a valid dictionary or object to extract fields from"
        yield problem("model_attributes_type", message, field.name, given=value)
        return
    for side in ("width", "height"):
        length = value.get(side, DEFAULT_SIDE)
        part = Field(side, "integer", minimum=field.minimum, maximum=field.maximum)
        for found in problems_of(part, {side: length}):
            yield in_model_words(found, length) | {"loc": ["body", field.name, side]}


def _of_loras(field: Field, value: Any) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield problem("list_type", "Input should be a valid list", field.name, given=value)
        return
    if field.maximum is not None and len(value) > field.maximum:
        limit = int(field.maximum)
        message = f"List should have at most {limit} items after validation, not {len(value)}"
        yield problem("too_long", message, field.name, given=value, max_length=limit)
    for position, item in enumerate(value):
        yield from _of_lora(field.name, position, item)


def _of_lora(name: str, position: int, item: Any) -> Iterator[Problem]:
    if not isinstance(item, dict):
        message = "Input should be a valid dictionary or object to extract fields from"
        yield problem("model_attributes_type", message, name, position, given=item)
        return
    path = Field("path", "string", required=True)
    scale = Field("scale", "number", 1, minimum=0, maximum=HIGHEST_SCALE)
    for part in (path, scale):
        for found in problems_of(part, item):
            given = item if found["type"] == "missing" else item.get(part.name)
            yield in_model_words(found, given) | {"loc": ["body", name, position, part.name]}
