"""Taking an answer from the connection, and telling whether it is one or an error."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fluxtui.api.answers import Body, JSONAnswer, NotJSON, error_for, parse
from fluxtui.api.attempt import Attempt
from fluxtui.api.limits import ANSWER_BYTES
from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.keys import KeyFilter
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    import httpx

_PARSE_IN_THREAD = 50_000


@dataclass(frozen=True)
class Expected:
    """What is an answer besides JSON with a status of 2xx.

    Attributes:
        statuses: error statuses that are an answer where the body is an object with a text `status`.
        any_body: those statuses are an answer with any JSON at all.
        empty: a 2xx without a body is an answer without data.
        longest: how many bytes of it are read.
    """

    statuses: frozenset[int] = frozenset()
    any_body: bool = False
    empty: bool = False
    longest: int = ANSWER_BYTES

    def takes(self, status: int, data: Any) -> bool:
        """Tell whether an error status with this body, None where it is no JSON, is an answer."""
        if status not in self.statuses or data is None:
            return False
        return self.any_body or (isinstance(data, dict) and isinstance(data.get("status"), str))


JSON_ONLY = Expected()


@dataclass(frozen=True)
class Received:
    """An answer as it came: who gave it, its HTTP status, headers with lower-case names, and its body."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: Body

    @property
    def successful(self) -> bool:
        """Whether the status is 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


async def receive(response: httpx.Response, sending: Attempt, longest: int, keys: KeyFilter) -> Received:
    """Read an answer up to `longest` bytes, telling its size to `sending`; `keys` are taken out of it."""
    from fluxtui.api.hosts import shown_host

    content = bytearray()
    async for piece in response.aiter_raw():
        content += piece
        if len(content) > longest:
            break
    sending.received = len(content)
    body = Body(bytes(content[:longest]), len(content) <= longest, keys)
    return Received(shown_host(response.url), response.status_code, received_headers(response, keys), body)


def received_headers(response: httpx.Response, keys: KeyFilter) -> dict[str, str]:
    """Return the headers of an answer, with names in small letters, without the keys in use."""
    return {keys.without(name.lower()): keys.without(value) for name, value in response.headers.items()}


async def understood(received: Received, expected: Expected = JSON_ONLY) -> JSONAnswer:
    """Return what was received as an answer, or raise the `ServiceError` that it means."""
    if received.successful and expected.empty and not received.body.content:
        return JSONAnswer(received.status, None, received.headers)
    data: Any = None
    readable = True
    try:
        if len(received.body.content) > _PARSE_IN_THREAD:
            data = await asyncio.to_thread(parse, received.body)
        else:
            data = parse(received.body)
    except NotJSON:
        readable = False
    if not received.successful and not expected.takes(received.status, data):
        raise error_for(received.status, received.headers, received.body, received.host)
    if not readable:
        raise UnexpectedAnswer(f"The answer of {received.host} cannot be read.")
    return JSONAnswer(received.status, data, received.headers)
