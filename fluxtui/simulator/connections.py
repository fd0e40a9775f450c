"""Open connections by client address, so that one can be cut."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol


class Connections:
    """The sockets that clients have open now."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def opened(self, transport: asyncio.Transport) -> None:
        """Remember a new connection."""
        self._open[_client_of(transport)] = transport

    def lost(self, transport: asyncio.Transport) -> None:
        """Forget a closed connection."""
        self._open.pop(_client_of(transport), None)

    async def drop(self, scope: Scope, receive: Receive) -> None:
        """Close the connection of a request after what was sent already, without answering."""
        transport = self._open.get(tuple(scope["client"][:2]))
        if transport is None:
            return
        transport.close()
        while (await receive())["type"] != "http.disconnect":
            continue

    def protocol(self) -> type[H11Protocol]:
        """Return uvicorn's HTTP/1.1 protocol, reporting to these connections."""
        connections = self

        class WatchedProtocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                connections.opened(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                connections.lost(self.transport)
                super().connection_lost(exc)

        return WatchedProtocol


def _client_of(transport: asyncio.Transport) -> Any:
    peer = transport.get_extra_info("peername")
    return tuple(peer[:2]) if peer else None
