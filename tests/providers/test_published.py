"""OpenAPI documents of services, and of whoever stands in the place of one."""

from __future__ import annotations

from typing import Any

import pytest

from fluxtui.providers.published import field_of, properties_of, reduced, stored_endpoints


def test_references_and_words_are_resolved_and_left_out() -> None:
    document = {
        "components": {
            "schemas": {
                "Format": {"type": "string", "enum": ["png"], "title": "Format"},
                "Input": {
                    "type": "object",
                    "required": ["prompt"],
                    "properties": {
                        "prompt": {"type": "string", "description": "What is shown."},
                        "format": {"allOf": [{"$ref": "#/components/schemas/Format"}], "default": "png"},
                        "seed": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
                    },
                },
            }
        }
    }
    schema = reduced({"$ref": "#/components/schemas/Input"}, document)
    fields = {name: field_of(part) for name, part in properties_of(schema).items()}
    assert schema["required"] == ["prompt"]
    assert fields["format"].choices == ("png",)
    assert fields["format"].default == "png"
    assert fields["seed"].types == {"integer", "null"}
    assert fields["seed"].minimum == 0
    assert "description" not in str(schema)


def _wide(levels: int) -> dict[str, Any]:
    """Return a document in which each part names the next one ten times."""
    return {f"s{level}": {"anyOf": [{"$ref": f"#/s{level + 1}"}] * 10} for level in range(levels)}


@pytest.mark.parametrize(
    ("schema", "document"),
    [
        ({"$ref": "#/a"}, {"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}}),
        ({"$ref": "#/s0"}, _wide(12)),
        ({"$ref": 3}, {}),
        ([], None),
        ({"properties": 3, "required": 3, "anyOf": {}, "items": [], "enum": 4}, {}),
        ({"type": "integer", "minimum": 10**400, "maximum": "many", "default": [[]]}, {}),
        ({"properties": {"x" * 1_000_000: {"type": ["integer", 3, None]}}}, {}),
        ({"properties": {f"p{n}": {} for n in range(50_000)}, "required": ["p"] * 50_000}, {}),
        ({"enum": [f"v{n}" for n in range(50_000)], "type": "x" * 1_000_000}, {}),
    ],
    ids=[
        "cycle",
        "wide",
        "no reference",
        "no schema",
        "no shapes",
        "no numbers",
        "long",
        "many fields",
        "many choices",
    ],
)
def test_whatever_comes_is_read_at_once_and_compared_as_far_as_it_goes(schema: Any, document: Any) -> None:
    found = reduced(schema, document)
    field_of(found)
    assert all(len(name) <= 100 for name in properties_of(found))
    assert len(properties_of(found)) <= 500
    assert len(str(found)) < 100_000


def test_a_provider_that_publishes_nothing_has_nothing_stored() -> None:
    assert stored_endpoints("nobody") == {}
