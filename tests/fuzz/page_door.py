"""The door of the page with the gallery: bytes that are hardly HTTP, and pictures of any words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from urllib.parse import urlsplit

from fluxtui.domain.errors import StorageError
from fluxtui.domain.picture import Picture
from fluxtui.services.page import PageService
from fluxtui.services.page.reader import ShownPicture
from tests.fuzz import shapes
from tests.fuzz.campaign import Fault

_SECRET = b"the content of a picture"
_LINES: tuple[str, ...] = (
    *("Host: HOST", "Host: evil.example", "Host: localhost", "Host:", "host: HOST\r\nHost: evil.example"),
    *(
        "Cookie: COOKIE",
        "Cookie: fluxtui-x=y",
        "Cookie: =;;;=",
        "Cookie: COOKIE; COOKIE",
        "Connection: close",
    ),
    *("Connection: keep-alive", "Transfer-Encoding: chunked", "Content-Length: 0", "Content-Length: -1"),
    *("Content-Length: 99999999999999999999", "Range: bytes=0-", "If-None-Match: *", 'If-None-Match: ""'),
    *("Origin: https://evil.example", "Sec-Fetch-Site: cross-site", "Upgrade: h2c", "Expect: 100-continue"),
    *(" folded: x", "X: \x00", "X\x01: y", "No colon", "X:" + "a" * 5_000, ": empty", "\u00e4: b"),
)
_TARGETS: tuple[str, ...] = (
    *("/", "/?token=TOKEN", "/?token=", "/?token=a&token=TOKEN", "/?page=1", "/?page=99999999", "/?page=-1"),
    *(
        "/?page=" + "9" * 400,
        "/picture/1",
        "/file/1",
        "/thumbnail/1",
        "/file/9",
        "/file/0",
        "/file/" + "9" * 30,
    ),
    *("/file/../../etc/passwd", "/file/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/file/1%00", "/file/１"),
    *("/style.css", "/?" + "&".join(f"a{n}=b" for n in range(200)), "/?%ff%fe", "*", "http://evil.example/"),
    *("/" + "a" * 20_000, "/\x7f", "/ ", "", "/?token=%00", "/?token=\u00e4", "/?token=%ed%a0%80"),
)
_METHODS: tuple[str, ...] = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "",
    "G T",
)
_NAMED: Mapping[str, bytes] = {
    "nothing": b"",
    "zeros": b"\x00" * 5_000,
    "a head without end": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5_000,
    "another name": b"GET AT/file/1 HTTP/1.1\r\nHost: evil.example\r\nCookie: COOKIE\r\n\r\n",
    "another token": b"GET AT/?token=guess HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "half a letter for a token": b"GET AT/?token=%ed%a0%80 HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "half a letter for a cookie": b"GET AT/ HTTP/1.1\r\nHost: HOST\r\nCookie: \xff\xfe=\xed\xa0\x80\r\n\r\n",
    "two requests in one": b"GET AT/ HTTP/1.1\r\nHost: HOST\r\n\r\n"
    b"GET AT/file/1 HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "smuggled": b"GET / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 30\r\n\r\nGET AT/file/1 HTTP/1.1\r\n\r\n",
    "old": b"GET /\r\n\r\n",
    "new": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "encrypted": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
}


class _Shelf:
    """Pictures whose every word is bent."""

    def __init__(self) -> None:
        self.pictures: list[ShownPicture] = []

    async def page(self, start: int, count: int) -> tuple[Sequence[ShownPicture], int]:
        return self.pictures[start : start + count], len(self.pictures)

    async def find(self, number: int) -> ShownPicture | None:
        return next((one for one in self.pictures if one.number == number), None)

    async def content(self, shown: ShownPicture) -> bytes:
        return _SECRET

    async def thumbnail(self, shown: ShownPicture) -> bytes:
        raise StorageError("It cannot be decoded.")


class PageDoor:
    """Talks to the page over loopback in requests that no browser makes, and in some that one makes."""

    name = "page"
    named = tuple(_NAMED)
    bound = 15.0
    cost = 4.0
    overhead = 0.0

    def __init__(self) -> None:
        self._shelf = _Shelf()
        self._page = PageService(self._shelf)
        self._cookie = b""

    async def open(self) -> None:
        """Start the page and get its cookie, as the user's browser does."""
        await self._page.start(0)
        said = await self._said(b"GET AT/?token=TOKEN HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n")
        found = re.search(rb"Set-Cookie: ([^;]+);", said)
        assert found is not None
        self._cookie = found[1]

    async def close(self) -> None:
        """Stop the page."""
        await self._page.stop()

    async def attempt(self, case: str, chance: Random) -> str:
        """Send one request, or what looks a little like one, and see that nobody else gets in."""
        self._shelf.pictures = [_picture(number, chance) for number in range(1, 4)]
        sent = _NAMED.get(case) or _request(chance)
        said = await self._said(sent)
        may_see = b"COOKIE" in sent and b"evil.example" not in sent
        if _SECRET in said and not may_see:
            raise Fault("somebody without the cookie saw a picture")
        if self._cookie.split(b"=")[1] in said and b"TOKEN" not in sent:
            raise Fault("somebody without the token got the cookie")
        self._check(said)
        status = re.match(rb"HTTP/1\.1 (\d{3}) ", said)
        if status is None:
            return "no answer"
        if status[1] == b"500":
            raise Fault("the page could not answer")
        return status[1].decode()

    def _check(self, said: bytes) -> None:
        head, _, body = said.partition(b"\r\n\r\n")
        if not said:
            return
        if b"Content-Security-Policy: default-src 'none'" not in head:
            raise Fault("an answer lacks the headers that make it safe")
        if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", head):
            raise Fault("a header holds a control character")
        if b"<script" in body or re.search(rb"(?:href|src)=\"(?!/)", body):
            raise Fault("a word of a picture became markup")

    async def _said(self, sent: bytes) -> bytes:
        """Return all that the page says to some bytes, until it closes or says nothing more."""
        port = self._page.port
        address = urlsplit(self._page.url)
        marks = {
            b"HOST": b"127.0.0.1:%d" % port,
            b"AT": address.path.rstrip("/").encode(),
            b"TOKEN": address.query.removeprefix("token=").encode(),
            b"COOKIE": self._cookie,
        }
        for mark, true in marks.items():
            sent = sent.replace(mark, true)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = b""
        try:
            writer.write(sent)
            writer.write_eof()
            async with asyncio.timeout(5.0):
                while piece := await reader.read(65_536):
                    said += piece
        except (ConnectionError, BrokenPipeError):
            return said
        finally:
            writer.close()
        return said


