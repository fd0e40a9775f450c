"""What is told of the parameters of a job or picture: those that counted, by their names of the form."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from fluxtui.domain.endpoint import Control, Endpoint, Field, fields_of
from fluxtui.domain.loras import name_field, spread, stacked, weight_fields
from fluxtui.domain.text import safe_text
from fluxtui.providers.registry import described_endpoint

_NAME_LIMIT = 60


def parameters_in_words(
    endpoint_id: str, values: Mapping[str, Any], *, without: Collection[str] = ()
) -> dict[str, Any]:
    """Return values by their names for people, without those that counted for nothing.

    Choices and switches have the form's words. What no endpoint describes, such as what an old version asked
    for, is told by the name that it has.

    Args:
        endpoint_id: what the values were given to.
        values: of a request, by our names; all of them, since what one counts for hangs on others.
        without: names that are not to be told.
    """
    fields = _fields(described_endpoint(endpoint_id))
    told: dict[str, Any] = {}
    for name, value in effective_values(endpoint_id, values).items():
        if name in without:
            continue
        field = fields.get(name)
        title = field.title if field is not None and field.title not in told else plain_name(name)
        told[title] = _words(field, value) if field is not None else value
    return told


def effective_values(endpoint_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that counted for something, by their own names."""
    endpoint = described_endpoint(endpoint_id)
    fields = _fields(endpoint)
    values = spread(stacked(endpoint, values) if endpoint is not None else values)
    return {
        name: value
        for name, value in values.items()
        if not (value is None or value in ("", [])) and (name not in fields or fields[name].counts_in(values))
    }


def plain_name(name: str) -> str:
    """Return a parameter's name where nothing describes it: `'guidance_scale'` becomes `'Guidance scale'`."""
    words = safe_text(name, limit=_NAME_LIMIT).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _fields(endpoint: type[Endpoint] | None) -> Mapping[str, Field]:
    if endpoint is None:
        return {}
    weights = weight_fields(endpoint)
    names = {
        name_field(place): replace(
            field,
            name=name_field(place),
            title="LoRA" if place == 1 else f"LoRA {place}",
            control=Control.TEXT,
        )
        for place, field in enumerate(weights, start=1)
    }
    return {**names, **{field.name: field for field in (*weights, *fields_of(endpoint))}}


def _words(field: Field, value: Any) -> Any:
    if isinstance(value, bool):
        return "on" if value else "off"
    return field.label_of(value) if field.control is Control.CHOICE and isinstance(value, str) else value
