"""Which servers may be asked, and which of them may see the key.

The key goes to the hosts of the profile's bases and to the provider's trusted domains, over https. Plain http
is for loopback alone, and only when the profile itself is on loopback. Addresses are judged by the same
parser that sends the request, so that no spelling can mean one host here and another there.

Where a service says that a result is to be fetched from, or a file put, is on the internet, or where the
profile's own servers are: one on the internet cannot send us to this machine or into the networks around it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

import httpx

from fluxtui.api.addresses import is_loopback
from fluxtui.api.reach import Reach, reach_of
from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.text import safe_text

HTTPS_PORT = 443
_LAST_PORT = 65_535
_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")


def parsed(address: str) -> httpx.URL:
    """Return an absolute address as httpx sends it. Raises `UnexpectedAnswer` where it is none."""
    url = _read(address)
    if url is None or url.scheme not in ("http", "https") or url.userinfo or not _is_host(url):
        raise UnexpectedAnswer("The service named something that is not a usable address.", retryable=False)
    return url


def _read(address: str) -> httpx.URL | None:
    try:
        return httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        return None


def _is_host(url: httpx.URL) -> bool:
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        return False
    host = _ascii_host(url)
    return _HOST_NAME.fullmatch(host) is not None or _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class HostPolicy:
    """The hosts of one profile: its base URL, further bases by role, and trusted domains.

    A provider with a whole domain (`.bfl.ai`) may send us to any host of it. On loopback other ports stand
    for such hosts, so the key may go to any. A provider without is known by its bases: on loopback the key
    goes to exactly their hosts and ports.

    `on_loopback` tells whether the profile's server is on this machine.
    """

    def __init__(
        self,
        base_url: str,
        trusted_hosts: tuple[str, ...] = (),
        other_bases: Mapping[str, str] | None = None,
    ) -> None:
        addresses = {**(other_bases or {}), "": base_url}
        self._bases = {role: parsed(address) for role, address in addresses.items()}
        self._trusted = trusted_hosts
        self._has_domain = any(host.startswith(".") for host in trusted_hosts)
        self.on_loopback = is_loopback(self._bases[""].host)
        self._own = {reach_of(base.host) for base in self._bases.values()}

    def resolve(self, path_or_url: str, base: str = "") -> httpx.URL:
        """Return the address of a path below a base, or an absolute one that may get the key.

        Args:
            path_or_url: a path begins with a slash.
            base: the role of the base that a path is below; empty for the base URL.

        Raises:
            UnexpectedAnswer: for an address on a host that may not get it.
        """
        if path_or_url.startswith("/"):
            return parsed(str(self._bases[base]).rstrip("/") + path_or_url)
        url = parsed(path_or_url)
        if not self.may_have_key(url):
            raise UnexpectedAnswer(
                f"The service sent us to another server, {shown_host(url)}, which may not have the key, "
                "so it was not asked.",
                retryable=False,
                next_step="Check the base URL of this profile.",
            )
        return url

    def may_have_key(self, url: httpx.URL) -> bool:
        """Tell whether the key may be sent to `url`."""
        if self.on_loopback and not self._has_domain:
            return any(_origin(url) == _origin(base) for base in self._bases.values())
        if url.scheme == "http":
            return self.on_loopback and is_loopback(url.host)
        host, port = _ascii_host(url), url.port or HTTPS_PORT
        for base in self._bases.values():
            if host == _ascii_host(base) and (self.on_loopback or port in (HTTPS_PORT, base.port)):
                return True
        return port == HTTPS_PORT and any(_belongs(host, domain) for domain in self._trusted)

    def learn(self, url: httpx.URL, address: str) -> None:
        """Take notice of the address that a server with a certificate for the host of `url` has."""
        if self.may_have_key(url):
            self._own.add(reach_of(address))

    def may_reach(self, reach: Reach) -> bool:
        """Tell whether the service may send us to an address: to the internet, or to where it is itself."""
        return reach is Reach.PUBLIC or reach in self._own

    def check_download(self, url: httpx.URL) -> None:
        """Check that a result may be fetched from `url`, without the key. Raises `UnexpectedAnswer`."""
        host = shown_host(url)
        if not self._is_private(url):
            raise UnexpectedAnswer(f"The result is offered by {host} without encryption.", retryable=False)
        if place := self._forbidden(url):
            raise UnexpectedAnswer(
                f"The service says that the result is at {host}, {place}. It is not there itself, so nothing "
                "was asked there.",
                retryable=False,
            )

    def check_upload(self, url: httpx.URL) -> None:
        """Check that a file may be sent to `url`, without the key. Raises `UnexpectedAnswer`."""
        host = shown_host(url)
        if not self._is_private(url):
            raise UnexpectedAnswer(
                f"The file should go to {host} without encryption, so it was not sent.", retryable=False
            )
        if place := self._forbidden(url):
            raise UnexpectedAnswer(
                f"The service says that the file should go to {host}, {place}. It is not there itself, so "
                "nothing was sent there.",
                retryable=False,
            )

    def _is_private(self, url: httpx.URL) -> bool:
        return url.scheme == "https" or (self.on_loopback and is_loopback(url.host))

    def _forbidden(self, url: httpx.URL) -> str:
        """Return in which network, for people, an address is that the service may not send us to."""
        reach = reach_of(_ascii_host(url))
        return "" if reach is None or self.may_reach(reach) else reach.value


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    # The library leaves out a port that is the scheme's own.
    return url.scheme, _ascii_host(url), url.port


def _belongs(host: str, domain: str) -> bool:
    return host.endswith(domain) if domain.startswith(".") else host == domain


def _ascii_host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower()


def shown_host(url: httpx.URL) -> str:
    """Return the host of an address for people, with its port where it has one."""
    host = safe_text(_ascii_host(url), limit=80)
    return f"{host}:{url.port}" if url.port else host
