"""Just enough HTTP/1.1 to show pages on loopback: GET and HEAD, bounded in size, number and time."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus

from fluxtui.domain.errors import InvalidInput

ADDRESS = "127.0.0.1"
MAX_HEAD_BYTES = 16_384
"""Of request line and headers together."""
MAX_CONNECTIONS = 32
HEAD_SECONDS = 10.0
"""Within how many seconds a request has to be complete, from the connection or the last answer on."""
ANSWER_SECONDS = 30.0
WRITE_SECONDS = 30.0
"""How long a client may take nothing of an answer."""
PIECE_BYTES = 64 * 1024

_REQUEST_LINE = re.compile(r"([A-Z]{1,16}) (/[\x21-\x7e]*) HTTP/1\.([01])")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*?)[ \t]*")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What a browser asks for: `target` is path and query, `headers` have small names."""

    method: str
    target: str
    headers: Mapping[str, str]
    keeps_alive: bool = True


@dataclass(frozen=True)
class Response:
    """An answer: headers without length and connection, which the server adds."""

    status: HTTPStatus
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Request], Awaitable[Response]]


class BadRequest(Exception):
    """A request that is not answered but refused, with its status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def parse_request(head: bytes) -> Request:
    """Return the request that a head (up to the empty line) is. Raises `BadRequest`."""
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    found = _REQUEST_LINE.fullmatch(first)
    if found is None:
        raise BadRequest(HTTPStatus.BAD_REQUEST)
    headers: dict[str, str] = {}
    for line in lines:
        header = _HEADER.fullmatch(line)
        name = header[1].lower() if header is not None else ""
        if header is None or (name == "host" and name in headers):
            raise BadRequest(HTTPStatus.BAD_REQUEST)
        headers[name] = header[2]
    if found[1] not in ("GET", "HEAD"):
        raise BadRequest(HTTPStatus.METHOD_NOT_ALLOWED)
    if "transfer-encoding" in headers or headers.get("content-length", "0") != "0":
        raise BadRequest(HTTPStatus.BAD_REQUEST)
    closes = "close" in headers.get("connection", "").lower() or found[3] == "0"
    return Request(found[1], found[2], headers, keeps_alive=not closes)


class LoopbackServer:
    """Listens on loopback only and hands requests to `answer`. `start` and `stop` on one event loop.

    Args:
        answer: what makes the answers; what it raises is told to nobody but the log.
        headers: of every answer, refusals and faults included.
        head_seconds: see `HEAD_SECONDS`.
    """

    def __init__(
        self, answer: Answer, *, headers: Mapping[str, str], head_seconds: float = HEAD_SECONDS
    ) -> None:
        self._answer = answer
        self._headers = headers
        self._head_seconds = head_seconds
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that it listens on, or 0."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server is not None else 0

    async def start(self, port: int) -> None:
        """Listen on a port (0: any free one). Raises `InvalidInput` where it cannot be had."""
        try:
            self._server = await asyncio.start_server(self._serve, ADDRESS, port, limit=MAX_HEAD_BYTES)
        except OSError as error:
            raise InvalidInput(
                f"Port {port} of this machine cannot be used for the page: it is taken or not allowed.",
                next_step="Set another home.page_port in the configuration file.",
            ) from error

    async def stop(self) -> None:
        """Close the port and every connection. Idempotent."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._open) >= MAX_CONNECTIONS:
            writer.transport.abort()
            return
        self._open.add(task)
        try:
            while await self._serve_one(reader, writer):
                continue
            # Otherwise a client that reads nothing keeps the connection for ever.
            async with asyncio.timeout(WRITE_SECONDS):
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            writer.transport.abort()
        except asyncio.CancelledError:
            # The streams would report it as a fault of theirs.
            writer.transport.abort()
        finally:
            self._open.discard(task)

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Take one request and answer it; tell whether another one may follow."""
        request: Request | None = None
        try:
            async with asyncio.timeout(self._head_seconds):
                head = await reader.readuntil(b"\r\n\r\n")
            request = parse_request(head)
            async with asyncio.timeout(ANSWER_SECONDS):
                response = await self._answer(request)
        except asyncio.LimitOverrunError:
            response = Response(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        except BadRequest as error:
            response = Response(error.status)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            raise
        except Exception:
            _log.exception("the page could not answer")
            response = Response(HTTPStatus.INTERNAL_SERVER_ERROR)
        keeps_alive = request is not None and request.keeps_alive
        await self._write(
            writer, response, keeps_alive=keeps_alive, body=request is None or request.method != "HEAD"
        )
        return keeps_alive

    async def _write(
        self, writer: asyncio.StreamWriter, response: Response, *, keeps_alive: bool, body: bool
    ) -> None:
        headers = {**self._headers, **response.headers}
        writer.write(_head(response, headers, keeps_alive=keeps_alive))
        for start in range(0, len(response.body) if body else 0, PIECE_BYTES):
            writer.write(response.body[start : start + PIECE_BYTES])
            async with asyncio.timeout(WRITE_SECONDS):
                await writer.drain()
        with suppress(ConnectionError):
            async with asyncio.timeout(WRITE_SECONDS):
                await writer.drain()


def _head(response: Response, given: Mapping[str, str], *, keeps_alive: bool) -> bytes:
    status = response.status
    headers = {
        **given,
        "Date": formatdate(usegmt=True),
        "Content-Length": str(len(response.body)),
        "Connection": "keep-alive" if keeps_alive else "close",
    }
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join((*lines, "", "")).encode("latin-1")
