"""Stands before an application and misbehaves where a fault says so."""

from __future__ import annotations

import asyncio
import gzip
import io
import struct
import time
from collections import defaultdict
from collections.abc import Callable
from email.utils import formatdate

from PIL import Image
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fluxtui.simulator.core.connections import Connections
from fluxtui.simulator.core.door import COOKIES as SET_COOKIES
from fluxtui.simulator.core.echoes import ECHO_KINDS, ECHO_REFUSALS, echo_of, echoing_refusal, with_echo
from fluxtui.simulator.core.faults import (
    BODY_KINDS,
    COOKIES,
    DROP_AFTER,
    DROP_BEFORE,
    GARBLED_BODY,
    HTTP_KINDS,
    INGRESS_KINDS,
    INWARD_LOCATION,
    LATE_DELIVERIES,
    LATE_TASK,
    LATENCY,
    ODD_LOCATION,
    REFORMED_KINDS,
    Fault,
    FaultBox,
)
from fluxtui.simulator.core.peeking import peeked

_LATE: defaultdict[str, tuple[str, ...]] = defaultdict(tuple, poll=(LATE_TASK,), delivery=LATE_DELIVERIES)
_GARBLED = b'{"id": "4c1f, "status" <!doctype html><title>502</title>\x00\xff'
_LOCATIONS = {ODD_LOCATION: "data:x", INWARD_LOCATION: "https://169.254.169.254/latest/meta-data/"}
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

BY_BODY = "by body"
"""Stands in place of such a word where the body decides."""

PlaceIn = Callable[[bytes], tuple[str | None, str]]
"""From the beginning of a body to the same, and what the request is about."""


class FaultGate:
    """ASGI middleware: latency, error answers, dropped connections, broken bodies."""

    def __init__(
        self,
        app: ASGIApp,
        faults: FaultBox,
        connections: Connections,
        where: PlaceOf = place_of,
        refusal: Callable[[Fault], Response] | None = None,
        place_in: PlaceIn | None = None,
    ) -> None:
        """Stand before `app`; `refusal` makes the service's own answers of status 429 and 5xx."""
        self._app = app
        self._faults = faults
        self._connections = connections
        self._place_of = where
        self._refusal = refusal or _plain_refusal
        self._place_in = place_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = self._place_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        what = f"{scope['path']}?{scope['query_string'].decode('latin-1')}" if place is not None else ""
        if place == BY_BODY and self._place_in is not None:
            head, receive = await peeked(receive)
            place, what = self._place_in(head)
        if place is None:
            await self._app(scope, receive, send)
            return
        if late := self._faults.late(place, _LATE[place], what, time.monotonic()):
            await _read_away(receive)
            await _not_there(late)(scope, receive, send)
            return
        if self._faults.take(place, (COOKIES,)):
            send = _setting_cookies(send)
        slow = self._faults.take(place, (LATENCY,))
        if slow and not await self._faults.hold(slow.seconds):
            await self._connections.drop(scope, receive)
            return
        if self._faults.take(place, (DROP_BEFORE,)):
            await self._connections.drop(scope, receive)
            return
        if error := self._faults.take(place, HTTP_KINDS):
            await _read_away(receive)
            await self._answer_error(error, scope, receive, send)
            return
        if led := self._faults.take(place, tuple(_LOCATIONS)):
            await _read_away(receive)
            await Response(status_code=302, headers={"location": _LOCATIONS[led.kind]})(scope, receive, send)
            return
        if place != "delivery" and (refused := self._faults.take(place, ECHO_REFUSALS)):
            await _read_away(receive)
            await echoing_refusal(echo_of(scope, refused.kind))(scope, receive, send)
            return
        if place != "delivery" and (echoed := self._faults.take(place, ECHO_KINDS)):
            await self._echo(echo_of(scope, echoed.kind), scope, receive, send)
            return
        if place == "delivery" and (reformed := self._faults.take(place, REFORMED_KINDS)):
            await self._reform(reformed.kind, scope, receive, send)
            return
        if broken := self._faults.take(place, BODY_KINDS):
            await self._break(broken.kind, scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _answer_error(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer = ingress_page(fault) if fault.kind in INGRESS_KINDS else self._refusal(fault)
        answer.headers["connection"] = "close"
        await answer(scope, receive, send)

    async def _reform(self, kind: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Deliver a picture whole and in another form; anything else as it is."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        start = messages[0]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        is_picture = any(
            name == b"content-type" and value.startswith(b"image/") for name, value in start["headers"]
        )
        if is_picture and start["status"] == 200:
            body = await asyncio.to_thread(reformed, body, kind)
        await _send_whole(start, body, send)

    async def _echo(self, echo: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ever, with the key of the request in it."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        start = messages[0]
        headers = [*start["headers"], (b"x-echo", echo.encode("latin-1"))]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        await _send_whole({**start, "headers": headers}, with_echo(body, echo), send)

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


def _setting_cookies(send: Send) -> Send:
    """Return a `send` whose answers set cookies, as content networks do to know their clients again."""

    async def setting(message: Message) -> None:
        if message["type"] == "http.response.start":
            cookies = [f"{cookie}; Path=/; Max-Age=3600".encode() for cookie in SET_COOKIES]
            message["headers"] = [*message["headers"], *((b"set-cookie", cookie) for cookie in cookies)]
        await send(message)

    return setting


def reformed(content: bytes, kind: str) -> bytes:
    """Return a picture in another form, by a kind of `REFORMED_KINDS`."""
    if kind == "gzip":
        return gzip.compress(content)
    if kind == "unreadable":
        return content[:8] + b"\x00" * 40 + content[60:]
    with Image.open(io.BytesIO(content)) as image:
        target = io.BytesIO()
        if kind == "bad-chunk":
            image.save(target, "PNG")
            png = target.getvalue()
            # A text chunk behind the header whose checksum is wrong.
            return png[:33] + struct.pack(">I", 5) + b"tEXt" + b"a\x00bcd" + b"\x00\x00\x00\x00" + png[33:]
        image.convert("RGB").save(target, kind.upper())
        return target.getvalue()


def _not_there(fault: Fault) -> Response:
    """Return what is said of something that is late: the words of the services, or of a content network."""
    if fault.kind == LATE_TASK:
        words = "Task not found"
        return JSONResponse({"status": words, "detail": words, "result": None}, 404)
    status = int(fault.kind.removeprefix("late-"))
    return Response(f"<Error><Code>{status}</Code></Error>", status, media_type="application/xml")


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
    """Return the `Retry-After` header where the fault has one, in seconds or as a date."""
    if fault.kind.endswith("retry-after"):
        return {"retry-after": str(round(fault.seconds))}
    if fault.kind.endswith("retry-date"):
        try:
            return {"retry-after": formatdate(time.time() + fault.seconds, usegmt=True)}
        except (OverflowError, ValueError, OSError):
            return {"retry-after": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}
    return {}


def ingress_page(fault: Fault) -> Response:
    """Return what a proxy says whose service does not answer."""
    status = status_of(fault)
    title = f"{status} {REASONS[status]}"
    page = f"<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n"
    return HTMLResponse(page + "<hr><center>nginx</center>\n</body>\n</html>\n", status)


def _plain_refusal(fault: Fault) -> Response:
    status = status_of(fault)
    return JSONResponse({"detail": REASONS[status]}, status, headers=retry_headers(fault))
