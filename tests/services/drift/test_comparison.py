"""Each kind of difference, told once and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import Field

from fluxtui.domain.endpoint import EndpointInfo, GenerationEndpoint, Group, Parameter
from fluxtui.domain.money import Estimate
from fluxtui.providers.published import PublishedEndpoint
from fluxtui.services.drift.comparison import Kind, differences


class Lamp(GenerationEndpoint):
    """An endpoint of nobody's."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="lamp", title="Lamp", summary="Lights.", group=Group.BASE, price=lambda _: Estimate(1, "by nobody")
    )

    prompt: Annotated[str, Parameter("Prompt", "What is lit.")]
    steps: Annotated[int, Field(ge=1, le=50), Parameter("Steps", "How many.")] = 28
    tone: Annotated[Literal["warm", "cold"], Parameter("Tone", "Which light.")] = "warm"
    dim: Annotated[bool, Parameter("Dim", "Less light.")] = False


AGREED: dict[str, Any] = {
    "type": "object",
    "required": ["prompt"],
    "properties": {
        "prompt": {"type": "string"},
        "steps": {"type": "integer", "minimum": 1, "maximum": 50, "default": 28},
        "tone": {"enum": ["warm", "cold"], "default": "warm"},
        "dim": {"type": "boolean", "default": False},
    },
}


def _told(**changed: Any) -> set[tuple[str, Kind]]:
    properties = {**AGREED["properties"], **changed}
    kept = {name: value for name, value in properties.items() if value is not None}
    return _of({**AGREED, "properties": kept})


def _of(schema: Mapping[str, Any]) -> set[tuple[str, Kind]]:
    published = PublishedEndpoint(schema, "a test", "2026-12")
    return {(each.place, each.kind) for each in differences(Lamp, published, lambda lamp: lamp.given())}


def test_what_agrees_differs_in_nothing() -> None:
    assert _of(AGREED) == set()


@pytest.mark.parametrize(
    ("changed", "place", "kind"),
    [
        ({"steps": {"type": "integer", "minimum": 1, "maximum": 40}}, "steps", Kind.REFUSED),
        ({"steps": {"type": "integer", "minimum": 4, "maximum": 50}}, "steps", Kind.REFUSED),
        ({"steps": {"type": "string"}}, "steps", Kind.REFUSED),
        ({"steps": {"type": "integer", "minimum": 1, "maximum": 80}}, "steps", Kind.NARROWER),
        ({"steps": {"type": "integer", "minimum": 1, "maximum": 50, "default": 30}}, "steps", Kind.DEFAULT),
        (
            {"steps": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10**400}},
            "steps",
            Kind.DEFAULT,
        ),
        ({"tone": {"enum": ["warm", "cold", 10**400]}}, "tone", Kind.NARROWER),
        ({"tone": {"enum": ["warm"]}}, "tone", Kind.REFUSED),
        ({"tone": {"enum": ["warm", "cold", "blue"]}}, "tone", Kind.NARROWER),
        ({"dim": None}, "dim", Kind.UNKNOWN),
        ({"colour": {"type": "string"}}, "colour", Kind.NOT_OFFERED),
        (
            {"steps": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 40}, {"type": "null"}]}},
            "steps",
            Kind.REFUSED,
        ),
    ],
)
def test_a_change_of_the_service_is_told(changed: dict[str, Any], place: str, kind: Kind) -> None:
    assert _told(**changed) == {(place, kind)}


def test_an_unknown_field_is_refused_where_the_service_says_so() -> None:
    properties = {name: value for name, value in AGREED["properties"].items() if name != "dim"}
    assert _of({**AGREED, "properties": properties, "additionalProperties": False}) == {("dim", Kind.REFUSED)}


def test_what_the_service_has_come_to_need_is_told() -> None:
    needed = {**AGREED, "required": ["prompt", "colour"]}
    needed["properties"] = {**AGREED["properties"], "colour": {"type": "string"}}
    assert _of(needed) == {("colour", Kind.REFUSED), ("colour", Kind.NOT_OFFERED)}
