"""What fal publishes of an endpoint: its OpenAPI document, with fal's own shapes of sizes and LoRAs.

Source: fal.ai platform API reference, `GET /v1/models?expand=openapi-3.0`, read 2026-11.
"""

from __future__ import annotations

from typing import Any

from fluxtui.simulator.core.fields import Field
from fluxtui.simulator.core.openapi import document, property_of, schema_of
from fluxtui.simulator.fal.endpoints import FalEndpoint
from fluxtui.simulator.fal.sizes import DEFAULT_SIDE, NAMED_SIZES
from fluxtui.simulator.fal.validation import HIGHEST_SCALE


def openapi_of(endpoint: FalEndpoint) -> dict[str, Any]:
    """Return the document of one endpoint."""
    schema = schema_of(endpoint.fields)
    for field in endpoint.fields:
        if field.kind in _SHAPES:
            schema["properties"][field.name] |= _SHAPES[field.kind](field)
            if field.kind == "size":
                schema["properties"][field.name].pop("type", None)
    return document(endpoint.id, {f"/{endpoint.id}": schema})


def _size(field: Field) -> dict[str, Any]:
    side = Field("", "integer", DEFAULT_SIDE, minimum=field.minimum, maximum=field.maximum)
    sides = {"type": "object", "properties": {"width": property_of(side), "height": property_of(side)}}
    return {"anyOf": [sides, {"type": "string", "enum": list(NAMED_SIZES)}]}


def _loras(field: Field) -> dict[str, Any]:
    scale = {"type": "number", "minimum": 0, "maximum": HIGHEST_SCALE, "default": 1}
    lora = {
        "type": "object",
        "required": ["path"],
        "properties": {"path": {"type": "string"}, "scale": scale},
    }
    return {"items": lora}


_SHAPES = {"size": _size, "loras": _loras}
