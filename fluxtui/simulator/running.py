"""A simulator inside the calling process, in a thread of its own: for tests and scripts."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from fluxtui.simulator.core.clock import Clock
from fluxtui.simulator.core.faults import Fault
from fluxtui.simulator.core.hosting import HostedService
from fluxtui.simulator.core.ledger import LedgerEntry, Violation
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.server import SimulatorServer

_START_SECONDS = 15.0
_STOP_SECONDS = 15.0
_CALL_SECONDS = 15.0

T = TypeVar("T")


class Simulator:
    """A running simulator, seen from the test: its addresses, its record, its faults."""

    def __init__(self, server: SimulatorServer, loop: asyncio.AbstractEventLoop) -> None:
        self._simulation = server.simulation
        self._service = server.simulation.bfl
        self._loop = loop

    @property
    def fal(self) -> ServiceView:
        """What concerns the simulated fal alone."""
        return ServiceView(self, self._simulation.service("fal"))

    @property
    def replicate(self) -> ServiceView:
        """What concerns the simulated Replicate alone."""
        return ServiceView(self, self._simulation.service("replicate"))

    @property
    def runware(self) -> ServiceView:
        """What concerns the simulated Runware alone."""
        return ServiceView(self, self._simulation.service("runware"))

    @property
    def base_url(self) -> str:
        """The submit host, such as http://127.0.0.1:8123; paths begin with /v1."""
        return self._service.addresses.submit

    @property
    def polling_base_url(self) -> str:
        """The host that polling URLs name."""
        return self._service.addresses.polling

    @property
    def delivery_base_url(self) -> str:
        """The host that result URLs name."""
        return self._service.addresses.delivery

    def ledger(self) -> list[LedgerEntry]:
        """Return what was accepted and billed by all services, oldest first."""
        return self.call(self._simulation.ledger)

    def violations(self) -> list[Violation]:
        """Return what a careful client would not have done to any service."""
        return self.call(self._simulation.violations)

    def credits(self, key_name: str = "valid") -> float:
        """Return the balance of BFL's account `valid` or `poor`."""
        return self.call(self._service.accounts.balances)[key_name]

    def refill(self, credits: float, key_name: str = "poor") -> None:
        """Give BFL's account `valid` or `poor` another balance."""
        self.call(lambda: self._service.accounts.restore({key_name: credits}))

    def faults(
        self,
        kind: str,
        *,
        count: int | None = None,
        rate: float | None = None,
        where: str = "any",
        seconds: float = 1.0,
        service: str = "any",
    ) -> None:
        """Misbehave from now on, see `Fault`. Raises ValueError."""
        fault = Fault(kind=kind, count=count, rate=rate, where=where, seconds=seconds, service=service)
        self.call(lambda: self._simulation.faults.add(fault))

    def clear_faults(self) -> None:
        """Behave well from now on."""
        self.call(self._simulation.faults.clear)

    def held(self) -> int:
        """Return how many requests a latency holds back now."""
        return self.call(lambda: self._simulation.faults.held)

    def reset(self) -> None:
        """Forget all work and faults and refill the accounts."""
        self._await(self._simulation.reset())

    def call(self, function: Callable[[], T]) -> T:
        """Return what `function` returns on the simulator's own loop."""

        async def called() -> T:
            return function()

        return self._await(called())

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_CALL_SECONDS)


class ServiceView:
    """One hosted service of a running simulator: its addresses, record, accounts and faults."""

    def __init__(self, simulator: Simulator, service: HostedService) -> None:
        self._simulator = simulator
        self._service = service

    @property
    def urls(self) -> dict[str, str]:
        """Its addresses by role, see `roles.ROLES`, without a slash at the end."""
        return dict(self._service.addresses)

    def ledger(self) -> list[LedgerEntry]:
        """Return what it accepted and billed, oldest first."""
        return self._simulator.call(self._service.ledger)

    def violations(self) -> list[Violation]:
        """Return what a careful client would not have done to it."""
        return self._simulator.call(lambda: list(self._service.violations))

    def credits(self, key_name: str = "valid") -> float:
        """Return the balance of one of its accounts, by name."""
        return self._simulator.call(self._service.accounts.balances)[key_name]

    def refill(self, credits: float, key_name: str = "poor") -> None:
        """Give one of its accounts another balance."""
        self._simulator.call(lambda: self._service.accounts.restore({key_name: credits}))

    def faults(
        self,
        kind: str,
        *,
        count: int | None = None,
        rate: float | None = None,
        where: str = "any",
        seconds: float = 1.0,
    ) -> None:
        """Let this service misbehave from now on, see `Fault`. Raises ValueError."""
        self._simulator.faults(
            kind, count=count, rate=rate, where=where, seconds=seconds, service=self._service.name
        )


@contextlib.contextmanager
def running_simulator(settings: Settings | None = None, clock: Clock = time.time) -> Iterator[Simulator]:
    """Run a simulator while the block runs. Raises PortTakenError, StateError, TimeoutError."""
    server = SimulatorServer(settings or Settings(), clock)
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    def run() -> None:
        try:
            loop.run_until_complete(server.serve(ready.set))
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()

    thread = threading.Thread(target=run, name="simulator", daemon=True)
    thread.start()
    try:
        if not ready.wait(_START_SECONDS):
            raise TimeoutError("The simulator did not start in time.")
        yield Simulator(server, loop)
    finally:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(server.stop)
        thread.join(_STOP_SECONDS)
