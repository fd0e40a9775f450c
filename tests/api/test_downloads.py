from __future__ import annotations

import asyncio
import base64
import gzip
import io
import stat
import threading
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

import pytest
from PIL import Image

from fluxtui.api.limits import WEIGHTS_LIMITS, DownloadLimits, Timeouts
from fluxtui.api.retries import RetryPolicy
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
from fluxtui.system.private_files import create_anew

if TYPE_CHECKING:
    from tests.api.conftest import MakeService, ScriptedServer

PICTURE = b"\x89PNG" + bytes(range(256)) * 3000


def _real_picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(target, "PNG")
    return target.getvalue()


REAL_PICTURE = _real_picture()


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


async def test_the_path_of_a_public_file_is_not_noted(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    server.answer(200, PICTURE, Content_Type="image/png")
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    await service.download(f"{elsewhere}/unguessable/1.png", tmp_path / "part")
    assert server.seen[0].target == "/unguessable/1.png"
    (exchange,) = service.trace.exchanges
    assert (exchange.path, exchange.status) == ("/…", 200)


@pytest.mark.parametrize("kind", ["image/jpeg", "IMAGE/WEBP", "application/octet-stream", ""])
async def test_accepted_content_types(
    server: ScriptedServer, service: APIService, tmp_path: Path, kind: str
) -> None:
    server.answer(200, PICTURE, Content_Type=kind)
    assert (await service.download(f"{server.url}/x", tmp_path / "part")).size == len(PICTURE)


@pytest.mark.parametrize("kind", ["text/html", "application/json", "imagex/png", ""])
async def test_what_a_server_calls_a_picture_does_not_matter(
    server: ScriptedServer, service: APIService, tmp_path: Path, kind: str
) -> None:
    server.answer(200, PICTURE, Content_Type=kind)
    await service.download(f"{server.url}/x", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == PICTURE


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
        await service.download(f"{server.url}/x", tmp_path / "part", limits=DownloadLimits(total=1.0))
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


@pytest.mark.parametrize("told", ["gzip", "identity", "br"])
async def test_a_picture_that_comes_compressed_is_unpacked_whatever_the_server_says(
    server: ScriptedServer, service: APIService, tmp_path: Path, told: str
) -> None:
    server.answer(200, gzip.compress(PICTURE), Content_Type="image/png", Content_Encoding=told)
    downloaded = await service.download(f"{server.url}/x", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == PICTURE
    assert downloaded.size == len(PICTURE)


@pytest.mark.parametrize("packed", [b"\x1f\x8b\x08", gzip.compress(PICTURE)[:-9]], ids=["head", "cut"])
async def test_what_does_not_unpack_stays_as_it_came(
    server: ScriptedServer, service: APIService, tmp_path: Path, packed: bytes
) -> None:
    server.answer(200, packed, Content_Type="image/png")
    await service.download(f"{server.url}/x", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == packed
    assert [path.name for path in tmp_path.iterdir()] == ["part"]


async def test_what_unpacks_to_more_than_a_result_may_be_stays_packed(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    packed = gzip.compress(bytes(1_000_000))
    server.answer(200, packed, Content_Type="image/png")
    await service.download(f"{server.url}/x", tmp_path / "part", limits=DownloadLimits(max_bytes=100_000))
    assert (tmp_path / "part").read_bytes() == packed


@pytest.mark.parametrize(
    "address",
    [
        f"data:image/png;base64,{base64.b64encode(REAL_PICTURE).decode()}",
        f"DATA:;base64,{base64.urlsafe_b64encode(REAL_PICTURE).decode().rstrip('=')}",
        f"data:image/png,{quote(REAL_PICTURE)}",
        base64.b64encode(REAL_PICTURE).decode(),
        base64.encodebytes(REAL_PICTURE).decode(),
    ],
    ids=["base64", "url-safe without padding", "percent", "bare", "bare with line breaks"],
)
async def test_a_picture_within_the_answer_is_decoded(
    service: APIService, tmp_path: Path, address: str
) -> None:
    downloaded = await service.download(address, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == REAL_PICTURE
    assert downloaded.size == len(REAL_PICTURE)


@pytest.mark.parametrize("address", ["data:image/png;base64,", "data:nothing", "data:image/png;base64,!!!"])
async def test_what_is_within_the_answer_and_no_picture_is_an_unexpected_answer(
    service: APIService, tmp_path: Path, address: str
) -> None:
    with pytest.raises(UnexpectedAnswer, match="within the answer"):
        await service.download(address, tmp_path / "part")


@pytest.mark.parametrize(
    "kind",
    [
        "application/octet-stream",
        "application/x-tar",
        "application/tar",
        "application/x-safetensors",
        "binary/octet-stream",
        "",
    ],
)
async def test_weights_are_saved_without_the_key(
    server: ScriptedServer, elsewhere: ScriptedServer, service: APIService, tmp_path: Path, kind: str
) -> None:
    elsewhere.answer(200, PICTURE, Content_Type=kind)
    done = await service.download(f"{elsewhere.url}/x.tar", tmp_path / "part", limits=WEIGHTS_LIMITS)
    assert (tmp_path / "part").stat().st_size == done.size == len(PICTURE)
    assert "x-key" not in elsewhere.seen[0].headers


@pytest.mark.parametrize("kind", ["text/html", "image/png", "application/zip"])
async def test_what_a_server_calls_weights_does_not_matter(
    server: ScriptedServer, service: APIService, tmp_path: Path, kind: str
) -> None:
    packed = gzip.compress(PICTURE)
    server.answer(200, packed, Content_Type=kind)
    await service.download(f"{server.url}/x", tmp_path / "part", limits=WEIGHTS_LIMITS)
    assert (tmp_path / "part").read_bytes() == packed


@pytest.mark.parametrize("location", ["data:x", "mailto:a@b", "http://[", "//", "\x00", "http://x:99999999/"])
async def test_a_redirect_to_no_address_is_an_unexpected_answer(
    server: ScriptedServer, service: APIService, tmp_path: Path, location: str
) -> None:
    for _ in range(3):
        server.answer(302, b"", Location=location)
    with pytest.raises(UnexpectedAnswer):
        await service.download(f"{server.url}/x", tmp_path / "part")


async def test_weights_may_be_large_but_not_endless(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    server.answer(200, b"", Content_Type="application/x-tar", Content_Length=str(7 * 1024**3))
    with pytest.raises(UnexpectedAnswer, match=r"larger than 6\.4 GB"):
        await service.download(f"{server.url}/x", tmp_path / "part", limits=WEIGHTS_LIMITS)


async def test_progress_of_a_download_grows_to_the_whole(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    told: list[tuple[int, int | None]] = []
    server.answer(200, PICTURE, Content_Type="image/png")
    await service.download(
        f"{server.url}/x", tmp_path / "part", progress=lambda done, total: told.append((done, total))
    )
    assert told == sorted(told)
    assert len(told) > 1
    assert told[-1] == (len(PICTURE), len(PICTURE))


async def test_progress_of_an_unknown_size(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    async def until_closed(_seen: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + PICTURE)
        await writer.drain()
        writer.close()

    server.then(until_closed)
    told: list[tuple[int, int | None]] = []
    await service.download(
        f"{server.url}/x", tmp_path / "part", progress=lambda done, total: told.append((done, total))
    )
    assert told[-1] == (len(PICTURE), None)


async def _trickle(_seen: object, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_the_time_of_weights_is_by_their_size(
    server: ScriptedServer, make_service: MakeService, tmp_path: Path
) -> None:
    limits = replace(WEIGHTS_LIMITS, total=2.0, slowest=10_000.0)
    server.then(_trickle)
    service = make_service(retries=RetryPolicy(attempts=1))
    with pytest.raises(TimedOut, match="did not send the LoRA file within 2 seconds"):
        await service.download(f"{server.url}/x", tmp_path / "part", limits=limits)


async def _drip(writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_weights_without_a_size_that_drip_are_given_up(
    server: ScriptedServer, make_service: MakeService, tmp_path: Path
) -> None:
    async def drip(_seen: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + bytes(70_000))
        await _drip(writer)

    limits = replace(WEIGHTS_LIMITS, window=0.3)
    server.then(drip)
    service = make_service(retries=RetryPolicy(attempts=1))
    with pytest.raises(TimedOut, match=r"of the LoRA file in 0\.3 seconds, less than 60\.0 kB"):
        await service.download(f"{server.url}/x", tmp_path / "part", limits=limits)


async def test_an_answer_whose_head_drips_is_given_up(
    server: ScriptedServer, make_service: MakeService, tmp_path: Path
) -> None:
    async def drip(_seen: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        await _drip(writer)

    server.then(drip)
    service = make_service(retries=RetryPolicy(attempts=1))
    with pytest.raises(TimedOut, match=r"gave no answer within 2"):
        await service.download(
            f"{server.url}/x", tmp_path / "part", limits=replace(WEIGHTS_LIMITS, total=2.0)
        )


async def test_weights_that_stall_are_given_up(
    server: ScriptedServer, make_service: MakeService, tmp_path: Path
) -> None:
    until = asyncio.Event()

    async def stall(_seen: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
        await until.wait()
        writer.transport.abort()

    server.then(stall)
    times = Timeouts(connect=2, read=0.1, total=5)
    service = make_service(timeouts=times, retries=RetryPolicy(attempts=1))
    with pytest.raises(TimedOut, match=r"within 0\.1 seconds"):
        await service.download(f"{server.url}/x", tmp_path / "part", limits=WEIGHTS_LIMITS)
    until.set()


async def test_memory_stays_flat(server: ScriptedServer, service: APIService, tmp_path: Path) -> None:
    piece, count = bytes(1_000_000), 80

    async def much(_seen: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(piece) * count))
        for _ in range(count):
            writer.write(piece)
            await writer.drain()

    server.then(much)
    await service._opened()
    tracemalloc.start()
    try:
        done = await service.download(f"{server.url}/x", tmp_path / "part", limits=WEIGHTS_LIMITS)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert done.size == len(piece) * count
    assert peak < 12_000_000


async def test_a_file_that_nobody_waits_for_any_more_is_closed(
    server: ScriptedServer, service: APIService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, going_on = threading.Event(), threading.Event()
    made: list[BinaryIO] = []

    def slow(path: Path) -> BinaryIO:
        made.append(create_anew(path))
        begun.set()
        going_on.wait()
        return made[0]

    monkeypatch.setattr("fluxtui.api.downloads.create_anew", slow)
    server.answer(200, PICTURE, Content_Type="image/png")
    loading = asyncio.create_task(service.download(f"{server.url}/r/1.png", tmp_path / "part"))
    await asyncio.to_thread(begun.wait)
    loading.cancel()
    await asyncio.sleep(0)
    going_on.set()
    await asyncio.wait([loading])
    assert loading.cancelled()
    assert made[0].closed
