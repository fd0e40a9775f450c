"""One HTTP client, its exchanges bounded, noted without secrets, and their failures made ours.

Importing this module imports the HTTP library, a tenth of a second: done at the first request.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import ssl
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, TypeVar

import httpx

from fluxtui import __version__
from fluxtui.api.attempt import Attempt
from fluxtui.api.connecting import Connecting
from fluxtui.api.failures import connection_error
from fluxtui.api.hosts import HostPolicy, shown_host
from fluxtui.api.limits import Timeouts
from fluxtui.api.retries import told_now
from fluxtui.api.trace import Exchange, Trace
from fluxtui.domain.errors import FluxError, NetworkDown, UnexpectedAnswer
from fluxtui.domain.keys import KeyFilter
from fluxtui.domain.text import safe_text
from fluxtui.system.clock import utc_now
from fluxtui.system.dataclass import dataclass


class NoCookies(CookieJar):
    """A jar that stays empty: what a server sets is not even read, and nothing is sent.

    No service needs them, and a content network would know its clients again.
    """

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Leave the answer's cookies where they are."""

    def set_cookie(self, cookie: Any) -> None:
        """Keep nothing."""

    def add_cookie_header(self, request: Any) -> None:
        """Send nothing."""


Result = TypeVar("Result")

_log = logging.getLogger(__name__)

_KEEP_ALIVE_SECONDS = 4.0
_CONNECTIONS = 40


