"""Who may see the page, and what answers each address.

The address that the program shows has a token and is for one browser: each time it is fetched it gives
another cookie, and the first time that one of them comes back the token is used up, the other cookies are
worth nothing and the program shows another address. What only fetches an address (a preview of a link, say)
keeps no cookie, so it uses nothing up; the browser that has the cookie may open its address again. Who
fetched the address before, and kept that cookie, is not let in by it later.

Browsers send the cookies of one port of a host to all others, which may be another user's. Only addresses
below a path that nobody knows get this one, so all pages lie there.
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import field, replace
from http import HTTPStatus
from urllib.parse import parse_qs

from fluxtui.domain.errors import FluxError
from fluxtui.services.page import markup
from fluxtui.services.page.http import PageRequest, Response
from fluxtui.services.page.reader import PictureReader, ShownPicture
from fluxtui.system.dataclass import dataclass

_HOST = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?")
_ITEM = re.compile(r"/(picture|thumbnail|file)/([1-9][0-9]{0,17})")
_HASH = re.compile(r"[0-9a-f]{64}")
_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "jpg": "image/jpeg", "webp": "image/webp"}

MAX_FIELDS = 10
MOST_COOKIES = 64
"""So many of an address are known; the one given first gives way."""
SAME_MOMENT = 2.0
"""Seconds between what a browser fetches while an address is typed, and what it fetches then."""
MAX_BROWSERS = 16
"""So many browsers can be let in at a time; the one let in first gives way."""
SAFETY = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers of every answer: nothing runs or comes from elsewhere, nobody frames it or learns its address, and
no browser leaves a picture on a disk."""

OPENED_BEFORE = (
    "This address was opened in another browser before; each is for one. “Get it home” in "
    "FluxTUI shows a new one. If it was not you who opened this one, stop the page there with w."
)


def _secret() -> str:
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class _Cookie:
    """The value of a cookie, when it was given, in seconds, and what the browser calls itself."""

    given_at: float
    agent: str
    session: str = field(default_factory=_secret, repr=False)

    def is_beside(self, other: _Cookie) -> bool:
        """Tell whether both were given to one browser that loads an address twice at the same moment."""
        return self.agent == other.agent and abs(self.given_at - other.given_at) <= SAME_MOMENT


@dataclass(frozen=True)
class _Offer:
    """The token of an address, and the cookies that it gave; of one that is used up those that let in."""

    token: str = field(default_factory=_secret, repr=False)
    cookies: deque[_Cookie] = field(default_factory=lambda: deque(maxlen=MOST_COOKIES), repr=False)

    def cookie(self, session: str) -> _Cookie | None:
        """Return the cookie with a value, None where there is none."""
        found = [one for one in self.cookies if _same(session, one.session)]
        return found[0] if found else None

    def used_by(self, cookie: _Cookie) -> _Offer:
        """Return the offer once a cookie came back."""
        beside = (one for one in self.cookies if one.is_beside(cookie))
        return _Offer(self.token, deque(beside, maxlen=MOST_COOKIES))


