"""What other users of the machine, who can reach the port, cannot do to the owner."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from fluxtui.services.page import PageService, http
from fluxtui.services.page.http import LoopbackServer, PageRequest, Response
from fluxtui.services.page.peers import owners_in, owners_of_peers
from tests.services.page.test_page import Shelf, base_of, exchange

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def page() -> AsyncIterator[PageService]:
    service = PageService(Shelf(3))
    await service.start(0)
    yield service
    await service.stop()


async def idle(port: int, count: int) -> list[Streams]:
    """Open connections that say nothing."""
    return [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]


async def ended(streams: Streams) -> None:
    """Wait until the server has ended a connection."""
    async with asyncio.timeout(40):
        with suppress(ConnectionError):
            while await streams[0].read(65_536):
                continue
        await closed(streams)


async def closed(streams: Streams) -> None:
    """Close a connection from this side."""
    streams[1].close()
    with suppress(ConnectionError):
        await streams[1].wait_closed()


async def test_five_hundred_silent_connections_keep_nobody_out(page: PageService) -> None:
    url = base_of(page)
    async with httpx.AsyncClient(base_url=url, trust_env=False, follow_redirects=True) as owner:
        assert (await owner.get(page.url)).status_code == 200
        crowd = await idle(page.port, 500)
        assert (await owner.get("/")).status_code == 200
        async with httpx.AsyncClient(base_url=url, trust_env=False, follow_redirects=True) as another:
            assert (await another.get(page.url)).status_code == 200
        for streams in crowd[: 500 - http.MAX_CONNECTIONS]:
            await ended(streams)
        assert page._server is not None
        assert len(page._server._open) <= http.MAX_CONNECTIONS
        for streams in crowd:
            await closed(streams)


async def test_those_of_other_users_go_before_one_of_the_owner_that_is_still_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over a slow line a request comes long after its connection."""
    monkeypatch.setattr(http, "MAX_CONNECTIONS", 20)
    our_ports: set[int] = set()
    strangers = dict.fromkeys(range(65_536), os.getuid() + 1)

    def owners(_port: int) -> dict[int, int]:
        return strangers | dict.fromkeys(our_ports, os.getuid())

    async def answer(_request: PageRequest) -> Response:
        return Response(HTTPStatus.OK, b"seen", to_known=True)

    server = LoopbackServer(answer, headers={}, owners=owners)
    await server.start(0)
    owner = (await idle(server.port, 1))[0]
    our_ports.add(owner[1].get_extra_info("sockname")[1])
    crowd = await idle(server.port, 200)
    owner[1].write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(40):
        assert (await owner[0].read()).endswith(b"seen")
    for streams in (owner, *crowd):
        await closed(streams)
    await server.stop()


TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2256 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0
   1: 0100007F:2256 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0 20 4 30 10 -1
   2: 0100007F:D431 0100007F:2256 01 00000000:00000000 00:00000000 00000000  1003        0 3 1 0 20 4 30 10 -1
   3: 0100007F:D432 0100007F:2257 01 00000000:00000000 00:00000000 00000000  1004        0 4 1 0 20 4 30 10 -1
   4: nonsense
   5: 0100007F:D433 0100007F:2256 01 00000000:00000000 00:00000000 00000000  who
