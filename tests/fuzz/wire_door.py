"""The door of the wire itself: what comes back over loopback is hardly HTTP, or HTTP of an odd kind."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping
from random import Random

from pydantic import SecretStr

from fluxtui.api.limits import Timeouts
from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.domain.errors import FluxError, InDoubt, ServiceError
from tests.fuzz import shapes
from tests.fuzz.campaign import Fault, check_error

KEY = "bfl_MarkedKey0123456789"
_BODY = b'{"id": "id-1", "polling_url": "http://127.0.0.1/x", "cost": 4}'


def _whole(
    status: str = "200 OK", headers: str = "", body: bytes = _BODY, length: int | None = None
) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n".encode("latin-1") + body


_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_NAMED: Mapping[str, bytes] = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "old": b"HTTP/0.9 200\r\n\r\n{}",
    "a status of four digits": _whole("2000 OK"),
    "a status that is no number": _whole("abc"),
    "a continuation that never ends": b"HTTP/1.1 100 Continue\r\n\r\n" * 300,
    "an upgrade": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
    "too short": _whole(length=10_000),
    "too long": _whole(length=3),
    "a negative length": _whole(headers="Content-Length: -1\r\n"),
    "two lengths": _whole(headers="Content-Length: 7\r\n"),
    "a length of 2^70": _whole(length=2**70),
    "a chunk of 2^70": _CHUNKED + b"400000000000000000\r\nab",
    "a chunk that is no number": _CHUNKED + b"xyz\r\nab\r\n0\r\n\r\n",
    "chunks without an end": _CHUNKED + b"1\r\na\r\n" * 5_000,
    "zipped although nobody asked": _whole(headers="Content-Encoding: gzip\r\n", body=gzip.compress(_BODY)),
    "a bomb": _whole(headers="Content-Encoding: gzip\r\n", body=gzip.compress(bytes(40_000_000))),
    "ten thousand headers": _whole(headers="X: y\r\n" * 10_000),
    "a header of a megabyte": _whole(headers=f"X: {'a' * 1_000_000}\r\n"),
    "a header with an escape": _whole(headers="Date: \x1b[2J\r\nRetry-After: \x1b]0;x\x07\r\n"),
    "a location that is data": _whole("302 Found", "Location: data:x\r\n"),
    "a location that is mail": _whole("307 Temporary Redirect", "Location: mailto:a@b\r\n"),
    "a location elsewhere": _whole("308 Permanent Redirect", "Location: https://evil.example/\r\n"),
    "a cookie": _whole(headers="Set-Cookie: a=b; Domain=127.0.0.1\r\n"),
    "two answers": _whole() + _whole("500 No"),
}


class WireDoor:
    """A server that sends any bytes in answer to an order, a question and a download."""

    name = "wire"
    named = tuple(_NAMED)
    bound = 15.0
    cost = 6.0
    overhead = 0.0

    def __init__(self) -> None:
        self._answer = b""
        self._orders = 0
        self._server: asyncio.Server | None = None
        self._api: APIService | None = None

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self._api = APIService(
            f"http://127.0.0.1:{port}",
            SecretStr(KEY),
            timeouts=Timeouts(connect=2.0, read=0.5, total=1.0),
            retries=RetryPolicy(attempts=1),
        )

    async def close(self) -> None:
        """Listen no more."""
        if self._api is not None and self._server is not None:
            await self._api.close()
            self._server.close()
            await self._server.wait_closed()

    async def attempt(self, case: str, chance: Random) -> str:
        """Order something, then ask for something, each answered in the same way."""
        assert self._api is not None
        self._answer, self._orders = _NAMED.get(case) or _drawn(chance), 0
        if case == "nothing":
            self._answer = b""
        kinds = []
        try:
            answer = await self._api.post("/v1/flux-dev", {"prompt": "a fox"})
            kinds.append(f"{answer.status}")
        except FluxError as error:
            kinds.append(self._kind_of(error))
            if _may_be_accepted(self._answer) and not isinstance(error, InDoubt):
                raise Fault(f"an order that may be accepted is told as {type(error).__name__}") from error
        if self._orders > 1:
            raise Fault(f"{self._orders} orders were sent")
        try:
            await self._api.get("/v1/credits")
        except FluxError as error:
            kinds.append(self._kind_of(error))
        return " ".join(kinds)

    def _kind_of(self, error: FluxError) -> str:
        check_error(error, KEY)
        if not isinstance(error, ServiceError):
            raise Fault(f"{type(error).__name__} is no error of a service") from error
        return type(error).__name__

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self._orders += head.startswith(b"POST")
            if head.startswith(b"POST"):
                await reader.readexactly(len(b'{"prompt":"a fox"}'))
            writer.write(self._answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


def _may_be_accepted(answer: bytes) -> bool:
    """Tell whether an answer leaves open that the order was taken: it says neither yes nor no."""
    return not answer.startswith((b"HTTP/1.1 3", b"HTTP/1.1 4", b"HTTP/1.0 3", b"HTTP/1.0 4"))


def _drawn(chance: Random) -> bytes:
    status = chance.choice(
        ("200 OK", "200 OK", "201 Made", "204 None", "400 Bad", "429 Many", "500 No", "302 There")
    )
    names = ("Date", "Retry-After", "Location", "Content-Encoding", "Transfer-Encoding", "Connection", "X")
    headers = "".join(
        f"{chance.choice(names)}: {shapes.header(chance)}\r\n" for _ in range(chance.randrange(3))
    )
    whole = _whole(status, headers, shapes.bytes_of(chance, shapes.bent(chance, {"id": "id-1", "cost": 4})))
    return shapes.damaged(chance, whole) if chance.random() < 0.6 else whole
