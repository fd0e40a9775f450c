"""What kind of network an address lies in, so that a service cannot send us into the user's own.

Addresses are judged in any spelling that a resolver takes: `127.1`, `2130706433`, `0x7f.1`, and IPv4 inside
IPv6 (RFC 4291 mapped and compatible, RFC 6052 NAT64, RFC 3056 6to4, RFC 4380 Teredo).
"""

from __future__ import annotations

import ipaddress
import socket
from enum import Enum

from fluxtui.api.addresses import is_loopback

_WITH_IPV4_AT_THE_END = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))


class Reach(Enum):
    """Who can be reached at an address; the value says it to people."""

    PUBLIC = "on the internet"
    LOOPBACK = "on this machine"
    LINK_LOCAL = "on this machine's own link"
    PRIVATE = "in a private network"


def reach_of(host: str) -> Reach | None:
    """Return the reach of an address in any spelling, or of `localhost`; None for other names."""
    name = host.strip("[]").rstrip(".").lower()
    if is_loopback(name) or name.endswith(".localhost"):
        return Reach.LOOPBACK
    address = _address(name)
    return None if address is None else _judged(address)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(name))
    except (OSError, ValueError):
        return None


def _judged(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Reach:
    inner = _inner(address) if isinstance(address, ipaddress.IPv6Address) else None
    if inner is not None:
        return _judged(inner)
    if address.is_loopback or address.is_unspecified:
        # A connection to "no address" goes to this machine.
        return Reach.LOOPBACK
    if address.is_link_local:
        return Reach.LINK_LOCAL
    is_odd = address.is_multicast or (isinstance(address, ipaddress.IPv6Address) and address.is_site_local)
    return Reach.PUBLIC if address.is_global and not is_odd else Reach.PRIVATE


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that packets to an IPv6 address end at, or None."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if any(address in network for network in _WITH_IPV4_AT_THE_END) and int(address) > 1:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or (address.teredo[1] if address.teredo is not None else None)
