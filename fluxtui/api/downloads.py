"""Fetching results: never with the key, only over safe addresses, of limited size, kind and time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

import httpx

from fluxtui.api.acquiring import acquired, released
from fluxtui.api.answers import Body, Downloaded, error_for
from fluxtui.api.attempt import Attempt
from fluxtui.api.failures import cannot_write
from fluxtui.api.hosts import parsed, shown_host
from fluxtui.api.inline import is_inline, saved_inline, unpacked_in_place
from fluxtui.api.limits import DownloadLimits
from fluxtui.api.receiving import received_headers
from fluxtui.api.wire import Wire
from fluxtui.domain.errors import FluxError, ResultExpired, TimedOut, UnexpectedAnswer
from fluxtui.domain.keys import KeyFilter
from fluxtui.domain.text import file_size, safe_text
from fluxtui.system.private_files import create_anew


class DownloadDeadline:
    """The deadline of one download, which moves as bytes come. Times are those of one clock, in seconds.

    A size that a server announces earns no time: only bytes that have come do. So neither a server that tells
    a false size nor one that tells none, and drips, holds a job for longer than it delivers.
    """

    def __init__(self, limits: DownloadLimits, now: float) -> None:
        """Args:
        limits: what the download may be.
        now: when its first byte may come.
        """
        self._limits = limits
        self._began = self._window_began = now
        self._came = self._came_before_window = 0

    @property
    def deadline(self) -> float:
        """When it is given up if nothing more comes."""
        return min(self._began + self._limits.total_for(self._came), self._window_began + self._limits.window)

    def took(self, came: int, now: float) -> float:
        """Take notice that `came` bytes are here in all; return the new deadline."""
        self._came = came
        if came - self._came_before_window >= self._limits.least:
            self._window_began, self._came_before_window = now, came
        return self.deadline

    def fault(self) -> str:
        """Return what a server did not do that has let the deadline pass, without its subject."""
        whole = self._began + self._limits.total_for(self._came)
        if self._window_began + self._limits.window < whole:
            came, least = self._came - self._came_before_window, self._limits.least
            return (
                f"sent only {file_size(came)} of the {self._limits.what} in {self._limits.window:g} seconds, "
                f"less than {file_size(least)}"
            )
        return f"did not send the {self._limits.what} within {whole - self._began:.0f} seconds"


DownloadProgress = Callable[[int, int | None], None]
"""Called with bytes done and bytes in all (None where the server does not tell), from the event loop."""

_WRITE_BYTES = 256 * 1024
_GONE = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


async def fetch(
    wire: Wire, address: str, target: Path, limits: DownloadLimits, progress: DownloadProgress | None = None
) -> Downloaded:
    """Make one attempt to save what is at `address` into the file `target`, following redirects.

    An address that holds the result itself (a data URI, bare base64) is decoded.

    Raises:
        ResultExpired: there is nothing at the address, or nothing that anybody may have.
        UnexpectedAnswer: not what was expected, too large, redirected too often, to an unsafe address or
            into a network that the service is not in itself.
        ServiceError: the connection failed.
        StorageError: the file cannot be written.
    """
    if is_inline(address):
        return await asyncio.to_thread(saved_inline, address, target, limits)
    url = parsed(address)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limits.total
    for _hop in range(limits.redirects + 1):
        wire.policy.check_download(url)
        request = wire.client.build_request("GET", url)
        sending = Attempt()
        visit = _Visit(target, limits, sending, wire.keys(), progress)
        until_answer = round(max(0.0, deadline - loop.time()), 1)
        outcome = await wire.exchange(
            request, sending, until_answer, visit.consume, longest_body=limits.longest, is_foreign=True
        )
        if isinstance(outcome, Downloaded):
            return outcome
        url = parsed(str(_joined(url, outcome)))
    raise UnexpectedAnswer(f"The result was redirected more than {limits.redirects} times.", retryable=False)


def _joined(url: httpx.URL, location: str) -> httpx.URL:
    try:
        return url.join(location)
    except (httpx.InvalidURL, ValueError):
        raise UnexpectedAnswer("The result was redirected to something that is not an address.") from None


class _Visit:
    """One request of a download."""

    def __init__(
        self,
        target: Path,
        limits: DownloadLimits,
        sending: Attempt,
        keys: KeyFilter,
        progress: DownloadProgress | None,
    ) -> None:
        self._target, self._limits, self._sending = target, limits, sending
        self._keys, self._progress = keys, progress

    async def consume(self, response: httpx.Response) -> Downloaded | str:
        """Save the body, or return where the server redirects to."""
        headers = received_headers(response, self._keys)
        if response.is_redirect:
            return headers.get("location", "")
        if not response.is_success:
            raise _failure(response, headers)
        announced = _announced(headers)
        self._check_size(announced or 0)
        content_type = safe_text(headers.get("content-type", ""), limit=80)
        size = await self._saved_in_time(response, announced)
        if self._limits.unpacked:
            size = await asyncio.to_thread(unpacked_in_place, self._target, size, self._limits)
        return Downloaded(size, content_type)

    def _check_size(self, size: int) -> None:
        if size > self._limits.max_bytes:
            most = file_size(self._limits.max_bytes)
            raise UnexpectedAnswer(f"The result is larger than {most}, so it was not saved.", retryable=False)

    async def _saved_in_time(self, response: httpx.Response, announced: int | None) -> int:
        pace = DownloadDeadline(self._limits, asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout_at(pace.deadline) as bound:
                return await self._saved(response, announced, pace, bound)
        except TimeoutError:
            failure = TimedOut(f"{shown_host(response.url)} {pace.fault()}.")
        raise failure

    async def _saved(
        self, response: httpx.Response, announced: int | None, pace: DownloadDeadline, bound: asyncio.Timeout
    ) -> int:
        loop = asyncio.get_running_loop()
        file = await acquired(partial(_created, self._target), _closed)
        try:
            pending = bytearray()
            async for piece in response.aiter_raw():
                self._sending.received += len(piece)
                self._check_size(self._sending.received)
                bound.reschedule(pace.took(self._sending.received, loop.time()))
                pending += piece
                if len(pending) >= _WRITE_BYTES:
                    await self._write(file, pending, announced)
            await self._write(file, pending, announced)
        finally:
            await released(partial(_closed, file))
        return self._sending.received

    async def _write(self, file: BinaryIO, pending: bytearray, announced: int | None) -> None:
        await asyncio.to_thread(_written, file, bytes(pending))
        pending.clear()
        if self._progress is not None:
            self._progress(self._sending.received, announced)


def _announced(headers: Mapping[str, str]) -> int | None:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 20 else None


def _failure(response: httpx.Response, headers: Mapping[str, str]) -> FluxError:
    host = shown_host(response.url)
    if response.status_code in _GONE:
        return ResultExpired(f"The result is not at {host} (HTTP {response.status_code}).")
    return error_for(response.status_code, headers, Body(b""), host)


def _created(target: Path) -> BinaryIO:
    try:
        return create_anew(target)
    except OSError as error:
        raise cannot_write(error) from None


def _written(file: BinaryIO, data: bytes) -> None:
    try:
        file.write(data)
        file.flush()
    except OSError as error:
        raise cannot_write(error) from None


def _closed(file: BinaryIO) -> None:
    try:
        file.close()
    except OSError as error:
        raise cannot_write(error) from None
