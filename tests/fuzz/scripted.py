"""Services that are not there: a transport that answers as a script says, and watches what it is sent."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.api.wire import Wire
from fluxtui.providers.registry import provider_hosts
from tests.fuzz.campaign import Fault

KEYS: Mapping[str, str] = {
    "bfl": "bfl_MarkedKey0123456789",
    "fal": "01234567-89ab-cdef-0123-456789abcdef:0123456789abcdef0123456789abcdef",
    "replicate": "r8_MarkedKey0123456789abcdefghijkl",
}
"""A key for each service, of the shape that its keys have."""

_MAY_HAVE_KEY: Mapping[str, re.Pattern[str]] = {
    "bfl": re.compile(r"https://([a-z0-9_-]+\.)*bfl\.ai(:443)?/"),
    "fal": re.compile(r"https://(queue\.fal\.run|rest\.fal\.ai|api\.fal\.ai)(:443)?/"),
    "replicate": re.compile(r"https://api\.replicate\.com(:443)?/"),
}
"""Where the key of each service may go: a second reading, not the program's own."""


@dataclass
class Reply:
    """What a service answers."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    url: str
    body: bytes

    @property
    def path(self) -> str:
        """The path without host and query."""
        return httpx.URL(self.url).path


class ScriptedTransport(httpx.AsyncBaseTransport):
    """Stands for the whole network of one profile.

    Attributes:
        answer: what is answered; set for each case.
        asked: the requests of this case.
        statuses: of the answers to them.
        overhead: seconds spent on making answers.
        leaks: where the key went that may not have it; kept, for an exception here counts as a lost answer.
    """

    def __init__(self, provider: str) -> None:
        self._provider, self._key = provider, KEYS[provider]
        self._forms = (self._key, base64.b64encode(self._key.encode()).decode(), self._key.split(":")[-1])
        self.answer: Callable[[Asked], Reply] = lambda asked: Reply(b"{}")
        self.asked: list[Asked] = []
        self.statuses: list[int] = []
        self.leaks: list[str] = []
        self.overhead = 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, once it is seen that the key is in no wrong hands."""
        note = request.extensions.get("trace")
        if note is not None:
            await note("http11.send_request_headers.started", {})
        body = b"".join([piece async for piece in request.stream])  # type: ignore[union-attr]
        asked = Asked(request.method, str(request.url), body)
        self._check_key(request, asked)
        self.asked.append(asked)
        started = time.monotonic()
        try:
            reply = self.answer(asked)
        except Exception as error:
            # In the program's eyes this is a lost connection.
            self.leaks.append(f"nowhere: the script itself failed with {error!r}")
            raise
        finally:
            self.overhead += time.monotonic() - started
        self.statuses.append(reply.status)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
        return httpx.Response(reply.status, headers=headers, stream=httpx.ByteStream(reply.body))

    def _check_key(self, request: httpx.Request, asked: Asked) -> None:
        in_header = any(form in value for value in request.headers.values() for form in self._forms)
        elsewhere = any(form in asked.url or form.encode() in asked.body for form in self._forms)
        if elsewhere or (in_header and not _MAY_HAVE_KEY[self._provider].match(asked.url)):
            self.leaks.append(asked.url[:200])

    def begin(self, answer: Callable[[Asked], Reply]) -> None:
        """Forget what was asked, and answer by another script."""
        self.answer, self.asked, self.statuses, self.leaks = answer, [], [], []

    def check(self) -> None:
        """Raise `Fault` where the key went to somebody else."""
        if self.leaks:
            raise Fault(f"the key went to {self.leaks[0]!a}")


class ScriptedAPI(APIService):
    """The HTTP of a profile at a service's own addresses, with the network replaced and no waits."""

    def __init__(self, provider: str, transport: ScriptedTransport) -> None:
        hosts = provider_hosts(provider)
        super().__init__(
            hosts.default_base_url,
            SecretStr(KEYS[provider]),
            hosts.key_policy(hosts.other_bases),
            retries=RetryPolicy(attempts=1),
        )
        self._client = httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)

    async def _opened(self) -> Wire:
        """Return the wire that a profile has, with another client."""
        wire = await super()._opened()
        if wire.client is not self._client:
            await wire.client.aclose()
            wire.client = self._client
        return wire


def is_order(provider: str, asked: Asked) -> bool:
    """Tell whether a request is one that is billed."""
    if asked.method != "POST":
        return False
    if provider == "bfl":
        return asked.path.startswith("/v1/") and asked.path != "/v1/delete_finetune"
    if provider == "fal":
        return httpx.URL(asked.url).host == "queue.fal.run" and "/requests/" not in asked.path
    return re.search(r"/(predictions|trainings)$", asked.path) is not None
