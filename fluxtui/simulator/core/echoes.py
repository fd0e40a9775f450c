"""Answers that repeat the key of the request, as careless services and proxies in front of them do."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

WAYS: dict[str, Callable[[str], str]] = {
    "plain": lambda key: key,
    "upper": str.upper,
    "scheme": lambda key: f"Authorization: Bearer {key}",
    "half": lambda key: key.rpartition(":")[2],
    "percent": lambda key: quote("".join(f"%{ord(letter):02X}" for letter in key), safe="%"),
    "percent-twice": lambda key: quote("".join(f"%{ord(letter):02X}" for letter in key), safe=""),
    "address": lambda key: f"https://service.example/r?token={quote(key, safe='')}&x=1",
    "basic": lambda key: "Basic " + base64.b64encode(f"user:{key}".encode()).decode(),
    "base64": lambda key: base64.b64encode(f"k{key}".encode()).decode(),
    "base64url": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    "hex": lambda key: key.encode().hex(),
    "html": lambda key: "".join(f"&#x{ord(letter):x};" for letter in key),
    "json": lambda key: "".join(f"\\u{ord(letter):04x}" for letter in key),
}
"""How the key is written."""
ECHO_KINDS = tuple(f"echo-{way}" for way in WAYS)
"""Good answers with the key in a header, in a member of the body, and in the log of a task."""
ECHO_REFUSALS = tuple(f"echo-refusal-{way}" for way in WAYS)
"""Validation errors (422) with the key in their words."""


def echo_of(scope: Scope, kind: str) -> str:
    """Return the key of a request, written in the way of a fault."""
    headers = HTTPConnection(scope).headers
    key = headers.get("x-key") or headers.get("authorization", "").rpartition(" ")[2] or "no-key-was-sent"
    return WAYS[kind.removeprefix("echo-refusal-").removeprefix("echo-")](key)


def echoing_refusal(echo: str) -> Response:
    """Return a validation error in the shapes of all services, with the key wherever words can stand."""
    words = f"You sent {echo}, which is not known."
    document = {
        "title": "Input validation failed",
        "detail": [{"loc": ["body", "prompt"], "msg": words, "type": "value_error", "input": echo}],
        "invalid_fields": [{"type": "invalid", "field": "input.prompt", "description": words}],
    }
    return JSONResponse(document, 422, headers={"x-fal-error-type": echo, "x-echo": echo})


def with_echo(body: bytes, echo: str) -> bytes:
    """Return the body of an answer with the key in it; what is no JSON object stays as it is."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    if not isinstance(document, dict):
        return body
    line = f"request headers: {echo}"
    document |= {"echo": {"headers": [echo]}, "logs": _logs(document.get("logs"), line)}
    return json.dumps(document).encode()


def _logs(logs: Any, line: str) -> Any:
    """Return the log of a task with a line more, in the shape it has: a text, or a list of entries."""
    if isinstance(logs, list):
        return [*logs, {"message": line, "level": "INFO", "timestamp": "2026-11-30T10:00:00Z"}]
    return f"{logs or ''}\n{line}"
