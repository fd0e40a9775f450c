"""Handing files to a storage under an address that the service gave, never with the key."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

import httpx

from fluxtui.api.answers import Body, JSONAnswer, NotJSON, error_for, parse
from fluxtui.api.attempt import Attempt
from fluxtui.api.contents import FileBody, Progress, opened
from fluxtui.api.hosts import parsed
from fluxtui.api.limits import ANSWER_BYTES
from fluxtui.api.receiving import Received, receive
from fluxtui.api.wire import Wire
from fluxtui.domain.errors import Refused, ServiceError
from fluxtui.system.dataclass import dataclass

_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True)
class Upload:
    """A file for a storage.

    Attributes:
        address: where it is put; can be signed, so it is never told.
        content: where the file is, or the file itself.
        content_type: of the file.
        headers: whatever else the storage wants to be told.
        method: of the request.
    """

    address: str
    content: Path | bytes
    content_type: str
    headers: Mapping[str, str]
    method: str = "PUT"


async def put(wire: Wire, upload: Upload, sending: Attempt, progress: Progress | None) -> JSONAnswer:
    """Make one attempt to put a file where the service wants it. An answer that is no JSON has no data.

    Raises:
        UnexpectedAnswer: the address cannot be used.
        Refused: the storage does not take the file, or redirects.
        ServiceError: the connection or the storage failed.
        StorageError: the file cannot be read, or changed meanwhile.
    """
    url = parsed(upload.address)
    wire.policy.check_upload(url)
    source, size = await opened(upload.content)
    body = FileBody(source, size, sending, progress)
    headers = httpx.Headers(dict(upload.headers))
    headers.update({"Content-Type": upload.content_type, "Content-Length": str(sending.size)})
    try:
        request = wire.client.build_request(upload.method, url, headers=headers, content=body.chunks())
        received = await wire.exchange(
            request,
            sending,
            wire.timeouts.total_for(size),
            lambda response: receive(response, sending, ANSWER_BYTES, wire.keys()),
            is_foreign=True,
        )
    finally:
        await body.close()
    if not received.successful:
        raise _failure(received)
    try:
        data = parse(received.body)
    except NotJSON:
        data = None
    return JSONAnswer(received.status, data, received.headers)


def _failure(received: Received) -> ServiceError:
    status, host = received.status, received.host
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
        return error_for(status, received.headers, Body(b""), host)
    if status < HTTPStatus.BAD_REQUEST:
        sentence = f"{host} redirected the upload (HTTP {status}), which is not followed. Nothing was billed."
    elif status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        sentence = f"The file is too large for {host} (HTTP {status}). Nothing was billed."
    else:
        sentence = (
            f"{host} did not take the file (HTTP {status}); the address for it may have run out. "
            "Nothing was billed."
        )
    refused = Refused(sentence)
    refused.status = status
    return refused
