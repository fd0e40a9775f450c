"""All services of one simulator together: what admin paths, tests and the server ask about."""

from __future__ import annotations

import asyncio
import hmac
import time

from fluxtui.simulator.bfl.service import SimulatedService
from fluxtui.simulator.core.clock import Clock
from fluxtui.simulator.core.faults import FaultBox
from fluxtui.simulator.core.hosting import Foundation, HostedService, foundation
from fluxtui.simulator.core.keys import VALID_KEY, Keyring
from fluxtui.simulator.core.ledger import LedgerEntry, Violation
from fluxtui.simulator.core.roles import BFL
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.doorway import Doorway
from fluxtui.simulator.fal.hosted import HostedFal
from fluxtui.simulator.replicate.hosted import HostedReplicate
from fluxtui.simulator.runware.hosted import HostedRunware


def hosted_services(shared: Foundation) -> list[HostedService]:
    """Build every hosted service on the `shared` foundation, in the order of their ports."""
    return [HostedFal(shared), HostedReplicate(shared), HostedRunware(shared)]


class Simulation:
    """BFL and the hosted services on one state. Its methods run on the server's loop."""

    def __init__(self, settings: Settings, clock: Clock, doorway: Doorway) -> None:
        """Stand on the state of a doorway, and close it at the end."""
        self._shared = foundation(settings, clock, doorway.store, doorway.keyring)
        self.settings = settings
        self.last_request_at = time.monotonic()
        self._secret = doorway.secret
        try:
            self.bfl = SimulatedService(self._shared)
            self.hosted = hosted_services(self._shared)
        except BaseException:
            self._shared.renderer.close()
            self._shared.store.close()
            raise
        self._shared.services.extend(self.hosted)

    @property
    def faults(self) -> FaultBox:
        """The faults of all services."""
        return self._shared.faults

    @property
    def keyring(self) -> Keyring:
        """The keys of all services."""
        return self._shared.keyring

    def keys(self) -> dict[str, str]:
        """Return the key that works at each service."""
        return {BFL: self.keyring.own(VALID_KEY)} | {one.name: one.valid_key for one in self.hosted}

    def note_violation(self, service: str, what: str) -> None:
        """Remember something that a careful client never does, where no job is concerned."""
        watching = self.bfl if service == BFL else self.service(service)
        watching.violations.append(Violation(service=service, job=None, what=what, at=self.bfl.clock()))

    def service(self, name: str) -> HostedService:
        """Return a hosted service. Raises KeyError where none has that name."""
        return {service.name: service for service in self.hosted}[name]

    def urls(self) -> dict[str, dict[str, str]]:
        """Return the addresses of the hosted services by name and role."""
        return {service.name: dict(service.addresses) for service in self.hosted}

    def ledger(self) -> list[LedgerEntry]:
        """Return what was accepted and billed by all services, oldest first."""
        listed = self.bfl.ledger()
        for service in self.hosted:
            listed += service.ledger()
        return sorted(listed, key=lambda entry: entry["accepted_at"])

    def violations(self) -> list[Violation]:
        """Return what a careful client would not have done to any service, oldest first."""
        listed = list(self.bfl.violations)
        for service in self.hosted:
            listed += service.violations
        return sorted(listed, key=lambda violation: violation["at"])

    def active_tasks(self) -> int:
        """Count jobs under way."""
        return self.bfl.active_tasks() + sum(service.active_tasks() for service in self.hosted)

    def balances(self) -> dict[str, dict[str, float]]:
        """Return the credits of the hosted services' accounts by service and account name."""
        return {service.name: service.accounts.balances() for service in self.hosted}

    async def reset(self) -> None:
        """Forget all work and faults and refill the accounts."""
        self.faults.forget()
        self._shared.renderer.forget_all()
        await asyncio.to_thread(self._shared.store.clear)
        await asyncio.to_thread(self.keyring.keep, self._shared.store)
        await self.bfl.reset()
        for service in self.hosted:
            service.violations.clear()
            await service.reset()

    def proof(self, nonce: str) -> str:
        """Return what only this simulator can answer to a nonce: it listens where its ready file says."""
        told = f"{nonce} {self.bfl.addresses.submit}"
        return hmac.new(self._secret.encode("ascii"), told.encode("utf-8"), "sha256").hexdigest()

    def close(self) -> None:
        """Finish painting and close the state."""
        self._shared.renderer.close()
        for service in self.hosted:
            service.close()
        self._shared.store.close()