def _request(chance: Random) -> bytes:
    version = chance.choice(("HTTP/1.1",) * 20 + ("HTTP/1.0", "HTTP/2.0", "HTTP/1.9", "", "http/1.1"))
    place = chance.choice(("AT",) * 9 + ("",))
    lines = [f"{chance.choice(_METHODS[:2] * 12 + _METHODS)} {place}{chance.choice(_TARGETS)} {version}"]
    if chance.random() < 0.8:
        lines.append("Host: HOST")
    if chance.random() < 0.7:
        lines.append("Cookie: COOKIE")
    lines += [chance.choice(_LINES) for _ in range(chance.choice((0, 0, 0, 1, 2)))]
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
    if chance.random() < 0.25:
        return shapes.damaged(chance, head)
    return head + (chance.randbytes(50) if chance.random() < 0.1 else b"")


def _picture(number: int, chance: Random) -> ShownPicture:
    def text() -> str:
        return chance.choice((*shapes.TEXTS, *shapes.ADDRESSES)) if chance.random() < 0.5 else "a fox"

    picture = Picture(
        id=f"p{number}",
        job_id="j",
        path=f"pictures/{text()}.png",
        format=text(),
        width=chance.choice((8, 0, 2**40)),
        height=6,
        size=3,
        sha256=f"{number:064x}",
        prompt=text(),
        seed=7,
        endpoint=text(),
        finetune_name=text(),
        parameters={"prompt": text(), text(): shapes.value(chance)},
        created_at=datetime(2026, 11, 26, tzinfo=UTC),
    )
    return ShownPicture(number, picture)
