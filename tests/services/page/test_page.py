"""The page over real loopback: who may see it, what it shows, and what it bears."""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.picture import Picture
from fluxtui.services.page import PageService
from fluxtui.services.page.http import LoopbackServer, PageRequest, Response
from fluxtui.services.page.reader import ShownPicture

HOSTILE = '<script>alert(1)</script> "fox" & \x1b[31m[/x]'


def shown(number: int, prompt: str = HOSTILE) -> ShownPicture:
    return ShownPicture(
        number,
        Picture(
            id=f"p{number}",
            job_id="j",
            path="pictures/2026-11-26/fox.png",
            format="png",
            width=8,
            height=6,
            size=3,
            sha256=f"{number:064x}",
            prompt=prompt,
            seed=7,
            endpoint="flux-2",
            parameters={"prompt": prompt, "steps": 4},
            created_at=datetime(2026, 11, 26, tzinfo=UTC),
        ),
    )


def base_of(page: PageService) -> str:
    """Return what all addresses of a page begin with."""
    return page.url.partition("?")[0]


class Shelf:
    """Pictures without a journal: the other side of the page's protocol."""

    def __init__(self, count: int) -> None:
        self.pictures = [shown(number) for number in range(count, 0, -1)]

    async def page(self, start: int, count: int) -> tuple[Sequence[ShownPicture], int]:
        return self.pictures[start : start + count], len(self.pictures)

    async def find(self, number: int) -> ShownPicture | None:
        return next((one for one in self.pictures if one.number == number), None)

    async def content(self, shown: ShownPicture) -> bytes:
        return b"the file"

    async def thumbnail(self, shown: ShownPicture) -> bytes:
        return b"small"


@pytest.fixture
async def page() -> AsyncIterator[PageService]:
    service = PageService(Shelf(130))
    await service.start(0)
    yield service
    await service.stop()


