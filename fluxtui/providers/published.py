"""What the services themselves publish of their endpoints: names, types, ranges and defaults of every field.

The files in `schemas/` are JSON Schemas, reduced to what can be compared, each with its source and date. A
service's own OpenAPI document, asked today, is reduced to the same form.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import read_ordinary

Schema = Mapping[str, Any]
EXAMPLE_ADDRESS = "https://files.example/one"
"""Stands in the body of an order where the address of an upload would."""
TODAY = "today"
"""When something was read that the service was asked for just now."""

_KEPT = frozenset(
    {
        "type",
        "enum",
        "const",
        "required",
        "additionalProperties",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "default",
    }
)
_DEEPEST = 12
_MOST_PARTS = 20_000
_LONGEST_NAME = 100
_MOST_FIELDS = 500
"""Of one object; the largest body in `schemas/` has 25."""
_MOST_MEMBERS = 10_000
_SCHEMAS = Path(__file__).parent / "schemas"


@dataclass(frozen=True)
class PublishedEndpoint:
    """What a service publishes of one endpoint.

    Attributes:
        schema: of the body of an order, as a JSON Schema without references.
        source: where it was read.
        read_on: when, as year and month, or `today`.
    """

    schema: Schema = field(repr=False)
    source: str
    read_on: str


@cache
def stored_endpoints(provider_id: str) -> Mapping[str, PublishedEndpoint]:
    """Return what was published when the program was written, by endpoint; empty for a provider without."""
    file = _SCHEMAS / f"{provider_id}.json"
    if not file.is_file():
        return {}
    stored = json.loads(read_ordinary(file))
    return {
        name: PublishedEndpoint(entry["schema"], **stored["sources"][entry["source"]])
        for name, entry in stored["endpoints"].items()
    }


@cache
def accepted_differences(provider_id: str) -> tuple[Mapping[str, str], ...]:
    """Return which differences from `stored_endpoints` are meant, as they stand in the file."""
    stored = tomllib.loads(read_ordinary(_SCHEMAS / "accepted.toml").decode("utf-8"))
    return tuple(stored.get(provider_id, ()))


def reduced(schema: Any, document: Any) -> dict[str, Any]:
    """Return a schema of an OpenAPI document without references, words and examples.

    Args:
        schema: a part of the document, which comes from outside and may be anything.
        document: the whole, where references lead.
    """
    return _Reduction(document).of(schema, 0)


class _Reduction:
    """Reduces the parts of one document, which may lead back to themselves: so far and so many."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._left = _MOST_PARTS

    def of(self, schema: Any, depth: int) -> dict[str, Any]:
        """Return a part reduced; empty for what is no schema, or stands too deep or behind too many."""
        self._left -= 1
        if not isinstance(schema, Mapping) or depth > _DEEPEST or self._left < 0:
            return {}
        if "$ref" in schema:
            beside = {name: value for name, value in schema.items() if name != "$ref"}
            return self.of(_at(self._document, schema["$ref"]), depth + 1) | self.of(beside, depth + 1)
        kept = {name: value for name, value in schema.items() if name in _KEPT and not _is_endless(value)}
        for name in ("anyOf", "oneOf"):
            if isinstance(schema.get(name), list):
                kept["anyOf"] = [self.of(part, depth + 1) for part in schema[name]]
        for part in schema["allOf"] if isinstance(schema.get("allOf"), list) else ():
            kept = self.of(part, depth + 1) | kept
        if isinstance(schema.get("properties"), Mapping):
            kept["properties"] = {
                str(name)[:_LONGEST_NAME]: self.of(part, depth + 1)
                for name, part in islice(schema["properties"].items(), _MOST_FIELDS)
            }
        if isinstance(schema.get("items"), Mapping):
            kept["items"] = self.of(schema["items"], depth + 1)
        needed = kept.pop("required", None)
        if isinstance(needed, list):
            kept["required"] = [str(name)[:_LONGEST_NAME] for name in needed[:_MOST_FIELDS]]
        return kept


