"""Stands before an application and misbehaves where a fault says so."""

from __future__ import annotations

import asyncio
import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fluxtui.simulator.connections import Connections
from fluxtui.simulator.faults import (
    BODY_KINDS,
    DROP_AFTER,
    DROP_BEFORE,
    GARBLED_BODY,
    HTTP_KINDS,
    LATENCY,
    FaultBox,
)

_GARBLED = b'{"id": "4c1f, "status" <!doctype html><title>502</title>\x00\xff'
_REASONS = {
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def place_of(method: str, path: str) -> str | None:
    """Return where a request goes, in the words of `Fault.where`; None for the admin paths."""
    if path.startswith("/simulator/"):
        return None
    if path.startswith("/results/"):
        return "delivery"
    if path == "/v1/get_result":
        return "poll"
    return "submit" if method == "POST" and path != "/v1/delete_finetune" else "manage"


class FaultGate:
    """ASGI middleware: latency, error answers, dropped connections, broken bodies."""

    def __init__(self, app: ASGIApp, faults: FaultBox, connections: Connections) -> None:
        self._app = app
        self._faults = faults
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = place_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if place is None:
            await self._app(scope, receive, send)
            return
        if slow := self._faults.take(place, (LATENCY,)):
            await asyncio.sleep(slow.seconds)
        if self._faults.take(place, (DROP_BEFORE,)):
            await self._connections.drop(scope, receive)
            return
        if error := self._faults.take(place, HTTP_KINDS):
            await _read_away(receive)
            await _answer_error(error.kind, error.seconds, send)
            return
        if broken := self._faults.take(place, BODY_KINDS):
            await self._break(broken.kind, scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _break(self, kind: str, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        if kind == DROP_AFTER:
            await self._connections.drop(scope, receive)
            return
        start = messages[0]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        if kind == GARBLED_BODY:
            await _send_whole(start, _GARBLED, send)
            return
        await send(start)
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await self._connections.drop(scope, receive)


async def _send_whole(start: Message, body: bytes, send: Send) -> None:
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    headers.append((b"content-length", str(len(body)).encode()))
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _read_away(receive: Receive) -> None:
    """Take the whole body: a connection closed with some of it unread is reset, and the answer lost."""
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


async def _answer_error(kind: str, seconds: float, send: Send) -> None:
    status = int(kind[:3])
    body = json.dumps({"detail": _REASONS[status]}).encode()
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if kind.endswith("retry-after"):
        headers.append((b"retry-after", str(round(seconds)).encode()))
    await _send_whole({"type": "http.response.start", "status": status, "headers": headers}, body, send)
