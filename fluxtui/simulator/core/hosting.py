"""What a service beside BFL offers to the server that hosts it, and what all services share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import ASGIApp

from fluxtui.simulator.core.accounts import Accounts
from fluxtui.simulator.core.clock import Clock
from fluxtui.simulator.core.faults import Fault, FaultBox
from fluxtui.simulator.core.keys import Keyring
from fluxtui.simulator.core.ledger import LedgerEntry, Violation
from fluxtui.simulator.core.rendering import Renderer
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.core.state import StateStore
from fluxtui.simulator.core.weights import TrainedWeights


class HostedService(Protocol):
    """A simulated service that the server gives its ports to. All methods run on the server's loop."""

    name: str
    addresses: dict[str, str]
    """Its URLs by role, without a slash at the end; the server fills it when the ports are bound."""
    accounts: Accounts
    valid_key: str
    """The key that works here, one of those in `accounts`."""
    faults: FaultBox
    violations: list[Violation]

    def applications(self) -> Mapping[str, ASGIApp]:
        """Return one application for each of the service's roles, see `roles.ROLES`."""
        ...

    def place_of(self, role: str, method: str, path: str) -> str | None:
        """Return where a request to the port of `role` goes, in words of `Fault.where`; None: no fault."""
        ...

    def refusal(self, fault: Fault) -> Response:
        """Return what the service answers for a fault of `faults.HTTP_KINDS`."""
        ...

    async def content_at(self, role: str, path: str) -> bytes | None:
        """Return the file that anybody finds at `path` (with query) on the port of `role`, or None."""
        ...

    def ledger(self) -> list[LedgerEntry]:
        """Return what was accepted and billed, oldest first."""
        ...

    def active_tasks(self) -> int:
        """Count jobs under way."""
        ...

    async def reset(self) -> None:
        """Forget all work and refill the accounts. The shared store is empty already."""
        ...

    def close(self) -> None:
        """Let go of what is the service's own; store and renderer are closed by the server."""
        ...


@runtime_checkable
class PlacesByBody(Protocol):
    """A service some of whose paths take everything: `place_of` says `gate.BY_BODY` there."""

    def place_in(self, role: str, head: bytes) -> tuple[str | None, str]:
        """Return where a request goes by the beginning of its body, as `place_of`, and what it is about."""
        ...


@dataclass(slots=True)
class Foundation:
    """What all services of one simulator stand on. `faults` holds everybody's: take a view with `of`."""

    settings: Settings
    clock: Clock
    store: StateStore
    renderer: Renderer
    weights: TrainedWeights
    faults: FaultBox
    keyring: Keyring
    services: list[HostedService] = field(default_factory=list)

    def serves(self, url: str) -> bool:
        """Say whether an address is on one of the hosted services' own ports."""
        base = _base_of(url)
        return any(base in service.addresses.values() for service in self.services)

    async def content_at(self, url: str) -> bytes | None:
        """Return the file at an address on one of the simulator's own ports, found without a connection.

        None for any other address and where nothing is: the simulator never opens a connection itself.
        """
        if not self.serves(url):
            return None
        base, parts = _base_of(url), urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        for service in self.services:
            for role, address in service.addresses.items():
                if address == base:
                    return await service.content_at(role, path)
        return None


def _base_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def foundation(settings: Settings, clock: Clock, store: StateStore, keyring: Keyring) -> Foundation:
    """Make everything that stands on a state."""
    faults = FaultBox(settings.faults, Random(settings.seed))  # noqa: S311
    return Foundation(settings, clock, store, Renderer(store), TrainedWeights(store), faults, keyring)
