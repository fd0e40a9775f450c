"""Open connections by client address, so that one can be cut, and bounded in number."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 256
"""Of all ports together; more would take the descriptors that the state and uploads need."""


class Connections:
    """The sockets that clients have open now.

    When there are too many, the oldest that has not asked anything yet gives way: somebody who opens
    connections and says nothing keeps nobody out.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], H11Protocol] = {}

    def opened(self, protocol: H11Protocol) -> None:
        """Remember a new connection."""
        self._open[_client_of(protocol.transport)] = protocol
        if len(self._open) > MOST_CONNECTIONS:
            silent = next((each for each in self._open.values() if each.cycle is None), protocol)
            # Its end is told later, after more may have been opened.
            self.lost(silent)
            silent.transport.abort()

    def lost(self, protocol: H11Protocol) -> None:
        """Forget a closed connection."""
        client = _client_of(protocol.transport)
        if self._open.get(client) is protocol:
            del self._open[client]

    async def drop(self, scope: Scope, receive: Receive) -> None:
        """Close the connection of a request after what was sent already, without answering."""
        protocol = self._open.get(tuple(scope["client"][:2]))
        if protocol is None:
            return
        protocol.transport.close()
        while (await receive())["type"] != "http.disconnect":
            continue

    def protocol(self) -> type[H11Protocol]:
        """Return uvicorn's HTTP/1.1 protocol, reporting to these connections."""
        connections = self

        class WatchedProtocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                connections.opened(self)

            def connection_lost(self, exc: Exception | None) -> None:
                connections.lost(self)
                super().connection_lost(exc)

        return WatchedProtocol


def _client_of(transport: asyncio.Transport) -> Any:
    peer = transport.get_extra_info("peername")
    return tuple(peer[:2]) if peer else None
