"""All HTTP of one profile: the one place that holds the key."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fluxtui.api.addresses import check_base_url
from fluxtui.api.answers import Answer, Body, Downloaded, Unreadable, error_for, parse
from fluxtui.api.attachments import Attachment, Progress, StreamedBody
from fluxtui.api.limits import ANSWER_BYTES, DownloadLimits, Timeouts
from fluxtui.api.retries import RetryPolicy
from fluxtui.api.sending import Sending
from fluxtui.api.trace import Trace
from fluxtui.domain.errors import NotAuthenticated, ServiceError, UnexpectedAnswer

if TYPE_CHECKING:
    import httpx
    from pydantic import SecretStr

    from fluxtui.api.wire import Wire

_PARSE_IN_THREAD = 200_000
_DEFAULT_LIMITS = DownloadLimits()

Result = TypeVar("Result")


class APIService:
    """All HTTP of one profile: keep-alive, authentication, time-outs, retries, and one error taxonomy.

    Every request raises `ServiceError`s only, but for `StorageError` where a local file is at fault.
    Nothing is imported or opened before the first one.

    Attributes:
        base_url: of the profile.
        trace: the last exchanges, without secrets.
        on_connection: called with False when the network is lost and with True when it is back.
    """

    def __init__(
        self,
        base_url: str,
        key: SecretStr | None,
        *,
        key_header: str = "x-key",
        trusted_hosts: tuple[str, ...] = (),
        timeouts: Timeouts | None = None,
        retries: RetryPolicy | None = None,
        trace: Trace | None = None,
    ) -> None:
        """Make the service of a profile.

        Args:
            base_url: https, or http on loopback.
            key: sent as `key_header`, and only where the hosts' policy allows it.
            key_header: name of the header.
            trusted_hosts: further hosts, or domains such as `.bfl.ai`, that may get the key over https.
            timeouts: of each attempt.
            retries: of reading requests, and of any that surely did not leave.
            trace: where exchanges are noted; a new one by default.

        Raises:
            ConfigError: `base_url` is not one that a key may be sent to.
        """
        check_base_url(base_url)
        self.base_url = base_url
        self.trace = Trace() if trace is None else trace
        self.on_connection: Callable[[bool], None] | None = None
        self._key, self._key_header, self._trusted = key, key_header, trusted_hosts
        self._timeouts = timeouts or Timeouts()
        self._retries = retries or RetryPolicy()
        self._wire: Wire | None = None
        self._opening = asyncio.Lock()
        self._connected = True

    def __repr__(self) -> str:
        return f"APIService({self.base_url!r})"

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.client.aclose()

    async def get(
        self,
        path_or_url: str,
        params: Mapping[str, str] | None = None,
        *,
        accept_statuses: frozenset[int] = frozenset(),
    ) -> Answer:
        """Read a path below the base URL, or an absolute address that may get the key; made again on failure.

        Args:
            path_or_url: `/v1/credits`, or an address that the service gave.
            params: the query.
            accept_statuses: error statuses that are an answer where the body is an object with a `status`.
        """
        wire = await self._opened()
        url = wire.policy.resolve(path_or_url)

        async def attempt(sending: Sending) -> Answer:
            request = wire.client.build_request("GET", url, params=params, headers=self._key_headers())
            return await self._answered(wire, request, sending, accept_statuses)

        return await self._repeated(attempt)

    async def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        attachment: Attachment | None = None,
        progress: Progress | None = None,
        paid: bool = True,
    ) -> Answer:
        """Send a JSON body, with a file streamed into it if there is one.

        It is made again only while surely no byte of it has left.

        Args:
            path: below the base URL.
            body: everything but the attachment.
            attachment: a file that is sent as base64 under its field, with flat memory.
            progress: told about the bytes of a body with an attachment.
            paid: whether it can cost money, so that a lost answer leaves doubt.

        Raises:
            InDoubt: the request left, and no readable answer came, or one that leaves it open (5xx).
        """
        wire = await self._opened()
        url = wire.policy.resolve(path)

        async def attempt(sending: Sending) -> Answer:
            async with _content(body, attachment, progress, sending) as content:
                headers = {"Content-Type": "application/json", "Content-Length": str(sending.size)}
                request = wire.client.build_request(
                    "POST", url, headers={**self._key_headers(), **headers}, content=content
                )
                try:
                    return await self._answered(wire, request, sending)
                except ServiceError as error:
                    failure = error
            raise sending.doubt(failure) if paid and sending.leaves_doubt(failure) else failure

        return await self._repeated(attempt, only_unsent=True)

    async def download(
        self, url: str, target: Path, *, limits: DownloadLimits = _DEFAULT_LIMITS
    ) -> Downloaded:
        """Fetch a result into the file `target`, without the key. On failure the file may hold a part.

        Raises:
            ResultExpired: the address is no longer valid.
            UnexpectedAnswer: not a picture, too large, redirected too often, or broken off.
            StorageError: the file cannot be written.
        """
        from fluxtui.api.downloads import fetch

        wire = await self._opened()
        return await self._repeated(lambda sending: fetch(wire, url, target, limits))

    async def _opened(self) -> Wire:
        async with self._opening:
            if self._wire is None:
                self._wire = await asyncio.to_thread(self._new_wire)
            return self._wire

    def _new_wire(self) -> Wire:
        from fluxtui.api.hosts import HostPolicy
        from fluxtui.api.wire import open_wire

        policy = HostPolicy(self.base_url, self._trusted)
        return open_wire(policy, self._timeouts, self.trace, self._tell_connection)

    def _key_headers(self) -> dict[str, str]:
        if self._key is None:
            return {}
        key = self._key.get_secret_value()
        if not (key.isascii() and key.isprintable()) or " " in key:
            # The HTTP library would say so itself, with the key in its words.
            raise NotAuthenticated("The key holds a space, a line break or a letter that no key has.")
        return {self._key_header: key} if key else {}

    async def _repeated(
        self, attempt: Callable[[Sending], Awaitable[Result]], *, only_unsent: bool = False
    ) -> Result:
        number = 1
        while True:
            sending = Sending()
            try:
                return await attempt(sending)
            except ServiceError as error:
                failure = error
            number += 1
            final = only_unsent and sending.begun
            wait = None if final else self._retries.wait_before(number, failure)
            if wait is None:
                raise failure
            await asyncio.sleep(wait)

    async def _answered(
        self,
        wire: Wire,
        request: httpx.Request,
        sending: Sending,
        accepted: frozenset[int] = frozenset(),
    ) -> Answer:
        async def consume(response: httpx.Response) -> _Received:
            return await _read(response, sending)

        total = self._timeouts.total_for(sending.size)
        received = await wire.exchange(request, sending, total, consume)
        return await _understood(received, accepted)

    def _tell_connection(self, connected: bool) -> None:
        if connected != self._connected:
            self._connected = connected
            if self.on_connection is not None:
                self.on_connection(connected)


@dataclass(frozen=True)
class _Received:
    host: str
    status: int
    headers: Mapping[str, str]
    body: Body


async def _read(response: httpx.Response, sending: Sending) -> _Received:
    from fluxtui.api.hosts import shown_host

    content = bytearray()
    async for piece in response.aiter_raw():
        content += piece
        if len(content) > ANSWER_BYTES:
            break
    sending.received = len(content)
    headers = {name.lower(): value for name, value in response.headers.items()}
    body = Body(bytes(content[:ANSWER_BYTES]), complete=len(content) <= ANSWER_BYTES)
    return _Received(shown_host(response.url), response.status_code, headers, body)


async def _understood(received: _Received, accepted: frozenset[int]) -> Answer:
    success = HTTPStatus.OK <= received.status < HTTPStatus.MULTIPLE_CHOICES
    data: Any = None
    readable = True
    try:
        if len(received.body.content) > _PARSE_IN_THREAD:
            data = await asyncio.to_thread(parse, received.body)
        else:
            data = parse(received.body)
    except Unreadable:
        readable = False
    has_status = isinstance(data, dict) and isinstance(data.get("status"), str)
    if not success and not (received.status in accepted and has_status):
        raise error_for(received.status, received.headers, received.body, received.host)
    if not readable:
        raise UnexpectedAnswer(f"The answer of {received.host} cannot be read.")
    return Answer(received.status, data, received.headers)


@asynccontextmanager
async def _content(
    body: Mapping[str, Any], attachment: Attachment | None, progress: Progress | None, sending: Sending
) -> AsyncIterator[bytes | AsyncIterator[bytes]]:
    if attachment is None:
        content = await asyncio.to_thread(lambda: json.dumps(dict(body)).encode())
        sending.size = sending.sent = len(content)
        yield content
        return
    streamed = await StreamedBody.open(body, attachment, sending, progress)
    try:
        yield streamed.chunks()
    finally:
        await streamed.close()
