"""Who is let in at all: requests that were meant for this address, not those that a web page makes.

A page in a browser can send requests to any port of the machine that the browser runs on, and by a name of
its own that leads to 127.0.0.1 (DNS rebinding) it can even read the answers. Programs send none of the
headers that are looked at here, and the Host that they were given.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import JSONResponse, Response

_NAMES = ("127.0.0.1", "localhost", "[::1]")
_HTTP_PORT = 80
_OWN_SITE = ("same-origin", "none")

COOKIES = ("visitor=simulated", "balancer=7")
"""What the fault `cookies` sets; a browser sends along those of other programs on this host, too."""
COOKIE_SENT = "A cookie was sent back. No service needs any: keep none."


def refusal(headers: Iterable[tuple[bytes, bytes]], port: int) -> Response | None:
    """Return the answer to a request that is not let in, None for one that is.

    Args:
        headers: with lower-case names.
        port: that it came in by.
    """
    given: dict[bytes, list[str]] = {}
    for name, value in headers:
        given.setdefault(name, []).append(value.decode("latin-1").lower())
    hosts = {f"{name}:{port}" for name in _NAMES} | ({*_NAMES} if port == _HTTP_PORT else set())
    named = given.get(b"host", [])
    if len(named) != 1 or named[0] not in hosts:
        return _refused(421, "The simulator answers at 127.0.0.1, localhost and [::1] with its port alone.")
    if any(origin != f"http://{named[0]}" for origin in given.get(b"origin", [])):
        return _refused(403, "The simulator answers no web page of another origin.")
    if any(site not in _OWN_SITE for site in given.get(b"sec-fetch-site", [])):
        return _refused(403, "The simulator answers no web page of another site.")
    return None


def brings_cookies(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether a cookie that was set here is sent back."""
    given = b";".join(value for name, value in headers if name == b"cookie")
    return any(part.strip().decode("latin-1") in COOKIES for part in given.split(b";"))


def _refused(status: int, sentence: str) -> Response:
    return JSONResponse({"detail": sentence}, status, headers={"connection": "close"})
