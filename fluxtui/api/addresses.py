"""Which base URLs a profile may have; needs no HTTP library, so configuration can ask it at start-up."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from fluxtui.domain.errors import ConfigError, Problem
from fluxtui.domain.text import safe_text


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine, in its plain spellings only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_base_url(base_url: str) -> None:
    """Check that a profile's base URL is one that a key may be sent to. Raises `ConfigError`."""
    reason = base_url_fault(base_url)
    if reason:
        raise _unusable(base_url, "base_url", reason)


def check_other_bases(base_url: str, other_bases: Mapping[str, str]) -> None:
    """Check a profile's further bases, by role, besides its base URL. Raises `ConfigError`.

    Plain http is for those alone whose base URL is on this machine as well: only then no proxy is asked.
    """
    local = is_loopback(urlsplit(base_url).hostname or "")
    for role, address in other_bases.items():
        reason = base_url_fault(address)
        if not reason and not local and urlsplit(address).scheme != "https":
            reason = "must begin with https://, because the base URL is not on this machine"
        if reason:
            raise _unusable(address, role, reason)


def _unusable(address: str, field: str, reason: str) -> ConfigError:
    shown = safe_text(address.split("?")[0].rpartition("@")[2], limit=80)
    return ConfigError("The base URL cannot be used.", (Problem(field, f"{shown!r} {reason}"),))


def base_url_fault(base_url: str) -> str:
    """Return why a base URL cannot be one that a key is sent to, without repeating it; empty if it can."""
    try:
        parts = urlsplit(base_url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("http", "https") or not host:
        return "must begin with https:// and a host name"
    if parts.scheme == "http" and not is_loopback(host):
        return "must begin with https://, because a key would travel readable by others"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return "must be a host name and at most a path"
    return ""
