"""Who may see the page, and what answers each address."""

from __future__ import annotations

import hmac
import re
import secrets
from http import HTTPStatus
from urllib.parse import parse_qs

from fluxtui.domain.errors import FluxError
from fluxtui.services.page import markup
from fluxtui.services.page.http import Request, Response
from fluxtui.services.page.reader import PictureReader, Shown

_HOST = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?")
_ITEM = re.compile(r"/(picture|thumbnail|file)/([1-9][0-9]{0,17})")
_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "jpg": "image/jpeg", "webp": "image/webp"}

MAX_FIELDS = 10
SAFETY = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
"""Headers of every answer: nothing runs or comes from elsewhere, nobody frames it or learns its address."""


class Site:
    """The read-only pages over a reader, for those who know the token. One site is one run of the page."""

    def __init__(self, reader: PictureReader) -> None:
        self._reader = reader
        self.token = secrets.token_urlsafe(24)
        self._session = secrets.token_urlsafe(24)
        self._cookie = f"fluxtui-{secrets.token_hex(4)}"
        # Cookies of one host are shared by its ports, so each run has a name of its own.

    async def answer(self, request: Request) -> Response:
        """Answer a request; never raises `FluxError`."""
        if not _HOST.fullmatch(request.headers.get("host", "").lower()):
            # Another name for this address is how a page elsewhere would read from it (DNS rebinding).
            return _sentence(HTTPStatus.MISDIRECTED_REQUEST, "Not here", "This page has no other names.")
        path, _, text = request.target.partition("?")
        try:
            query = parse_qs(text, max_num_fields=MAX_FIELDS)
        except ValueError:
            return _sentence(HTTPStatus.BAD_REQUEST, "Not understood", "There is too much in this address.")
        if "token" in query:
            return self._enter(query["token"][0])
        if not self._is_known(request):
            return _sentence(
                HTTPStatus.FORBIDDEN,
                "Not allowed",
                "Open the address that FluxTUI shows; it has a token at its end.",
            )
        try:
            return await self._show(path, query, request.headers.get("if-none-match", ""))
        except FluxError as error:
            return _sentence(HTTPStatus.NOT_FOUND, error.title, error.sentence())

    def _enter(self, token: str) -> Response:
        """Give a cookie for the right token, and lead on to where the token is not in the address."""
        if not _same(token, self.token):
            return _sentence(
                HTTPStatus.FORBIDDEN, "Not allowed", "This is not the token of the page that runs now."
            )
        cookie = f"{self._cookie}={self._session}; HttpOnly; SameSite=Lax; Path=/"
        return Response(HTTPStatus.SEE_OTHER, headers={"Location": "/", "Set-Cookie": cookie})

    def _is_known(self, request: Request) -> bool:
        cookies = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
        given = next((value for name, _, value in cookies if name == self._cookie), "")
        return _same(given, self._session)

    async def _show(self, path: str, query: dict[str, list[str]], known: str) -> Response:
        if path == "/":
            return await self._list(query.get("page", ["1"])[0])
        if path == "/style.css":
            return _response(markup.STYLE.encode(), "text/css; charset=utf-8")
        found = _ITEM.fullmatch(path)
        shown = await self._reader.find(int(found[2])) if found is not None else None
        if found is None or shown is None:
            return _sentence(HTTPStatus.NOT_FOUND, "Not found", "There is no such picture here.")
        if found[1] == "picture":
            return _html(markup.picture_page(shown))
        return await self._content(shown, small=found[1] == "thumbnail", known=known)

    async def _list(self, page: str) -> Response:
        number = int(page) if re.fullmatch(r"[1-9][0-9]{0,6}", page) else 1
        pictures, total = await self._reader.page((number - 1) * markup.PER_PAGE, markup.PER_PAGE)
        return _html(markup.list_page(pictures, total, number))

    async def _content(self, shown: Shown, *, small: bool, known: str) -> Response:
        etag = f'"{"small-" if small else ""}{shown.picture.sha256}"'
        if etag in (mark.strip() for mark in known.split(",")):
            return Response(HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
        if small:
            return _response(await self._reader.thumbnail(shown), "image/webp", etag=etag)
        kind = _TYPES.get(shown.picture.format.lower(), "application/octet-stream")
        return _response(await self._reader.content(shown), kind, etag=etag)


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _response(body: bytes, kind: str, *, etag: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    headers = {"Content-Type": kind, **({"ETag": etag} if etag else {})}
    return Response(status, body, headers)


def _html(body: bytes) -> Response:
    return _response(body, "text/html; charset=utf-8")


def _sentence(status: HTTPStatus, title: str, sentence: str) -> Response:
    return _response(markup.sentence_page(title, sentence), "text/html; charset=utf-8", status=status)
