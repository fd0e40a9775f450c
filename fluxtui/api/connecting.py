"""What the HTTP library tells while it connects: where a name has really led.

A name is looked up by the library, so its address is judged when the connection stands, and before a byte
of the request or of TLS is sent over it. Through a proxy of the environment it is the proxy that looks names
up: then only an address that stands in the request itself can be judged.
"""

from __future__ import annotations

from typing import Any

import httpx

from fluxtui.api.attempt import Attempt
from fluxtui.api.hosts import HostPolicy, shown_host
from fluxtui.api.reach import reach_of
from fluxtui.domain.errors import UnexpectedAnswer

_STARTED, _CONNECTED, _SECURED = "connect_tcp.started", "connect_tcp.complete", "start_tls.complete"


class Connecting:
    """Watches the connection of one request."""

    def __init__(self, sending: Attempt, policy: HostPolicy, url: httpx.URL, *, is_foreign: bool) -> None:
        """Args:
        sending: is told all events as well.
        policy: of the profile.
        url: of the request.
        is_foreign: whether the service may name any address here, so that it is judged; the others go to the
            profile's own servers and teach where these are.
        """
        self._sending, self._policy, self._url, self._is_foreign = sending, policy, url, is_foreign
        self._host = ""

    async def note(self, event: str, details: dict[str, Any]) -> None:
        """Take notice of an event. Raises `UnexpectedAnswer` where the connection is not to be used."""
        await self._sending.note(event, details)
        if event.endswith(_STARTED):
            self._host = str(details.get("host", ""))
        elif self._host != self._url.raw_host.decode("ascii"):
            return
        elif event.endswith(_CONNECTED) and self._is_foreign:
            await self._judge(details.get("return_value"))
        elif event.endswith(_SECURED) and not self._is_foreign:
            self._policy.learn(self._url, _peer(details.get("return_value")))

    async def _judge(self, stream: Any) -> None:
        address = _peer(stream)
        reach = reach_of(address)
        if reach is None or self._policy.may_reach(reach):
            return
        await stream.aclose()
        raise UnexpectedAnswer(
            f"The service sent us to {shown_host(self._url)}, which leads to {address} {reach.value}, so "
            "nothing was sent there.",
            next_step="Check the network: some make every name lead to their own page until one signs in.",
        )


def _peer(stream: Any) -> str:
    """Return the address at the other end of a connection; empty where it is not told."""
    told = stream.get_extra_info("server_addr") if stream is not None else None
    return str(told[0]) if isinstance(told, tuple) and told else ""
