"""Writes fields down as the services publish them: as schemas of an OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxtui.simulator.core.fields import Field

_TYPES = {"image": "string", "archive": "string", "address": "string", "images": "array", "loras": "array"}


def document(title: str, paths: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return an OpenAPI document; `paths` has the schema of the body that each takes by POST."""
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "0.0.1"},
        "paths": {path: {"post": _operation(f"Body{number}")} for number, path in enumerate(paths)},
        "components": {
            "schemas": {f"Body{number}": dict(schema) for number, schema in enumerate(paths.values())}
        },
    }


def _operation(name: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {"requestBody": {"required": True, "content": content}}


def schema_of(fields: tuple[Field, ...], *, closed: bool = False) -> dict[str, Any]:
    """Return the schema of a body; a `closed` one refuses what it does not know."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {field.name: property_of(field) for field in fields},
        "required": [field.name for field in fields if field.required],
    }
    return schema | {"additionalProperties": False} if closed else schema


def property_of(field: Field) -> dict[str, Any]:
    """Return the schema of one parameter."""
    found = {"type": _TYPES.get(field.kind, field.kind), **_limits(field)}
    if field.choices:
        whole = field.kind == "integer"
        found["enum"] = [int(choice) if whole else choice for choice in field.choices]
    if field.nullable:
        found = {"anyOf": [found, {"type": "null"}]}
    return found if field.default is None else {**found, "default": field.default}


def _limits(field: Field) -> dict[str, Any]:
    """Return the bounds by the names that those of a number, a text and a list have."""
    low, high = {
        "integer": ("minimum", "maximum"),
        "number": ("minimum", "maximum"),
        "images": ("minItems", "maxItems"),
        "loras": ("minItems", "maxItems"),
    }.get(field.kind, ("minLength", "maxLength"))
    limits = {low: field.minimum, high: field.maximum, "multipleOf": field.multiple, "pattern": field.pattern}
    return {name: value for name, value in limits.items() if value is not None}
