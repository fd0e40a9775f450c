"""Stands before an application and misbehaves where a fault says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fluxtui.simulator.connections import Connections
from fluxtui.simulator.faults import (
    BODY_KINDS,
    DROP_AFTER,
    DROP_BEFORE,
    GARBLED_BODY,
    HTTP_KINDS,
    INGRESS_KINDS,
    LATENCY,
    Fault,
    FaultBox,
)

_GARBLED = b'{"id": "4c1f, "status" <!doctype html><title>502</title>\x00\xff'
REASONS = {
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


PlaceOf = Callable[[str, str], str | None]
"""From method and path to where a request goes, in the words of `Fault.where`; None: faults spare it."""


class FaultGate:
    """ASGI middleware: latency, error answers, dropped connections, broken bodies."""

    def __init__(
        self,
        app: ASGIApp,
        faults: FaultBox,
        connections: Connections,
        where: PlaceOf = place_of,
        refusal: Callable[[Fault], Response] | None = None,
    ) -> None:
        """Stand before `app`; `refusal` makes the service's own answers of status 429 and 5xx."""
        self._app = app
        self._faults = faults
        self._connections = connections
        self._place_of = where
        self._refusal = refusal or _plain_refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = self._place_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
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
            await self._answer_error(error, scope, receive, send)
            return
        if broken := self._faults.take(place, BODY_KINDS):
            await self._break(broken.kind, scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _answer_error(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer = ingress_page(fault) if fault.kind in INGRESS_KINDS else self._refusal(fault)
        answer.headers["connection"] = "close"
        await answer(scope, receive, send)

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


def status_of(fault: Fault) -> int:
    """Return the HTTP status of a fault of `HTTP_KINDS`."""
    return int(fault.kind.removeprefix("ingress-")[:3])


def retry_headers(fault: Fault) -> dict[str, str]:
    """Return the `Retry-After` header where the fault has one."""
    return {"retry-after": str(round(fault.seconds))} if fault.kind.endswith("retry-after") else {}


def ingress_page(fault: Fault) -> Response:
    """Return what a proxy says whose service does not answer."""
    status = status_of(fault)
    title = f"{status} {REASONS[status]}"
    page = f"<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n"
    return HTMLResponse(page + "<hr><center>nginx</center>\n</body>\n</html>\n", status)


def _plain_refusal(fault: Fault) -> Response:
    status = status_of(fault)
    return JSONResponse({"detail": REASONS[status]}, status, headers=retry_headers(fault))
