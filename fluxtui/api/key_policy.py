"""How a service is told the key, and who may be told it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