class Site:
    """The read-only pages over a reader, for those who know a token. One site is one run of the page.

    Args:
        reader: what is shown.
        on_change: called when a browser was let in, so that there is another token.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        reader: PictureReader,
        on_change: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reader = reader
        self._clock = clock
        self._on_change = on_change
        self._offer = _Offer()
        self._taken: deque[_Offer] = deque(maxlen=MAX_BROWSERS)
        self._cookie = f"fluxtui-{secrets.token_hex(4)}"
        self._place = f"/{secrets.token_urlsafe(6)}"

    @property
    def address(self) -> str:
        """Path and query that let the next browser in."""
        return f"{self._place}/?token={self._offer.token}"

    @property
    def browsers(self) -> int:
        """How many browsers have been let in."""
        return len(self._taken)

    async def answer(self, request: PageRequest) -> Response:
        """Answer a request; never raises `FluxError`."""
        if not _HOST.fullmatch(request.headers.get("host", "").lower()):
            # Another name for this address is how a page elsewhere would read from it (DNS rebinding).
            return _sentence(HTTPStatus.MISDIRECTED_REQUEST, "Not here", "This page has no other names.")
        if _is_of_another_page(request):
            return _sentence(HTTPStatus.FORBIDDEN, "Not allowed", "No other page may use this one.")
        path, _, text = request.target.partition("?")
        try:
            query = parse_qs(text, max_num_fields=MAX_FIELDS)
        except ValueError:
            return _sentence(HTTPStatus.BAD_REQUEST, "Not understood", "There is too much in this address.")
        is_here = _same(path[: len(self._place) + 1], f"{self._place}/")
        if is_here and "token" in query:
            return self._enter(query["token"][0], request)
        if not (is_here and self._is_known(request)):
            return _sentence(
                HTTPStatus.FORBIDDEN,
                "Not allowed",
                "Open the address that FluxTUI shows; it has a token at its end, and gives a cookie that the "
                "browser must take.",
            )
        try:
            below = path.removeprefix(self._place)
            response = await self._show(below, query, request.headers.get("if-none-match", ""))
        except FluxError as error:
            response = _sentence(HTTPStatus.NOT_FOUND, error.title, error.sentence())
        return replace(response, to_known=True)

    def _enter(self, token: str, request: PageRequest) -> Response:
        """Give a cookie for the right token, and lead on to where the token is not in the address."""
        onward = Response(HTTPStatus.SEE_OTHER, headers={"Location": f"{self._place}/"}, to_known=True)
        is_new, is_used = _same(token, self._offer.token), any(_same(token, one.token) for one in self._taken)
        if (is_new or is_used) and self._is_known(request):
            return onward
        if is_used:
            return _sentence(HTTPStatus.FORBIDDEN, "Not allowed", OPENED_BEFORE)
        if not is_new:
            return _sentence(
                HTTPStatus.FORBIDDEN, "Not allowed", "This is not the token of the page that runs now."
            )
        given = _Cookie(self._clock(), request.headers.get("user-agent", ""))
        self._offer.cookies.append(given)
        cookie = f"{self._cookie}={given.session}; HttpOnly; SameSite=Lax; Path={self._place}/"
        return replace(onward, headers={**onward.headers, "Set-Cookie": cookie})

    def _is_known(self, request: PageRequest) -> bool:
        """Tell whether a browser is let in: from now on, if it brings the cookie of the present address."""
        given = _cookie_in(request, self._cookie)
        if any(one.cookie(given) for one in self._taken):
            return True
        cookie = self._offer.cookie(given)
        if cookie is None:
            return False
        self._taken.append(self._offer.used_by(cookie))
        self._offer = _Offer()
        self._on_change()
        return True

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
            return _html(markup.picture_page(shown, self._place))
        return await self._content(shown, small=found[1] == "thumbnail", known=known)

    async def _list(self, page: str) -> Response:
        number = int(page) if re.fullmatch(r"[1-9][0-9]{0,6}", page) else 1
        pictures, total = await self._reader.page((number - 1) * markup.PER_PAGE, markup.PER_PAGE)
        return _html(markup.list_page(pictures, total, number, self._place))

    async def _content(self, shown: ShownPicture, *, small: bool, known: str) -> Response:
        mark = shown.picture.sha256
        etag = f'"{"small-" if small else ""}{mark}"' if _HASH.fullmatch(mark) else ""
        if etag and etag in (one.strip() for one in known.split(",")):
            return Response(HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
        if small:
            return _response(await self._reader.thumbnail(shown), "image/webp", etag=etag)
        kind = _TYPES.get(shown.picture.format.lower(), "application/octet-stream")
        return _response(await self._reader.content(shown), kind, etag=etag)


def _is_of_another_page(request: PageRequest) -> bool:
    """Tell whether a page of another address makes the request, other than by a link that is followed."""
    site = request.headers.get("sec-fetch-site", "none")
    return site not in ("none", "same-origin") and request.headers.get("sec-fetch-mode") != "navigate"


def _cookie_in(request: PageRequest, wanted: str) -> str:
    """Return the value of a cookie, empty where there is none."""
    cookies = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in cookies if name == wanted), "")


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _response(body: bytes, kind: str, *, etag: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    headers = {"Content-Type": kind, **({"ETag": etag} if etag else {})}
    return Response(status, body, headers)


def _html(body: bytes) -> Response:
    return _response(body, "text/html; charset=utf-8")


def _sentence(status: HTTPStatus, title: str, sentence: str) -> Response:
    return _response(markup.sentence_page(title, sentence), "text/html; charset=utf-8", status=status)
