"""A server on loopback that answers exactly what a test tells it to, and remembers what it saw."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr

from fluxtui.api.limits import Timeouts
from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService

KEY = "secret-key-4711"

Step = Callable[["Seen", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class ScriptedServer:
    """Takes the next step of its script for each request; without one it drops the connection."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    read_bodies: bool = True
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _script: list[Step] = field(default_factory=list)

    def then(self, step: Step) -> ScriptedServer:
        """Add a step to the script."""
        self._script.append(step)
        return self

    def answer(self, status: int, body: bytes | object = b"", **headers: str) -> ScriptedServer:
        """Answer with a status and bytes, or with JSON made of anything else."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Content-Length", str(len(content)))
        lines = [f"HTTP/1.1 {status} Some", *(f"{name}: {value}" for name, value in named.items()), "", ""]

        async def step(_seen: Seen, writer: asyncio.StreamWriter) -> None:
            writer.write("\r\n".join(lines).encode() + content)
            await writer.drain()
            if int(named["Content-Length"]) > len(content):
                writer.close()

        return self.then(step)

    def drop(self) -> ScriptedServer:
        """Close the connection without an answer."""

        async def step(_seen: Seen, writer: asyncio.StreamWriter) -> None:
            writer.transport.abort()

        return self.then(step)

    def hang(self, until: asyncio.Event) -> ScriptedServer:
        """Answer nothing before `until` is set."""

        async def step(_seen: Seen, writer: asyncio.StreamWriter) -> None:
            await until.wait()
            writer.transport.abort()

        return self.then(step)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while not writer.is_closing():
                seen = await self._request(reader)
                self.seen.append(seen)
                self.arrived.set()
                if self._script:
                    await self._script.pop(0)(seen, writer)
                else:
                    writer.transport.abort()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
        except asyncio.CancelledError:
            writer.transport.abort()

    async def _request(self, reader: asyncio.StreamReader) -> Seen:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *rest = head.strip().split("\r\n")
        method, target, _version = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        length = int(headers.get("content-length", "0")) if self.read_bodies else 0
        return Seen(method, target, headers, await reader.readexactly(length))


@asynccontextmanager
async def _scripted() -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer()
    listening = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield scripted
    listening.close()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """The server whose answers a test scripts."""
    async with _scripted() as scripted:
        yield scripted


@pytest.fixture
async def elsewhere() -> AsyncIterator[ScriptedServer]:
    """Another such server, on another port."""
    async with _scripted() as scripted:
        yield scripted


@dataclass
class Sink:
    """Takes one request of any size without keeping it, and counts the bytes of its body."""

    url: str = ""
    received: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the request of one connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while self.received < length:
            self.received += len(await reader.read(65_536))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A server that swallows one large request."""
    swallowing = Sink()
    listening = await asyncio.start_server(swallowing.serve, "127.0.0.1", 0)
    swallowing.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield swallowing
    listening.close()


MakeService = Callable[..., APIService]


@pytest.fixture
async def make_service(server: ScriptedServer) -> AsyncIterator[MakeService]:
    """Makes services of the scripted server that do not wait between attempts, and closes them."""
    made: list[APIService] = []

    def make(base_url: str | None = None, **options: Any) -> APIService:
        options.setdefault("retries", RetryPolicy(attempts=3, first_wait=0))
        options.setdefault("timeouts", Timeouts(connect=2, read=5, total=10))
        made.append(APIService(base_url or server.url, SecretStr(KEY), **options))
        return made[-1]

    yield make
    for service in made:
        await service.close()


@pytest.fixture
def service(make_service: MakeService) -> APIService:
    """A service of the scripted server with the key `secret-key-4711`."""
    return make_service()