def _is_endless(value: Any) -> bool:
    """Tell whether something has more members or letters than anything that is published has."""
    return isinstance(value, list | str) and len(value) > _MOST_MEMBERS


def _at(document: Any, reference: Any) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    found = document
    for name in reference[2:].split("/"):
        found = found.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
    return found


@dataclass(frozen=True)
class PublishedField:
    """What is published of one place in a body.

    Attributes:
        types: of JSON; empty where nothing is said.
        choices: the values on offer, None where any will do.
        minimum: of a number, inclusive.
        maximum: of a number, inclusive.
        multiple_of: what a number has to be divisible by.
        default: what the service takes where nothing is given; None where it says nothing.
    """

    types: frozenset[str] = frozenset()
    choices: tuple[Any, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    multiple_of: float | None = None
    default: Any = None

    def refuses(self, value: Any) -> str:
        """Return why a value cannot be, in words after the value, or `''`."""
        if self.types and not any(_is_of(value, kind) for kind in self.types):
            return f"is no {' or '.join(sorted(self.types))}"
        if self.choices is not None and value is not None and value not in self.choices:
            return "is none of the values on offer"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return ""
        if self.minimum is not None and value < self.minimum:
            return f"is below {self.minimum:g}"
        if self.maximum is not None and value > self.maximum:
            return f"is above {self.maximum:g}"
        return ""


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int):
        return kind in ("integer", "number")
    if isinstance(value, float):
        return kind == "number" or (kind == "integer" and value.is_integer())
    names = {str: "string", list: "array", tuple: "array", dict: "object", type(None): "null"}
    return names.get(type(value)) == kind


def field_of(schema: Schema) -> PublishedField:
    """Return what a schema says of a single value; of several shapes, what holds for any of them."""
    shapes = list(_shapes(schema))
    choices = [list(_choices(shape)) for shape in shapes if shape.get("type") != "null"]
    numbers = [shape for shape in shapes if shape.get("type") in ("integer", "number")]
    return PublishedField(
        types=frozenset(kind for shape in shapes for kind in _types(shape)),
        choices=tuple(value for some in choices for value in some) if choices and all(choices) else None,
        minimum=_bound(numbers, "minimum", min),
        maximum=_bound(numbers, "maximum", max),
        multiple_of=_number(numbers[0].get("multipleOf")) if numbers else None,
        default=schema.get("default"),
    )


def properties_of(schema: Schema) -> Mapping[str, Schema]:
    """Return the fields of an object, whichever of its shapes has them."""
    found: dict[str, Schema] = {}
    for shape in _shapes(schema):
        found |= shape.get("properties", {})
    return found


def items_of(schema: Schema) -> Schema:
    """Return the schema of the members of a list, empty where nothing is said."""
    return next((shape["items"] for shape in _shapes(schema) if "items" in shape), {})


def is_closed(schema: Schema) -> bool:
    """Tell whether an object with a field that is not published is refused."""
    return schema.get("additionalProperties") is False


def _shapes(schema: Schema) -> Iterator[Schema]:
    parts = schema.get("anyOf")
    if not isinstance(parts, list):
        yield schema
        return
    for part in parts:
        yield from _shapes(part)


def _types(shape: Schema) -> Iterator[str]:
    told = shape.get("type")
    if isinstance(told, str):
        yield told
    elif isinstance(told, list):
        yield from (str(kind) for kind in told)
    else:
        names = {str: "string", bool: "boolean", int: "integer", float: "number"}
        yield from {names[type(value)] for value in _choices(shape) if type(value) in names}


def _choices(shape: Schema) -> Iterator[Any]:
    if "const" in shape:
        yield shape["const"]
    elif isinstance(shape.get("enum"), list):
        yield from shape["enum"]


def _bound(shapes: list[Schema], name: str, widest: Any) -> float | None:
    bounds = [_number(shape.get(name)) for shape in shapes]
    told = [bound for bound in bounds if bound is not None]
    return widest(told) if told and len(told) == len(bounds) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None
