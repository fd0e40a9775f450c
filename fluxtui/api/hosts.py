"""Which servers may be asked, and which of them may see the key.

The key goes to the profile's own host and to the provider's trusted domains, over https. Plain http is for
loopback alone, and only when the profile itself is on loopback. Addresses are judged by the same parser that
sends the request, so that no spelling can mean one host here and another there.
"""

from __future__ import annotations

import ipaddress
import re

import httpx

from fluxtui.api.addresses import is_loopback
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
    """The hosts of one profile: its base URL, and domains (`.bfl.ai`) that may get the key as well.

    `on_loopback` tells whether the profile's server is on this machine.
    """

    def __init__(self, base_url: str, trusted_hosts: tuple[str, ...] = ()) -> None:
        self._base = parsed(base_url)
        self._prefix = str(self._base).rstrip("/")
        self._trusted = trusted_hosts
        self.on_loopback = is_loopback(self._base.host)

    def resolve(self, path_or_url: str) -> httpx.URL:
        """Return the address of a path below the base URL, or an absolute one that may get the key.

        Raises:
            UnexpectedAnswer: for an address on a host that may not get it.
        """
        if path_or_url.startswith("/"):
            return parsed(self._prefix + path_or_url)
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
        if url.scheme == "http":
            return self.on_loopback and is_loopback(url.host)
        host, port = _ascii_host(url), url.port or HTTPS_PORT
        if host == _ascii_host(self._base):
            return self.on_loopback or port in (HTTPS_PORT, self._base.port or HTTPS_PORT)
        return port == HTTPS_PORT and any(_belongs(host, domain) for domain in self._trusted)

    def check_download(self, url: httpx.URL) -> None:
        """Check that a result may be fetched from `url`, without the key. Raises `UnexpectedAnswer`."""
        local = self.on_loopback and is_loopback(url.host)
        if url.scheme != "https" and not local:
            host = shown_host(url)
            raise UnexpectedAnswer(f"The result is offered by {host} without encryption.", retryable=False)


def _belongs(host: str, domain: str) -> bool:
    return host.endswith(domain) if domain.startswith(".") else host == domain


def _ascii_host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower()


def shown_host(url: httpx.URL) -> str:
    """Return the host of an address for people, with its port where it has one."""
    host = safe_text(_ascii_host(url), limit=80)
    return f"{host}:{url.port}" if url.port else host
