"""All HTTP of one profile: the one place that holds the key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import quote

from fluxtui.api.addresses import check_base_url, check_other_bases
from fluxtui.api.attachments import JSONBody
from fluxtui.api.limits import ANSWER_BYTES, DownloadLimits, Timeouts
from fluxtui.api.options import PLAIN, KeyPolicy
from fluxtui.api.trace import Trace
from fluxtui.domain.errors import NotAuthenticated, ServiceError
from fluxtui.domain.keys import REMOVED_KEY, key_filter, searched_for

if TYPE_CHECKING:
    import httpx
    from pydantic import SecretStr

    from fluxtui.api.answers import Downloaded, JSONAnswer
    from fluxtui.api.attachments import Attachment
    from fluxtui.api.attempt import Attempt
    from fluxtui.api.contents import Progress
    from fluxtui.api.downloads import DownloadProgress
    from fluxtui.api.options import RequestOptions
    from fluxtui.api.receiving import Expected, Received
    from fluxtui.api.retries import RetryPolicy
    from fluxtui.api.wire import Wire
    from fluxtui.domain.keys import KeyFilter

_DEFAULT_LIMITS = DownloadLimits()
_DEFAULT_POLICY = KeyPolicy()

Result = TypeVar("Result")


class APIService:
    """All HTTP of one profile: keep-alive, authentication, time-outs, retries, and one error taxonomy.

    Every request raises `ServiceError`s only, but for `StorageError` where a local file is at fault.
    Nothing is imported or opened before the first one.

    Attributes:
        base_url: of the profile.
        trace: the last exchanges, without secrets.
        on_connection: called with False when the network is lost and with True when it is back.
    """

    def __init__(
        self,
        base_url: str,
        key: SecretStr | None,
        policy: KeyPolicy = _DEFAULT_POLICY,
        *,
        timeouts: Timeouts | None = None,
        retries: RetryPolicy | None = None,
        trace: Trace | None = None,
        known_keys: Callable[[], Iterable[SecretStr]] = tuple,
        tokens: Mapping[str, SecretStr] | None = None,
    ) -> None:
        """Make the service of a profile.

        Args:
            base_url: https, or http on loopback.
            key: of the profile, or None.
            policy: how and to whom the key is sent.
            timeouts: of each attempt.
            retries: of reading requests, and of any that surely did not leave.
            trace: where exchanges are noted; a new one by default.
            known_keys: further keys that are taken out of all that comes in, beside the profile's own.
            tokens: of places that the service may be told to fetch from, by the host of each.

        Raises:
            ConfigError: a base is not one that a key may be sent to.
        """
        check_base_url(base_url)
        check_other_bases(base_url, policy.bases)
        self.base_url = base_url
        self.trace = Trace() if trace is None else trace
        self.on_connection: Callable[[bool], None] | None = None
        self._key, self._policy = key, policy
        self._known_keys = known_keys
        self._tokens = tokens or {}
        self._timeouts = timeouts or Timeouts()
        self._retries = retries
        self._wire: Wire | None = None
        self._opening = asyncio.Lock()
        self._connected = True

    def __repr__(self) -> str:
        return f"APIService({self.base_url!r})"

    @property
    def clock_ahead(self) -> float:
        """Seconds by which the clock here is ahead of the service's, as far as it has answered; else 0."""
        return 0.0 if self._wire is None else self._wire.clock_ahead

    def token(self, host: str) -> SecretStr | None:
        """Return the token with which the service may fetch from a host: for an order, and nothing else."""
        return self._tokens.get(host)

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.client.aclose()

    async def check_address(self, address: str) -> None:
        """Check that an address of the service may be asked with the key. Raises `UnexpectedAnswer`."""
        (await self._opened()).policy.resolve(address)

    async def get(
        self,
        path_or_url: str,
        params: Mapping[str, str] | None = None,
        *,
        base: str = "",
        accept_statuses: frozenset[int] = frozenset(),
        any_body: bool = False,
        longest: int = ANSWER_BYTES,
    ) -> JSONAnswer:
        """Read a path below a base, or an absolute address that may get the key; made again on failure.

        Args:
            path_or_url: `/v1/credits`, or an address that the service gave.
            params: the query.
            base: the role of the base that a path is below; empty for the base URL.
            accept_statuses: error statuses that are an answer where the body is an object with a `status`.
            any_body: they are an answer whatever JSON the body is.
            longest: how many bytes of the answer are read.
        """
        from fluxtui.api.receiving import Expected

        expected = Expected(accept_statuses, any_body, longest=longest)
        return await self._asked("GET", path_or_url, base, expected, params)

    async def put(
        self,
        path_or_url: str,
        *,
        base: str = "",
        accept_statuses: frozenset[int] = frozenset(),
        any_body: bool = False,
    ) -> JSONAnswer:
        """Say something without a body that may be said twice, as a cancellation; made again on failure.

        The arguments are those of `get`. An empty answer has no data.
        """
        from fluxtui.api.receiving import Expected

        expected = Expected(accept_statuses, any_body, empty=True)
        return await self._asked("PUT", path_or_url, base, expected)

    async def delete(self, path_or_url: str, *, base: str = "") -> JSONAnswer:
        """Delete what is at a path below a base; made again on failure. An empty answer has no data.

        Raises:
            NotFound: also where an attempt before deleted it and its answer was lost.
        """
        from fluxtui.api.receiving import Expected

        return await self._asked("DELETE", path_or_url, base, Expected(empty=True))

    async def post(
        self,
        path_or_url: str,
        body: JSONBody,
        options: RequestOptions = PLAIN,
        *,
        attachment: Attachment | None = None,
        progress: Progress | None = None,
        paid: bool = True,
        accept_statuses: frozenset[int] = frozenset(),
    ) -> JSONAnswer:
        """Send a JSON body, with a file streamed into it if there is one.

        It is made again only while surely no byte of it has left.

        Args:
            path_or_url: below the base, or an address that may get the key.
            body: everything but the attachment.
            options: the base, the query, further headers.
            attachment: a file that is sent as base64 under its field, with flat memory.
            progress: told about the bytes of a body with an attachment.
            paid: whether it can cost money, so that a lost answer leaves doubt.
            accept_statuses: error statuses that are an answer whatever JSON the body is.

        Raises:
            InDoubt: the request left, and no readable answer came, or one that leaves it open (5xx).
        """
        from fluxtui.api.attachments import json_content
        from fluxtui.api.receiving import Expected

        wire = await self._opened()
        url = wire.policy.resolve(self._with_key(wire, path_or_url), options.base)
        expected = Expected(accept_statuses, any_body=True)

        async def attempt(sending: Attempt) -> JSONAnswer:
            async with json_content(body, attachment, progress, sending) as content:
                about = {"Content-Type": "application/json", "Content-Length": str(sending.size)}
                own = {**self._key_headers(), **about}
                request = wire.request("POST", url, options.params or None, options.headers, own, content)
                try:
                    return await self._answered(wire, request, sending, expected)
                except ServiceError as error:
                    failure = error
            raise sending.doubt(failure) if paid and sending.leaves_doubt(failure) else failure

        return await self._repeated(attempt, only_unsent=True)

    async def post_file(
        self,
        path: str,
        *,
        field: str,
        file: Path | bytes,
        filename: str,
        content_type: str,
        fields: Mapping[str, str] | None = None,
        base: str = "",
        progress: Progress | None = None,
    ) -> JSONAnswer:
        """Give the service a file in a form, streamed with flat memory; costs nothing.

        It is made again on failure: at worst the service keeps a second file that nobody names.

        Args:
            path: below the base.
            field: name of the file in the form.
            file: where it is, or the file itself.
            filename: what the service is told it is called.
            content_type: of the file.
            fields: the texts of the form.
            base: the role of the base that the path is below; empty for the base URL.
            progress: told about the bytes; begins anew with each attempt.

        Raises:
            StorageError: the file cannot be read, or changed meanwhile.
        """
        from fluxtui.api.multipart import FilePart, FormBody

        wire = await self._opened()
        url = wire.policy.resolve(path, base)
        part = FilePart(field, file, filename, content_type)

        async def attempt(sending: Attempt) -> JSONAnswer:
            form = await FormBody.open(part, fields or {}, sending, progress)
            try:
                about = {"Content-Type": form.content_type, "Content-Length": str(sending.size)}
                headers = {**self._key_headers(), **about}
                request = wire.request("POST", url, None, {}, headers, form.chunks())
                return await self._answered(wire, request, sending)
            finally:
                await form.close()

        return await self._repeated(attempt)

    async def upload(
        self,
        url: str,
        content: Path | bytes,
        *,
        content_type: str,
        progress: Progress | None = None,
        headers: Mapping[str, str] | None = None,
        method: Literal["PUT", "POST"] = "PUT",
    ) -> JSONAnswer:
        """Put a file where the service said, without the key, streamed with flat memory; costs nothing.

        It is made again on failure, the whole file each time.

        Args:
            url: https, or loopback if the profile is on loopback; redirects are not followed.
            content: where the file is, or the file itself.
            content_type: of the file.
            progress: told about the bytes; begins anew with each attempt.
            headers: what the storage wants to be told besides.
            method: `POST` where the storage is told that all parts of a file are there.

        Returns:
            The answer; without data where its body is no JSON.

        Raises:
            UnexpectedAnswer: the address cannot be used.
            Refused: the storage does not take the file.
            StorageError: the file cannot be read, or changed meanwhile.
        """
        from fluxtui.api.uploads import Upload, put

        wire = await self._opened()
        upload = Upload(url, content, content_type, headers or {}, method)
        return await self._repeated(lambda sending: put(wire, upload, sending, progress))

    async def download(
        self,
        url: str,
        target: Path,
        *,
        limits: DownloadLimits = _DEFAULT_LIMITS,
        progress: DownloadProgress | None = None,
    ) -> Downloaded:
        """Fetch a result into the file `target`, without the key. On failure the file may hold a part.

        Args:
            url: https, or loopback if the profile is on loopback.
            target: the file; what it held is lost.
            limits: what the result may be.
            progress: told about the bytes; begins anew with each attempt.

        Raises:
            ResultExpired: there is nothing at the address, or nothing that anybody may have.
            UnexpectedAnswer: too large, redirected too often, or broken off.
            StorageError: the file cannot be written.
        """
        from fluxtui.api.downloads import fetch

        wire = await self._opened()
        address = self._with_key(wire, url)
        return await self._repeated(lambda sending: fetch(wire, address, target, limits, progress))

    async def _opened(self) -> Wire:
        async with self._opening:
            if self._wire is None:
                self._wire = await asyncio.to_thread(self._new_wire)
            return self._wire

    def _new_wire(self) -> Wire:
        from fluxtui.api.hosts import HostPolicy
        from fluxtui.api.wire import open_wire

        policy = HostPolicy(self.base_url, self._policy.trusted_hosts, self._policy.bases)
        return open_wire(policy, self._timeouts, self.trace, self._tell_connection, self._key_filter)

    def _key_filter(self) -> KeyFilter:
        keys = (*self._known_keys(), *self._tokens.values(), *([self._key] if self._key else ()))
        return key_filter(searched_for(key.get_secret_value() for key in keys))

    def _with_key(self, wire: Wire, address: str) -> str:
        """Return an address that the service gave with the key in it again, where it was and may be.

        It was taken out when the address came in. A result that was paid for must not be lost for that.
        """
        from fluxtui.api.hosts import parsed

        if self._key is None or REMOVED_KEY not in address:
            return address
        if not address.startswith("/") and not wire.policy.may_have_key(parsed(address)):
            return address
        return address.replace(REMOVED_KEY, quote(self._key.get_secret_value(), safe=""))

    def _key_headers(self) -> dict[str, str]:
        if self._key is None:
            return {}
        key = self._key.get_secret_value()
        if not (key.isascii() and key.isprintable()) or " " in key:
            # The HTTP library would say so itself, with the key in its words.
            raise NotAuthenticated("The key holds a space, a line break or a letter that no key has.")
        return {self._policy.header: f"{self._policy.prefix}{key}"} if key else {}

    async def _asked(
        self,
        method: str,
        path_or_url: str,
        base: str,
        expected: Expected,
        params: Mapping[str, str] | None = None,
    ) -> JSONAnswer:
        """Make a request without a body that may be made again."""
        wire = await self._opened()
        url = wire.policy.resolve(self._with_key(wire, path_or_url), base)

        async def attempt(sending: Attempt) -> JSONAnswer:
            request = wire.request(method, url, params, {}, self._key_headers())
            return await self._answered(wire, request, sending, expected)

        return await self._repeated(attempt)

    async def _repeated(
        self, attempt: Callable[[Attempt], Awaitable[Result]], *, only_unsent: bool = False
    ) -> Result:
        from fluxtui.api.attempt import Attempt
        from fluxtui.api.retries import RetryPolicy

        retries = self._retries or RetryPolicy()
        number = 1
        while True:
            sending = Attempt()
            try:
                return await attempt(sending)
            except ServiceError as error:
                failure = error
            number += 1
            final = only_unsent and sending.begun
            wait = None if final else retries.wait_before(number, failure)
            if wait is None:
                raise failure
            await asyncio.sleep(wait)

    async def _answered(
        self, wire: Wire, request: httpx.Request, sending: Attempt, expected: Expected | None = None
    ) -> JSONAnswer:
        from fluxtui.api.receiving import JSON_ONLY, receive, understood

        wanted = expected or JSON_ONLY

        async def consume(response: httpx.Response) -> Received:
            return await receive(response, sending, wanted.longest, wire.keys())

        total = self._timeouts.total_for(sending.size)
        return await understood(await wire.exchange(request, sending, total, consume), wanted)

    def _tell_connection(self, connected: bool) -> None:
        if connected != self._connected:
            self._connected = connected
            if self.on_connection is not None:
                self.on_connection(connected)
