"""Requests that show what an endpoint can send: the least one, and each field at its bounds and choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fluxtui.domain.endpoint import Control, Endpoint, Field, fields_of
from fluxtui.domain.errors import InvalidInput
from fluxtui.system.dataclass import dataclass

PICTURE_URL = "https://pictures.example/one.png"
FINETUNE = "example/finetune"
_TEXT = "a lighthouse at dusk"


@dataclass(frozen=True)
class RequestSample:
    """A valid request, and one beside it that differs from it in `field` alone."""

    request: Endpoint
    beside: Endpoint
    field: Field


def least_request(endpoint: type[Endpoint]) -> Endpoint:
    """Return the request with the fewest values.

    Raises:
        InvalidInput: no such request could be made.
    """
    return endpoint.checked(_least(endpoint))


def samples_of(endpoint: type[Endpoint]) -> Iterator[RequestSample]:
    """Give each field of an endpoint at its bounds, choices and default.

    Values that cannot be together with the fewest others are left out: what cannot be ordered is not sent.

    Raises:
        InvalidInput: no request could be made.
    """
    least = _least(endpoint)
    fields = {field.name: field for field in fields_of(endpoint)}
    for field in fields.values():
        if field.local or field.control is Control.HIDDEN:
            continue
        for value in _values(field):
            sample = _sample(endpoint, {**least, **_needed(field, fields)}, field, value)
            if sample is not None:
                yield sample


def _sample(
    endpoint: type[Endpoint], values: Mapping[str, Any], field: Field, value: Any
) -> RequestSample | None:
    """Return a request with one value more, and with pictures where that needs them; None if it cannot be."""
    pictures = {
        each.name: _values(each)[0]
        for each in fields_of(endpoint)
        if each.control in (Control.PICTURE, Control.PICTURES) and each is not field
    }
    for more in ({}, pictures):
        try:
            beside = endpoint.checked({**values, **more})
            return RequestSample(endpoint.checked({**values, **more, field.name: value}), beside, field)
        except InvalidInput:
            continue
    return None


def _least(endpoint: type[Endpoint]) -> dict[str, Any]:
    """Return the fewest values; of an endpoint that wants one of several, the first that will do."""
    fields = [field for field in fields_of(endpoint) if not field.local]
    needed = {field.name: _values(field)[0] for field in fields_of(endpoint) if field.required}
    optional = [{field.name: value} for field in fields if not field.required for value in _values(field)]
    for more in ({}, *optional):
        try:
            endpoint.checked({**needed, **more})
        except InvalidInput:
            continue
        return {**needed, **more}
    return needed


def _needed(field: Field, fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the value of another field without which this one counts for nothing."""
    name, has_value, wanted = field.needs.partition("=")
    if not name or name not in fields:
        return {}
    return {name: wanted if has_value else _values(fields[name])[0]}


def _values(field: Field) -> tuple[Any, ...]:
    match field.control:
        case Control.CHOICE:
            return field.choices
        case Control.TOGGLE:
            return (True, False)
        case Control.SEED | Control.INTEGER | Control.NUMBER:
            return _numbers(field)
        case Control.PICTURE:
            return (PICTURE_URL,)
        case Control.PICTURES:
            return ([PICTURE_URL], [PICTURE_URL] * (field.max_length or 2))
        case Control.LORA_STACK:
            return tuple(
                [{"finetune": FINETUNE, "weight": weight}] * count
                for weight, count in ((field.minimum, 1), (field.maximum, field.max_length or 2))
            )
        case Control.FINETUNE:
            return (FINETUNE,)
        case _:
            return tuple(text[: field.max_length] for text in (_TEXT, FINETUNE))


def _numbers(field: Field) -> tuple[Any, ...]:
    step = field.multiple_of or field.step or 1
    least = field.minimum if field.minimum is not None else 0
    most = field.maximum if field.maximum is not None else least + step
    found = [least, most] if field.default is None else [field.default, least, most]
    whole = field.control is not Control.NUMBER
    return tuple(dict.fromkeys(int(value) if whole else value for value in found))