@pytest.fixture
async def browser(page: PageService) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has been let in."""
    async with httpx.AsyncClient(base_url=base_of(page), trust_env=False) as client:
        answer = await client.get(page.url)
        assert answer.status_code == 303
        assert answer.headers["location"] == urlsplit(page.url).path
        assert "HttpOnly; SameSite=Lax" in answer.headers["set-cookie"]
        assert page.url.rpartition("=")[2] not in answer.headers["set-cookie"]
        yield client


async def test_nobody_gets_in_without_the_token(page: PageService) -> None:
    async with httpx.AsyncClient(base_url=base_of(page), trust_env=False) as client:
        paths = ("/", "/?token=", "/?token=wrong", "/?token=%C3%BC", "/picture/1", "/file/1", "/style.css")
        root, token = f"http://127.0.0.1:{page.port}", page.url.rpartition("=")[2]
        elsewhere = [f"{root}{path}" for path in (*paths, f"/?token={token}", f"/x/?token={token}")]
        for path in (*paths, *elsewhere):
            answer = await client.get(path)
            assert answer.status_code == 403, path
            assert "fox" not in answer.text
            assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost:1@evil", "", "10.0.0.1"]
)
async def test_another_name_for_this_host_is_refused(
    page: PageService, browser: httpx.AsyncClient, host: str
) -> None:
    answer = await browser.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "fox" not in answer.text


async def test_the_list_has_sixty_on_a_page_and_escapes_everything(browser: httpx.AsyncClient) -> None:
    first, last = await browser.get("/"), await browser.get("/?page=3")
    assert first.text.count("/thumbnail/") == 60
    assert last.text.count("/thumbnail/") == 10
    assert "Page 3 of 3" in last.text
    assert "<script" not in first.text
    assert "\x1b" not in first.text
    assert "&lt;script&gt;" in first.text


async def test_every_answer_forbids_what_the_page_does_not_need(browser: httpx.AsyncClient) -> None:
    browser.headers["Host"] = "localhost"
    paths = ("/", "/picture/1", "/file/1", "/thumbnail/1", "/style.css", "/nothing", "/?token=wrong")
    answers = [await browser.get(path) for path in (*paths, "/?" + "&".join("abcdefghijkl"))]
    answers.append(await browser.get("/", headers={"Host": "evil.example"}))
    answers.append(await browser.post("/"))
    assert [answer.status_code for answer in answers] == [200] * 5 + [404, 403, 400, 421, 405]
    for answer in answers:
        headers, path = answer.headers, answer.url
        assert headers["content-security-policy"].startswith("default-src 'none'; img-src 'self'"), path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


async def test_a_picture_comes_with_its_parameters_and_its_file(browser: httpx.AsyncClient) -> None:
    detail = (await browser.get("/picture/5")).text
    assert "<th>Steps</th><td>4</td>" in detail
    file = await browser.get("/file/5")
    assert (file.content, file.headers["content-type"]) == (b"the file", "image/png")
    again = await browser.get("/file/5", headers={"If-None-Match": file.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    small = await browser.get("/thumbnail/5")
    assert small.headers["etag"] != file.headers["etag"]
    assert (await browser.head("/file/5")).headers["content-length"] == "8"


@pytest.mark.parametrize(
    "path",
    [
        "/file/999",
        "/file/../journal.sqlite3",
        "/file/%2e%2e%2fjournal.sqlite3",
        "/file/1/../../x",
        "/file//etc/passwd",
        "/file/01",
        "/file/-1",
        "/file/99999999999999999999",
        "//etc/passwd",
        "//x/file/1",
        "//[",
        "/file/1%00",
    ],
)
async def test_only_pictures_of_the_journal_are_there(
    page: PageService, browser: httpx.AsyncClient, path: str
) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    place = urlsplit(page.url).path.rstrip("/")
    head = f"GET {place}{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    assert (await exchange(page.port, head.encode())).startswith(b"HTTP/1.1 404")


async def exchange(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        async with asyncio.timeout(40):
            return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"405"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"GET http://evil/ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"\x16\x03\x01\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", b"431"),
    ],
)
async def test_strange_requests_are_refused_and_end_the_connection(
    page: PageService, data: bytes, status: bytes
) -> None:
    answer = await exchange(page.port, data)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"Content-Security-Policy: default-src 'none'" in answer


async def test_a_slow_client_is_let_go_and_holds_nobody_up() -> None:
    async def answer(request: PageRequest) -> Response:
        raise LookupError("never")

    server = LoopbackServer(answer, headers={"X-Always": "yes"}, head_seconds=0.2)
    await server.start(0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET / HTTP/1.1\r\nHost:")
    async with asyncio.timeout(40):
        with pytest.raises(ConnectionError):
            if not await reader.read():
                raise ConnectionResetError
    writer.close()
    fault = await exchange(server.port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert fault.startswith(b"HTTP/1.1 500")
    assert b"never" not in fault
    assert b"\r\nX-Always: yes\r\n" in fault
    await server.stop()


async def test_stopping_closes_port_and_connections_and_changes_the_token(page: PageService) -> None:
    port, url = page.port, page.url
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(0.05)
    await page.stop()
    async with asyncio.timeout(40):
        with pytest.raises(ConnectionError):
            if not await reader.read():
                raise ConnectionResetError
    writer.close()
    assert page.url == ""
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    await page.start(0)
    assert page.url.rpartition("=")[2] != url.rpartition("=")[2]


async def test_it_listens_on_loopback_only(page: PageService) -> None:
    assert re.fullmatch(rf"http://127\.0\.0\.1:{page.port}/[\w-]{{8}}/\?token=[\w-]{{22}}", page.url)
    others = {str(address[4][0]) for address in socket.getaddrinfo(socket.gethostname(), page.port)}
    for address in {*others, "127.0.0.2", "::1"} - {"127.0.0.1"}:
        with pytest.raises((ConnectionError, OSError), match=r"onnect|assign|unreach|support"):
            await asyncio.open_connection(address, page.port)


async def test_the_token_is_compared_in_constant_time(
    page: PageService, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it is cannot be measured well; that every comparison goes the way that is can be."""
    compared: list[tuple[bytes, bytes]] = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append((left, right))
        return left == right

    monkeypatch.setattr(hmac, "compare_digest", compare)
    token = page.url.rpartition("=")[2].encode()
    for guess in ("x", "ü", token[:-1].decode()):
        await browser.get("/", params={"token": guess})
    session, place = next(iter(browser.cookies.values())).encode(), urlsplit(page.url).path.encode()
    assert (await browser.get("/")).status_code == 200
    guesses = [b"x", "ü".encode(), token[:-1]]
    here = (place, place)
    expected = [pair for guess in guesses for pair in (here, (guess, token))]
    assert compared == [*expected, here, (session, session)]


async def test_the_token_is_in_no_log_and_in_no_answer(
    browser: httpx.AsyncClient, page: PageService, caplog: pytest.LogCaptureFixture
) -> None:
    token, session = page.url.rpartition("=")[2], next(iter(browser.cookies.values()))

    async def breaks(*_: object) -> None:
        raise RuntimeError("a fault")

    with caplog.at_level(logging.DEBUG):
        asyncio.get_running_loop().set_debug(True)
        entered = await browser.get(page.url)
        texts = [(await browser.get(path)).text for path in ("/", "/picture/1", "/nothing", "/?token=wrong")]
        monkey = pytest.MonkeyPatch()
        monkey.setattr(Shelf, "find", breaks)
        fault = await browser.get(f"/picture/1?x={token}")
        monkey.undo()
        await page.stop()
        asyncio.get_running_loop().set_debug(False)
    assert fault.status_code == 500
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert [record.message for record in ours if record.name.startswith("fluxtui")] == [
        "the page could not answer"
    ]
    formatter = logging.Formatter()
    for text in (*texts, fault.text, entered.text, *map(formatter.format, ours), repr(page)):
        assert token not in text
        assert session not in text


async def test_nothing_that_changes_something_is_answered(browser: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"):
        answer = await browser.request(method, "/file/1")
        assert (answer.status_code, answer.headers["connection"]) == (405, "close"), method


async def test_a_taken_port_is_told(page: PageService) -> None:
    with pytest.raises(InvalidInput, match=str(page.port)):
        await PageService(Shelf(0)).start(page.port)
