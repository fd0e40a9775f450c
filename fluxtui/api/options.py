"""What a service and its requests are made with, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class KeyPolicy:
    """The header of the key, and the servers besides the profile's own that may get it.

    Attributes:
        header: its name.
        prefix: what stands before the key in it, such as `Bearer ` with its space.
        trusted_hosts: hosts, or domains such as `.bfl.ai`, that may get the key over https.
        bases: further bases like the profile's own, by the roles that requests name.
    """

    header: str = "x-key"
    prefix: str = ""
    trusted_hosts: tuple[str, ...] = ()
    bases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RequestOptions:
    """How a request is addressed, and what the service is told beside its body.

    Attributes:
        base: the role of the base that a path is below; empty for the base URL.
        params: the query.
        headers: what the service wants to be told besides; they never replace the key.
    """

    base: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


PLAIN = RequestOptions()
"""Of a request to the base URL about which nothing else is said."""
