"""Where a name really leads is judged once it is connected, and before anything is sent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from fluxtui.api.attempt import Attempt
from fluxtui.api.connecting import Connecting
from fluxtui.api.hosts import HostPolicy, parsed
from fluxtui.api.limits import Timeouts
from fluxtui.api.reach import Reach
from fluxtui.domain.errors import ServiceError, UnexpectedAnswer

if TYPE_CHECKING:
    from tests.api.conftest import MakeService, ScriptedServer


@dataclass
class Listener:
    """Notes all bytes of all connections, and the ends of these."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one connection to its end."""
        self.heard.append(await reader.read())
        writer.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listening = Listener()
    server = await asyncio.start_server(listening.serve, "127.0.0.1", 0)
    listening.port = server.sockets[0].getsockname()[1]
    yield listening
    server.close()


@pytest.fixture
def _names_lead_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name below `.example` lead to this machine, as a name server of an attacker does."""
    real = socket.getaddrinfo

    def lookup(host: str | bytes | None, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return real("127.0.0.1" if name and name.endswith(".example") else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.mark.usefixtures("_names_lead_here")
async def test_nothing_is_sent_to_a_name_that_leads_into_our_own_network(
    listener: Listener, make_service: MakeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    service = make_service("https://api.bfl.ai")
    address = f"https://delivery.example:{listener.port}/1.png"
    with pytest.raises(UnexpectedAnswer, match=r"leads to 127\.0\.0\.1 on this machine, so nothing was sent"):
        await service.download(address, tmp_path / "part")
    with pytest.raises(UnexpectedAnswer, match=r"leads to 127\.0\.0\.1 on this machine, so nothing was sent"):
        await service.upload(address, b"a private picture", content_type="image/png")
    async with asyncio.timeout(40):
        while len(listener.heard) < 6:
            await asyncio.sleep(0.01)
    assert listener.heard == [b""] * 6


@pytest.mark.parametrize(
    "location",
    ["https://169.254.169.254/latest", "https://10.0.0.1/", "https://[fd00::1]/", "https://0xa9fea9fe/"],
)
async def test_a_redirect_into_another_network_is_not_followed(
    server: ScriptedServer, make_service: MakeService, tmp_path: Path, location: str
) -> None:
    server.answer(302, b"", Location=location)
    with pytest.raises(UnexpectedAnswer, match="It is not there itself"):
        await make_service().download(f"{server.url}/x", tmp_path / "part")


class Stream:
    """A connection to an address."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.is_closed = False

    def get_extra_info(self, _name: str) -> tuple[str, int]:
        """Return the other end."""
        return (self._address, 443)

    async def aclose(self) -> None:
        """Close it."""
        self.is_closed = True


async def connected(
    policy: HostPolicy, url: httpx.URL, host: str, address: str, *, is_foreign: bool
) -> Stream:
    """Play what the library tells while it connects; return the connection."""
    stream, watching = Stream(address), Connecting(Attempt(), policy, url, is_foreign=is_foreign)
    await watching.note("connection.connect_tcp.started", {"host": host})
    await watching.note("connection.connect_tcp.complete", {"return_value": stream})
    await watching.note("connection.start_tls.complete", {"return_value": stream})
    return stream


async def test_an_own_server_in_a_lan_may_send_us_within_it_once_its_certificate_was_seen() -> None:
    policy = HostPolicy("https://pictures.office.example")
    result, base = parsed("https://files.office.example/1"), parsed("https://pictures.office.example/v1")
    with pytest.raises(UnexpectedAnswer, match=r"leads to 10\.0\.0\.9 in a private network"):
        await connected(policy, result, "files.office.example", "10.0.0.9", is_foreign=True)
    await connected(policy, base, "pictures.office.example", "10.0.0.7", is_foreign=False)
    stream = await connected(policy, result, "files.office.example", "10.0.0.9", is_foreign=True)
    assert not stream.is_closed


async def test_a_proxy_in_the_own_network_is_not_taken_for_the_server() -> None:
    policy = HostPolicy("https://api.bfl.ai")
    result, base = parsed("https://delivery.example/1"), parsed("https://api.bfl.ai/v1/credits")
    assert not (await connected(policy, result, "proxy.lan", "10.0.0.1", is_foreign=True)).is_closed
    await connected(policy, base, "proxy.lan", "10.0.0.1", is_foreign=False)
    assert not policy.may_reach(Reach.PRIVATE)


async def test_no_cookie_is_kept_or_sent_anywhere(
    server: ScriptedServer, elsewhere: ScriptedServer, make_service: MakeService, tmp_path: Path
) -> None:
    service = make_service()
    for _ in range(3):
        for one in (server, elsewhere):
            one.answer(200, {}, Set_Cookie="visitor=1; Path=/")
        await service.get("/v1/credits")
        await service.download(f"{elsewhere.url}/1.png", tmp_path / "part")
    server.answer(302, b"", Location="/again", Set_Cookie="hop=1").answer(200, b"x", Set_Cookie="end=1")
    await service.download(f"{server.url}/1.png", tmp_path / "part")
    for one in (server, elsewhere):
        one.answer(200, {}, Set_Cookie="stored=1").answer(200, {})
    await service.upload(f"{elsewhere.url}/put", b"x", content_type="image/png")
    await service.post("/v1/flux", {})
    await service.upload(f"{elsewhere.url}/put", b"x", content_type="image/png")
    await service.post("/v1/flux", {})
    assert len(server.seen) + len(elsewhere.seen) == 12
    assert not [seen for seen in (*server.seen, *elsewhere.seen) if "cookie" in seen.headers]
    wire = await service._opened()
    assert not list(wire.client.cookies.jar)


async def test_through_a_proxy_of_the_environment_the_proxy_looks_names_up(
    listener: Listener, make_service: MakeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.port}")
    service = make_service("https://api.bfl.ai", timeouts=Timeouts(connect=0.2, read=0.2, total=2))
    with pytest.raises(ServiceError):
        await service.download("https://delivery.example/1.png", tmp_path / "part")
    with pytest.raises(UnexpectedAnswer, match="It is not there itself"):
        await service.download("https://10.0.0.1/1.png", tmp_path / "part")
    async with asyncio.timeout(40):
        while not listener.heard:
            await asyncio.sleep(0.01)
    assert all(heard.startswith(b"CONNECT delivery.example:443 ") for heard in listener.heard)
