"""Looking at the beginning of a request's body, for services whose one path takes everything."""

from __future__ import annotations

from collections import deque

from starlette.types import Message, Receive

PEEKED_BYTES = 64 * 1024


async def peeked(receive: Receive) -> tuple[bytes, Receive]:
    """Return the first bytes of a body, and what gives the whole of it to whoever reads on."""
    waiting: deque[Message] = deque()
    head = bytearray()
    while len(head) < PEEKED_BYTES:
        message = await receive()
        waiting.append(message)
        head += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body", False):
            break

    async def from_the_start() -> Message:
        return waiting.popleft() if waiting else await receive()

    return bytes(head[:PEEKED_BYTES]), from_the_start
