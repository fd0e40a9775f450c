from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.api.limits import DownloadLimits
from fluxtui.api.service import APIService
from fluxtui.domain.errors import (
    FluxError,
    NetworkDown,
    RateLimited,
    ResultExpired,
    ServiceDown,
    StorageError,
    TimedOut,
    UnexpectedAnswer,
)

if TYPE_CHECKING:
    from tests.api.conftest import MakeService, ScriptedServer

PICTURE = b"\x89PNG" + bytes(range(256)) * 3000


async def test_a_result_is_saved_without_the_key(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    server.answer(200, PICTURE, Content_Type="image/png; q=1")
    target = tmp_path / "part"
    done = await service.download(f"{server.url}/r/1.png?sig=s1gn", target)
    assert target.read_bytes() == PICTURE
    assert (done.size, done.content_type) == (len(PICTURE), "image/png; q=1")
    assert "x-key" not in server.seen[0].headers
    assert server.seen[0].target == "/r/1.png?sig=s1gn"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    exchange = service.trace.exchanges[0]
    assert (exchange.path, exchange.received) == ("/r/1.png", len(PICTURE))
    assert "s1gn" not in repr(exchange)


@pytest.mark.parametrize("kind", ["image/jpeg", "IMAGE/WEBP", "application/octet-stream", ""])
async def test_accepted_content_types(
    server: ScriptedServer, service: APIService, tmp_path: Path, kind: str
) -> None:
    server.answer(200, PICTURE, Content_Type=kind)
    assert (await service.download(f"{server.url}/x", tmp_path / "part")).size == len(PICTURE)


@pytest.mark.parametrize("kind", ["text/html", "application/json", "imagex/png"])
async def test_other_content_types_are_refused(
    server: ScriptedServer, service: APIService, tmp_path: Path, kind: str
) -> None:
    for _ in range(3):
        server.answer(200, PICTURE, Content_Type=kind)
    with pytest.raises(UnexpectedAnswer, match="in place of a picture"):
        await service.download(f"{server.url}/x", tmp_path / "part")
    assert not (tmp_path / "part").exists()


async def test_a_size_that_is_announced_too_large_is_refused_at_once(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    server.answer(200, PICTURE, Content_Type="image/png")
    with pytest.raises(UnexpectedAnswer, match=r"larger than 1\.0 kB"):
        await service.download(f"{server.url}/x", tmp_path / "part", limits=DownloadLimits(max_bytes=1000))
    assert not (tmp_path / "part").exists()
    assert len(server.seen) == 1


async def test_a_size_that_was_not_announced_is_limited_too(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    async def endless(_seen: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nConnection: close\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65_536)
            await writer.drain()

    server.then(endless)
    with pytest.raises(UnexpectedAnswer, match="larger than"):
        await service.download(f"{server.url}/x", tmp_path / "part", limits=DownloadLimits(max_bytes=10**6))
    assert (tmp_path / "part").stat().st_size <= 10**6


async def test_a_broken_off_download_starts_again(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    server.answer(200, PICTURE[:1000], Content_Type="image/png", Content_Length=str(len(PICTURE)))
    server.drop().answer(200, PICTURE, Content_Type="image/png")
    await service.download(f"{server.url}/x", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == PICTURE


async def test_redirects_are_followed_without_the_key(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    server.answer(302, b"", Location="/second?sig=2").answer(307, b"", Location=f"{server.url}/third")
    server.answer(200, PICTURE, Content_Type="image/png")
    await service.download(f"{server.url}/first", tmp_path / "part")
    assert [seen.target for seen in server.seen] == ["/first", "/second?sig=2", "/third"]
    assert not [seen for seen in server.seen if "x-key" in seen.headers]


async def test_redirects_are_limited(server: ScriptedServer, service: APIService, tmp_path: Path) -> None:
    for _ in range(9):
        server.answer(302, b"", Location="/again")
    with pytest.raises(UnexpectedAnswer, match="more than 3 times"):
        await service.download(f"{server.url}/x", tmp_path / "part")
    assert len(server.seen) == 4


@pytest.mark.parametrize(
    "location", ["http://storage.example/x.png", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://[", ""]
)
async def test_redirects_to_unsafe_places_are_refused(
    server: ScriptedServer, service: APIService, tmp_path: Path, location: str
) -> None:
    for _ in range(4):
        server.answer(302, b"", Location=location)
    with pytest.raises(UnexpectedAnswer):
        await service.download(f"{server.url}/x", tmp_path / "part")
    assert not (tmp_path / "part").exists()


async def test_plain_http_is_refused_for_a_profile_elsewhere(
    server: ScriptedServer, make_service: MakeService, tmp_path: Path
) -> None:
    service = make_service("https://api.bfl.ai")
    with pytest.raises(UnexpectedAnswer, match="without encryption"):
        await service.download(f"{server.url}/x", tmp_path / "part")
    assert server.connections == 0


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_dead_address_means_expired(
    server: ScriptedServer, service: APIService, tmp_path: Path, status: int
) -> None:
    server.answer(status, b"<Error>Signature not valid</Error>")
    with pytest.raises(ResultExpired) as raised:
        await service.download(f"{server.url}/x?sig=s1gn", tmp_path / "part")
    assert raised.value.billed
    assert "s1gn" not in raised.value.sentence()
    assert len(server.seen) == 1


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, ServiceDown)])
async def test_passing_troubles_are_retried_then_told(
    server: ScriptedServer, service: APIService, tmp_path: Path, status: int, kind: type[FluxError]
) -> None:
    for _ in range(3):
        server.answer(status)
    with pytest.raises(kind):
        await service.download(f"{server.url}/x", tmp_path / "part")
    assert len(server.seen) == 3


async def test_time_is_limited_over_all_redirects(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    until = asyncio.Event()
    for _ in range(3):
        server.answer(302, b"", Location="/slow").hang(until)
    with pytest.raises(TimedOut):
        await service.download(f"{server.url}/x", tmp_path / "part", limits=DownloadLimits(total=0.2))
    until.set()


async def test_a_place_that_cannot_be_written_is_told(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    server.answer(200, PICTURE, Content_Type="image/png")
    with pytest.raises(StorageError, match="cannot be written"):
        await service.download(f"{server.url}/x", tmp_path / "none" / "part")


async def test_no_connection_is_told(service: APIService, tmp_path: Path) -> None:
    with pytest.raises(NetworkDown):
        await service.download("http://127.0.0.1:1/x", tmp_path / "part")


async def test_a_compressed_picture_is_refused(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    for _ in range(3):
        server.answer(200, b"\x1f\x8b", Content_Type="image/png", Content_Encoding="gzip")
    with pytest.raises(UnexpectedAnswer, match="encoding"):
        await service.download(f"{server.url}/x", tmp_path / "part")