@dataclass
class Wire:
    """The client of one profile.

    Attributes:
        client: never has the key among its own headers; requests carry it one by one.
        policy: which hosts may be asked.
        timeouts: of each attempt.
        trace: where exchanges are noted.
        tell_connection: called with False where no connection could be made, with True after any answer.
        keys: returns what is taken out of all that comes in.
        clock_ahead: seconds by which the clock here is ahead of the service's, by the `Date` of its last
        answer.
    """

    client: httpx.AsyncClient
    policy: HostPolicy
    timeouts: Timeouts
    trace: Trace
    tell_connection: Callable[[bool], None]
    keys: Callable[[], KeyFilter]
    clock_ahead: float = 0.0

    def request(
        self,
        method: str,
        url: httpx.URL,
        params: Mapping[str, str] | None,
        wishes: Mapping[str, str],
        headers: Mapping[str, str],
        content: bytes | AsyncIterator[bytes] | None = None,
    ) -> httpx.Request:
        """Return a request with a query added to the address, and with `headers` winning over `wishes`.

        Raises:
            UnexpectedAnswer: no request can be made of them; what a service names can be too long for an
                address, or no text that can be sent.
        """
        merged = httpx.Headers(dict(wishes))
        merged.update(dict(headers))
        try:
            address = url.copy_merge_params(dict(params)) if params else url
            return self.client.build_request(method, address, headers=merged, content=content)
        except (httpx.InvalidURL, UnicodeEncodeError):
            # Not chained: what cannot be sent may be long, and may be signed.
            failure = UnexpectedAnswer(
                f"{shown_host(url)} named something that it cannot be asked for; nothing was sent.",
                retryable=False,
            )
        raise failure

    async def exchange(
        self,
        request: httpx.Request,
        sending: Attempt,
        total: float,
        consume: Callable[[httpx.Response], Awaitable[Result]],
        *,
        longest_body: float | None = None,
        is_foreign: bool = False,
    ) -> Result:
        """Send `request` once and return what `consume` makes of the answer, within `total` seconds.

        Args:
            request: what is asked.
            sending: is told how far it has come.
            total: seconds for everything.
            consume: reads the answer.
            longest_body: seconds for `consume`; then `total` is until the answer begins.
            is_foreign: whether the service said where; see `HostPolicy`.

        Raises:
            ServiceError: the connection failed; no exception that knows the request hangs on it.
            FluxError: whatever of ours `consume` or the body raises; `UnexpectedAnswer` for anything else.
        """
        connecting = Connecting(sending, self.policy, request.url, is_foreign=is_foreign)
        request.extensions["trace"] = connecting.note
        started = time.monotonic()
        failure: FluxError
        try:
            async with asyncio.timeout(total) as bound:
                response = await self.client.send(request, stream=True)
                if longest_body is not None:
                    bound.reschedule(asyncio.get_running_loop().time() + longest_body)
                sending.status = response.status_code
                if self.policy.may_have_key(request.url):
                    # What a content network has kept may tell the time of days ago.
                    self._compare_clocks(response.headers)
                try:
                    result = await consume(response)
                finally:
                    await response.aclose()
        except FluxError as error:
            failure = error
        except (httpx.HTTPError, TimeoutError) as error:
            limit = self.timeouts.read if isinstance(error, httpx.TimeoutException) else total
            failure = connection_error(error, shown_host(request.url), limit, begun=sending.begun)
        except Exception as error:
            failure = self._odd_answer(error, request)
        else:
            self._note(request, sending, started, "")
            return result
        self._note(request, sending, started, failure.title)
        if sending.status is None and isinstance(failure, NetworkDown):
            self.tell_connection(False)
        raise failure

    def _compare_clocks(self, headers: Mapping[str, str]) -> None:
        told = told_now(headers)
        if told is not None:
            self.clock_ahead = (utc_now() - told).total_seconds()

    def _odd_answer(self, error: Exception, request: httpx.Request) -> FluxError:
        """Return our error for an answer that made code fail, such as a `Location` that is no address.

        Of the exception only its kind and place are noted: its words can hold addresses and headers.
        """
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        host = shown_host(request.url)
        _log.warning("the answer of %s led to %s at %s", host, type(error).__name__, place)
        return UnexpectedAnswer(f"The answer of {host} cannot be understood.")

    def _note(self, request: httpx.Request, sending: Attempt, started: float, error: str) -> None:
        self.trace.add(
            Exchange(
                at=utc_now(),
                method=request.method,
                host=shown_host(request.url),
                path=self._shown_path(request.url),
                status=sending.status,
                milliseconds=(time.monotonic() - started) * 1000,
                sent=sending.size,
                received=sending.received,
                error=error,
            )
        )
        if sending.status is not None:
            self.tell_connection(True)

    def _shown_path(self, url: httpx.URL) -> str:
        """Return a path for people; where no key is asked for, it may itself be what lets anybody in."""
        return safe_text(self.keys().without(url.path), limit=120) if self.policy.may_have_key(url) else "/…"


def open_wire(
    policy: HostPolicy,
    timeouts: Timeouts,
    trace: Trace,
    tell_connection: Callable[[bool], None],
    keys: Callable[[], KeyFilter],
) -> Wire:
    """Return a new client; reads certificates, so it is called in a thread."""
    for name in ("httpx", "httpcore"):
        # At its finer levels the library writes whole addresses, with signatures, into the log.
        logging.getLogger(name).setLevel(logging.WARNING)
    trust_environment = not policy.on_loopback
    client = httpx.AsyncClient(
        verify=_certificates(trust_environment),
        timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect),
        limits=httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_KEEP_ALIVE_SECONDS),
        headers={
            "User-Agent": f"fluxtui/{__version__}",
            "Accept": "*/*",
            # A compressed answer could unfold to far more than its limit.
            "Accept-Encoding": "identity",
        },
        cookies=NoCookies(),
        follow_redirects=False,
        # A proxy from the environment would see the key of a loopback profile in plain text.
        trust_env=trust_environment,
    )
    return Wire(client, policy, timeouts, trace, tell_connection, keys)


@functools.cache
def _certificates(trust_environment: bool) -> ssl.SSLContext:
    """Return the certificates to trust; they are read once for all profiles."""
    return httpx.create_ssl_context(trust_env=trust_environment)
