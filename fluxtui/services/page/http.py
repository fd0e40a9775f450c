"""Just enough HTTP/1.1 to show pages on loopback: GET and HEAD, bounded in size, number and time.

Everybody on this machine can reach the port. A connection that has not shown that it may see something gets
one answer, and gives way when there are too many, those of other users first: so nobody keeps the owner out
by opening connections.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from email.utils import formatdate
from http import HTTPStatus

from fluxtui.domain.errors import InvalidInput
from fluxtui.services.page.peers import owners_of_peers
from fluxtui.system.dataclass import dataclass

ADDRESS = "127.0.0.1"
MAX_HEAD_BYTES = 16_384
"""Of request line and headers together."""
MAX_CONNECTIONS = 96
CROWD = 32
"""From so many connections on there is less time for a request."""
HEAD_SECONDS = 10.0
"""Within how many seconds a request has to be complete, from the connection or the last answer on."""
CROWDED_HEAD_SECONDS = 2.0
ANSWER_SECONDS = 30.0
WRITE_SECONDS = 30.0
"""How long a client may take nothing of an answer."""
SLOWEST_READER = 4096
"""Bytes a second; an answer may take its size divided by this besides `WRITE_SECONDS`."""
PIECE_BYTES = 64 * 1024

_REQUEST_LINE = re.compile(r"([A-Z]{1,16}) (/[\x21-\x7e]*) HTTP/1\.([01])")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*?)[ \t]*")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x20-\x7e\x80-\xff\t]*")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PageRequest:
    """What a browser asks for: `target` is path and query, `headers` have small names."""

    method: str
    target: str
    headers: Mapping[str, str]
    keeps_alive: bool = True


@dataclass(frozen=True)
class Response:
    """An answer: headers without length and connection, which the server adds.

    `to_known` says that who asked has shown to be let in, so that the connection is worth keeping.
    """

    status: HTTPStatus
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    to_known: bool = False


Responder = Callable[[PageRequest], Awaitable[Response]]


class BadRequest(Exception):
    """A request that is not answered but refused, with its status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def parse_request(head: bytes) -> PageRequest:
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
    return PageRequest(found[1], found[2], headers, keeps_alive=not closes)


@dataclass(eq=False)
class _Connection:
    """One client by its port: whether it was let in, and whether it is being answered now.

    `is_ours` is whether it is this user's, or root's who forwards ports for others; None until it was looked
    up.
    """

    task: asyncio.Task[None]
    port: int
    is_ours: bool | None = None
    is_known: bool = False
    is_answered: bool = False


class LoopbackServer:
    """Listens on loopback only and hands requests to `answer`. `start` and `stop` on one event loop.

    Args:
        answer: what makes the answers; what it raises is told to nobody but the log.
        headers: of every answer, refusals and faults included.
        head_seconds: see `HEAD_SECONDS`.
        owners: whose the connections are, see `owners_of_peers`.
    """

    def __init__(
        self,
        answer: Responder,
        *,
        headers: Mapping[str, str],
        head_seconds: float = HEAD_SECONDS,
        owners: Callable[[int], Mapping[int, int]] = owners_of_peers,
    ) -> None:
        self._answer = answer
        self._owners = owners
        self._headers = headers
        self._head_seconds = head_seconds
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], _Connection] = {}

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
        ended = tuple(self._open)
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or not self._has_room():
            writer.transport.abort()
            return
        peer = writer.get_extra_info("peername")
        self._open[task] = connection = _Connection(task, int(peer[1]) if peer else 0)
        try:
            while await self._serve_one(connection, reader, writer):
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
            self._open.pop(task, None)

    def _has_room(self) -> bool:
        """Tell whether one more can be served; who can be spared goes for it.

        These are all of other users that were not let in, else the oldest that was not, else the one of those
        let in that has asked nothing for the longest.
        """
        if len(self._open) < MAX_CONNECTIONS:
            return True
        strangers = [each for each in self._open.values() if not each.is_known]
        waiting = (each for each in self._open.values() if not each.is_answered)
        spared = self._of_others(strangers) or strangers[:1] or [*waiting][:1]
        for each in spared:
            del self._open[each.task]
            each.task.cancel()
        return bool(spared)

    def _of_others(self, connections: Sequence[_Connection]) -> list[_Connection]:
        """Return those that surely are another user's; many are looked up at once, since it takes a while."""
        unknown = [each for each in connections if each.is_ours is None]
        if len(unknown) >= MAX_CONNECTIONS // 3:
            owners, ours = self._owners(self.port), {os.getuid(), 0}
            for each in unknown:
                each.is_ours = owners.get(each.port, 0) in ours
        return [each for each in connections if each.is_ours is False]

    def _seconds_for_head(self, connection: _Connection) -> float:
        is_pressed = len(self._open) >= CROWD and not connection.is_known
        return min(self._head_seconds, CROWDED_HEAD_SECONDS) if is_pressed else self._head_seconds

    async def _serve_one(
        self, connection: _Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Take one request and answer it; tell whether another one may follow."""
        request: PageRequest | None = None
        connection.is_answered = False
        try:
            async with asyncio.timeout(self._seconds_for_head(connection)):
                head = await reader.readuntil(b"\r\n\r\n")
            connection.is_answered = True
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
        connection.is_known = connection.is_known or response.to_known
        keeps_alive = request is not None and request.keeps_alive and connection.is_known
        with_body = request is None or request.method != "HEAD"
        await self._write(writer, response, keeps_alive=keeps_alive, body=with_body)
        return keeps_alive

    async def _write(
        self, writer: asyncio.StreamWriter, response: Response, *, keeps_alive: bool, body: bool
    ) -> None:
        head, content = self._in_bytes(response, keeps_alive=keeps_alive)
        pieces = range(0, len(content) if body else 0, PIECE_BYTES)
        async with asyncio.timeout(WRITE_SECONDS + len(content) / SLOWEST_READER):
            writer.write(head)
            for start in pieces:
                writer.write(content[start : start + PIECE_BYTES])
                async with asyncio.timeout(WRITE_SECONDS):
                    await writer.drain()
            with suppress(ConnectionError):
                async with asyncio.timeout(WRITE_SECONDS):
                    await writer.drain()

    def _in_bytes(self, response: Response, *, keeps_alive: bool) -> tuple[bytes, bytes]:
        """Return head and body of an answer, or of a refusal where the head would be none."""
        try:
            return _head(response, self._headers, keeps_alive=keeps_alive), response.body
        except ValueError:
            # The text of the error could hold what is kept out of the answer.
            _log.error("the page had a header that none may have, so it did not answer")
        refused = Response(HTTPStatus.INTERNAL_SERVER_ERROR)
        return _head(refused, self._headers, keeps_alive=keeps_alive), refused.body


def _head(response: Response, always: Mapping[str, str], *, keeps_alive: bool) -> bytes:
    """Return status line and headers. Raises `ValueError` where one is more than one line of Latin-1."""
    status = response.status
    headers = {
        **always,
        **response.headers,
        "Date": formatdate(usegmt=True),
        "Content-Length": str(len(response.body)),
        "Connection": "keep-alive" if keeps_alive else "close",
    }
    if not all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in headers.items()):
        raise ValueError("a header is not one line of text")
    fields = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join((f"HTTP/1.1 {status.value} {status.phrase}", *fields, "", "")).encode("latin-1")
