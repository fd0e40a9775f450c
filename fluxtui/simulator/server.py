"""One process, a listener for each role: serves on its ports, watches whether anybody needs it still."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from fluxtui.simulator.admin import admin_routes
from fluxtui.simulator.bfl.delivery_app import delivery_app
from fluxtui.simulator.bfl.polling_app import polling_app
from fluxtui.simulator.bfl.service import BflAddresses
from fluxtui.simulator.bfl.submit_app import submit_app
from fluxtui.simulator.core.clock import Clock
from fluxtui.simulator.core.connections import Connections
from fluxtui.simulator.core.door import COOKIE_SENT, brings_cookies, refusal
from fluxtui.simulator.core.gate import FaultGate
from fluxtui.simulator.core.hosting import PlacesByBody
from fluxtui.simulator.core.roles import BFL
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.doorway import BFL_ROLES, Doorway, Place
from fluxtui.simulator.simulation import Simulation


def is_unlocked(path: Path) -> bool:
    """Try for an exclusive lock on `path`, giving it back at once. True when it was free or is gone."""
    import fcntl

    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


HOLD_CHECK_SECONDS = 2.0
_KEEP_ALIVE_SECONDS = 30

AccessLog = Callable[[str, str, int, float], None]
"""Called after each request with its method, path (no query), HTTP status (0: none) and milliseconds."""


class _Listener(uvicorn.Server):
    """uvicorn that says when it listens, without its signal handlers: this program has its own."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class SimulatorServer:
    """All applications on their ports. Construct, `await serve()`, `stop()` from the same loop."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        access_log: AccessLog | None = None,
        doorway: Doorway | None = None,
    ) -> None:
        """Take over a doorway, or make one. Raises PortTakenError, StateError."""
        self._doorway = doorway or Doorway(settings)
        try:
            self.simulation = Simulation(settings, clock, self._doorway)
        except BaseException:
            self._doorway.close_ports()
            raise
        self._settings = settings
        self._tell_addresses()
        self._connections = Connections()
        self._server = _Listener(self._configuration(access_log))

    def _tell_addresses(self) -> None:
        own = (self._doorway.url(BFL, role) for role in BFL_ROLES)
        self.simulation.bfl.addresses = BflAddresses(*own)
        for service in self.simulation.hosted:
            service.addresses.update(self._doorway.urls(service.name))

    def _gates(self) -> dict[Place, ASGIApp]:
        bfl, connections = self.simulation.bfl, self._connections
        apps = (submit_app(bfl, admin_routes(self.simulation)), polling_app(bfl), delivery_app(bfl))
        gates: dict[Place, ASGIApp] = {
            (BFL, role): FaultGate(app, bfl.faults, connections)
            for role, app in zip(BFL_ROLES, apps, strict=True)
        }
        for service in self.simulation.hosted:
            for role, app in service.applications().items():
                where = partial(service.place_of, role)
                within = partial(service.place_in, role) if isinstance(service, PlacesByBody) else None
                gates[service.name, role] = FaultGate(
                    app, service.faults, connections, where, service.refusal, within
                )
        return gates

    def _configuration(self, access_log: AccessLog | None) -> uvicorn.Config:
        gates = self._gates()
        by_port = {
            bound.getsockname()[1]: (place[0], gates[place]) for place, bound in self._doorway.sockets.items()
        }
        return uvicorn.Config(
            _PortSwitch(by_port, self.simulation, access_log),
            http=self._connections.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=2,
        )

    async def serve(self, on_ready: Callable[[], None] | None = None) -> None:
        """Serve until stopped, or until nobody needs the server any more; then close everything."""
        watching = asyncio.create_task(self._watch(on_ready))
        try:
            await self._server.serve(sockets=list(self._doorway.sockets.values()))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            self._doorway.close_ports()
            await asyncio.to_thread(self.simulation.close)

    def stop(self) -> None:
        """Ask `serve` to end. Idempotent."""
        self._server.should_exit = True

    async def _watch(self, on_ready: Callable[[], None] | None) -> None:
        await self._server.listening.wait()
        if on_ready is not None:
            on_ready()
        while self._settings.hold_file is not None:
            await asyncio.sleep(HOLD_CHECK_SECONDS)
            if await self._unneeded(self._settings.hold_file):
                self.stop()
                return

    async def _unneeded(self, hold_file: Path) -> bool:
        quiet = time.monotonic() - self.simulation.last_request_at >= self._settings.idle_seconds
        if not quiet or self.simulation.active_tasks():
            return False
        return await asyncio.to_thread(is_unlocked, hold_file)


class _PortSwitch:
    """Sends a request to the application of the port that it came in by, and notes that it came.

    `by_port` holds the service and the application of each port. What is not let in counts as nothing.
    """

    def __init__(
        self, by_port: dict[int, tuple[str, ASGIApp]], simulation: Simulation, access_log: AccessLog | None
    ) -> None:
        self._by_port = by_port
        self._simulation = simulation
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        port, began = scope["server"][1], time.monotonic()
        service, app = self._by_port[port]
        refused = refusal(scope["headers"], port)
        if refused is None:
            self._simulation.last_request_at = began
            self._note_cookies(service, scope)
        else:
            app = refused
        if self._access_log is None:
            await app(scope, receive, send)
            return
        status = 0

        async def noting(message: dict[str, object]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(str(message["status"]))
            await send(message)

        await app(scope, receive, noting)  # type: ignore[arg-type]
        self._access_log(scope["method"], scope["path"], status, (time.monotonic() - began) * 1000)

    def _note_cookies(self, service: str, scope: Scope) -> None:
        if brings_cookies(scope["headers"]):
            self._simulation.note_violation(service, COOKIE_SENT)