"""


def test_whose_a_client_is_stands_in_the_row_of_its_own_end() -> None:
    assert owners_in(TABLE, 0x2256) == {0xD431: 1003}


async def test_a_linux_kernel_tells_whose_a_connection_is_and_others_nothing(page: PageService) -> None:
    (streams,) = await idle(page.port, 1)
    port = streams[1].get_extra_info("sockname")[1]
    expected = {port: os.getuid()} if Path("/proc/net/tcp").exists() else {}
    assert owners_of_peers(page.port) == expected
    await closed(streams)


async def test_who_was_not_let_in_gets_one_answer(page: PageService) -> None:
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = await exchange(page.port, request * 3)
    assert answer.count(b"HTTP/1.1 403") == 1
    assert b"\r\nConnection: close\r\n" in answer


async def test_in_a_crowd_there_is_less_time_for_a_request(
    page: PageService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "CROWD", 5)
    monkeypatch.setattr(http, "CROWDED_HEAD_SECONDS", 0.1)
    patient = await idle(page.port, 4)
    late = await idle(page.port, 5)
    for streams in late[1:]:
        await ended(streams)
    await closed(late[0])
    for streams in patient:
        assert not streams[0].at_eof()
        await closed(streams)


async def test_all_connections_of_the_owner_are_not_taken_for_a_crowd(
    page: PageService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that has waited the longest gives way, as browsers expect of connections that wait."""
    monkeypatch.setattr(http, "MAX_CONNECTIONS", 4)
    url = base_of(page)
    async with httpx.AsyncClient(base_url=url, trust_env=False, follow_redirects=True) as owner:
        await owner.get(page.url)
        for _ in range(3):
            answers = await asyncio.gather(*(owner.get("/") for _ in range(4)))
            assert {answer.status_code for answer in answers} == {200}
        async with httpx.AsyncClient(base_url=url, trust_env=False, follow_redirects=True) as another:
            assert (await another.get(page.url)).status_code == 200


async def large(_request: PageRequest) -> Response:
    return Response(HTTPStatus.OK, bytes(30_000_000), to_known=True)


@pytest.mark.parametrize("reads", [False, True], ids=["nothing", "drop by drop"])
async def test_who_takes_an_answer_too_slowly_is_let_go(monkeypatch: pytest.MonkeyPatch, reads: bool) -> None:
    monkeypatch.setattr(http, "WRITE_SECONDS", 0.3)
    monkeypatch.setattr(http, "SLOWEST_READER", 1e9)
    server = LoopbackServer(large, headers={})
    await server.start(0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with asyncio.timeout(40):
        while not server._open:
            await asyncio.sleep(0.01)
        while server._open:
            if reads:
                await reader.read(65_536)
            await asyncio.sleep(0.01)
    writer.close()
    await server.stop()


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": '"x"\r\nSet-Cookie: evil=1'},
        {"ETag": '"x"\nSet-Cookie: evil=1'},
        {"ETag": '"x"\r\n\r\n<script>evil</script>'},
        {"X": "evil\x00"},
        {"X": "evil\x1b[31m"},
        {"X": "evil\x7f"},
        {"X": "evil\x85\u2028"},
        {"X: evil": "1"},
        {"X\r\nY": "evil"},
        {"": "evil"},
    ],
)
async def test_a_header_of_more_than_a_line_is_never_sent(
    headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(_request: PageRequest) -> Response:
        return Response(HTTPStatus.OK, b"a picture", headers)

    server = LoopbackServer(answer, headers={"X-Always": "yes"})
    await server.start(0)
    told = await exchange(server.port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    await server.stop()
    assert told.startswith(b"HTTP/1.1 500 ")
    assert b"\r\nX-Always: yes\r\n" in told
    assert b"evil" not in told
    assert "evil" not in caplog.text


@pytest.mark.parametrize("hash_", ['x"\r\nSet-Cookie: evil=1\r\n', "", "../../x", "é" * 64])
async def test_a_picture_with_a_false_hash_is_shown_without_its_mark(hash_: str) -> None:
    shelf = Shelf(1)
    (one,) = shelf.pictures
    shelf.pictures = [replace(one, picture=one.picture.model_copy(update={"sha256": hash_, "format": hash_}))]
    page = PageService(shelf)
    await page.start(0)
    url = base_of(page)
    async with httpx.AsyncClient(base_url=url, trust_env=False, follow_redirects=True) as owner:
        await owner.get(page.url)
        for path in ("/file/1", "/thumbnail/1", "/picture/1"):
            answer = await owner.get(path, headers={"If-None-Match": '""'})
            assert answer.status_code == 200, path
            assert not {"etag", "set-cookie"} & set(answer.headers)
    await page.stop()
