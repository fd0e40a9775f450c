"""Writes the fields of a model down as the `openapi_schema` of its version."""

from __future__ import annotations

from typing import Any

from fluxtui.simulator.core.fields import Field

_PICTURES = {
    "type": "array",
    "items": {"type": "string", "format": "uri"},
    "title": "Output",
}
_PICTURE = {"type": "string", "format": "uri", "title": "Output"}
_WEIGHTS = {
    "type": "object",
    "title": "TrainingOutput",
    "required": ["weights"],
    "properties": {"weights": {"type": "string", "format": "uri", "title": "Weights"}},
}


def picture_schema(fields: tuple[Field, ...], *, single: bool = False) -> dict[str, Any]:
    """Return the schema of a model that makes pictures from `fields`, or a `single` one."""
    output = _PICTURE if single else _PICTURES
    return _document({"Input": _object("Input", fields), "Output": output, **_choices(fields)})


def trainer_schema(fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return the schema of a model that is trained with `fields`."""
    schemas = {"TrainingInput": _object("TrainingInput", fields), "TrainingOutput": _WEIGHTS}
    return _document({**schemas, "Input": _object("Input", ()), "Output": _PICTURES, **_choices(fields)})


def _document(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": "0.1.0"},
        "paths": {},
        "components": {"schemas": schemas},
    }


def _object(title: str, fields: tuple[Field, ...]) -> dict[str, Any]:
    described = {field.name: _property(field, order) for order, field in enumerate(fields)}
    document = {"type": "object", "title": title, "properties": described}
    required = [field.name for field in fields if field.required]
    return {**document, "required": required} if required else document


def _property(field: Field, order: int) -> dict[str, Any]:
    document: dict[str, Any] = {"x-order": order}
    if field.choices:
        document["allOf"] = [{"$ref": f"#/components/schemas/{field.name}"}]
    else:
        document |= {"type": _type(field), "title": _title(field)}
    if field.kind in ("image", "archive"):
        document["format"] = "uri"
    if field.kind == "images":
        # How many are taken is said in the description alone (model pages, read 2026-12).
        return document | {"items": {"type": "string", "format": "uri"}, "default": field.default}
    limits = {"default": field.default, "minimum": field.minimum, "maximum": field.maximum}
    return document | {name: value for name, value in limits.items() if value is not None}


def _choices(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {
        field.name: {"type": "string", "title": field.name, "enum": list(field.choices)}
        for field in fields
        if field.choices
    }


def _type(field: Field) -> str:
    return {"image": "string", "archive": "string", "images": "array"}.get(field.kind, field.kind)


def _title(field: Field) -> str:
    return field.name.replace("_", " ").title()
