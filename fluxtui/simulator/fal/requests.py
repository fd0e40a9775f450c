"""Reads the bodies of requests to fal."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from fluxtui.simulator.core.bodies import MOST_BODY_BYTES
from fluxtui.simulator.fal.errors import FalError, gateway_failure, refused


async def json_object(request: Request) -> dict[str, Any]:
    """Read the body as a JSON object of at most 128 MiB. Raises FalError (400, 413)."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BODY_BYTES:
            raise FalError(refused(413, "Request body too large"))
    try:
        document = json.loads(bytes(content))
    except (ValueError, RecursionError):
        raise FalError(gateway_failure(400, "bad_request", "The body is no JSON.")) from None
    if not isinstance(document, dict):
        raise FalError(gateway_failure(400, "bad_request", "The body is no JSON object."))
    return document
