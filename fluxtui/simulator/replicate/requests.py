"""Receives requests: whose they are, how many are left, what they ask for."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.members import Member
from fluxtui.simulator.replicate.service import ReplicateService

_SECRETS = ("hf_token", "wandb_api_key", "hf_api_token", "civitai_api_token")
_HIDDEN = "[REDACTED]"


def without_secrets(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return `inputs` as they are kept and shown."""
    return {name: _HIDDEN if value and name in _SECRETS else value for name, value in inputs.items()}


MOST_BODY_BYTES = 32 * 2**20
LONGEST_WAIT = 60
_WAIT = re.compile(r"wait(=(?P<seconds>\d{1,6}))?")
_PERIOD = re.compile(r"((?P<hours>\d{1,4})h)?((?P<minutes>\d{1,4})m)?((?P<seconds>\d{1,6})s?)?")
_UNITS = {"hours": 3600, "minutes": 60, "seconds": 1}

Handler = Callable[[Request, Member], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def counted(service: ReplicateService, handler: Handler, kind: str = "other") -> Endpoint:
    """Let `handler` answer members within their limits for a `kind` of request, and tell what is left."""

    async def endpoint(request: Request) -> Response:
        member = service.members.member(request.headers.get("authorization"))
        left = member.limits.count(kind, service.clock())
        try:
            response = await handler(request, member)
        except problems.ProblemError as error:
            response = error.response()
        response.headers.update(left)
        return response

    return endpoint


def uncounted(service: ReplicateService, handler: Handler) -> Endpoint:
    """Let `handler` answer known members, without limits or their headers, as with files."""

    async def endpoint(request: Request) -> Response:
        return await handler(request, service.members.member(request.headers.get("authorization")))

    return endpoint


async def json_body(request: Request) -> dict[str, Any]:
    """Read the body as a JSON object of at most 32 MiB. Raises ProblemError (400, 413)."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BODY_BYTES:
            raise problems.ProblemError(413, "The request body is too large.")
    try:
        document = await asyncio.to_thread(json.loads, bytes(content))
    except (ValueError, RecursionError):
        raise problems.bad_request("The request body is not valid JSON.") from None
    if not isinstance(document, dict):
        raise problems.bad_request("The request body is not a JSON object.")
    return document


def wait_of(request: Request) -> tuple[str, int] | None:
    """Return `Prefer: wait` as it was written, and its seconds. Raises ProblemError (400)."""
    asked = request.headers.get("prefer")
    if asked is None:
        return None
    match = _WAIT.fullmatch(asked.strip())
    seconds = int(match["seconds"] or LONGEST_WAIT) if match else 0
    if not 1 <= seconds <= LONGEST_WAIT:
        raise problems.bad_request(f"Prefer is wait or wait=n with n from 1 to {LONGEST_WAIT}.")
    return asked.strip(), seconds


def deadline_of(request: Request) -> float | None:
    """Return the seconds of `Cancel-After`, such as 15s or 1m30s. Raises ProblemError (400)."""
    asked = request.headers.get("cancel-after")
    if asked is None:
        return None
    match = _PERIOD.fullmatch(asked.strip())
    parts = match.groupdict() if match else {}
    total = sum(int(parts.get(name) or 0) * seconds for name, seconds in _UNITS.items())
    if not total:
        raise problems.bad_request("Cancel-After is a time such as 15s or 1m.")
    return float(total)
