"""One process, a listener for each role: binds the ports, serves, watches whether anybody needs it still."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

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
from fluxtui.simulator.core.private_files import open_temporary
from fluxtui.simulator.core.roles import BFL, ROLES
from fluxtui.simulator.core.settings import Settings
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
_BACKLOG = 128
_BFL_ROLES = ("submit", "polling", "delivery")

Place = tuple[str, str]
"""A service and one of its roles."""

AccessLog = Callable[[str, str, int, float], None]
"""Called after each request with its method, path (no query), HTTP status (0: none) and milliseconds."""


class PortTakenError(Exception):
    """A port cannot be listened on; the text says which."""


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

    def __init__(self, settings: Settings, clock: Clock, access_log: AccessLog | None = None) -> None:
        """Bind the ports and open the state. Raises PortTakenError, StateError."""
        self._sockets: dict[Place, socket.socket] = {}
        self.simulation = Simulation(settings, clock)
        self._settings = settings
        self.fault: str | None = None
        """Why it ended by itself, where that is no good reason."""
        try:
            self._bind()
        except BaseException:
            self._close_sockets()
            self.simulation.close()
            raise
        self._connections = Connections()
        self._server = _Listener(self._configuration(access_log))

    def _bind(self) -> None:
        settings, simulation = self._settings, self.simulation
        for place, port in _ports(settings, [service.name for service in simulation.hosted]).items():
            self._sockets[place] = _listening(settings.host, port)
        urls = {place: _url(settings.host, bound) for place, bound in self._sockets.items()}
        simulation.bfl.addresses = BflAddresses(*(urls[BFL, role] for role in _BFL_ROLES))
        for service in simulation.hosted:
            service.addresses.update({role: urls[service.name, role] for role in ROLES[service.name]})

    def _gates(self) -> dict[Place, ASGIApp]:
        bfl, connections = self.simulation.bfl, self._connections
        apps = (submit_app(bfl, admin_routes(self.simulation)), polling_app(bfl), delivery_app(bfl))
        gates: dict[Place, ASGIApp] = {
            (BFL, role): FaultGate(app, bfl.faults, connections)
            for role, app in zip(_BFL_ROLES, apps, strict=True)
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
        by_port = {bound.getsockname()[1]: (place[0], gates[place]) for place, bound in self._sockets.items()}
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
            await self._server.serve(sockets=list(self._sockets.values()))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            self._close_sockets()
            await asyncio.to_thread(self.simulation.close)

    def stop(self) -> None:
        """Ask `serve` to end. Idempotent."""
        self._server.should_exit = True

    def _close_sockets(self) -> None:
        for bound in self._sockets.values():
            bound.close()

    async def _watch(self, on_ready: Callable[[], None] | None) -> None:
        await self._server.listening.wait()
        if self._settings.ready_file is not None and not await self._announce(self._settings.ready_file):
            return
        if on_ready is not None:
            on_ready()
        while self._settings.hold_file is not None:
            await asyncio.sleep(HOLD_CHECK_SECONDS)
            if await self._unneeded(self._settings.hold_file):
                self.stop()
                return

    async def _announce(self, path: Path) -> bool:
        """Write where we listen; where that fails nobody would find us, so everything ends."""
        try:
            await asyncio.to_thread(_write_ready_file, path, self.simulation)
        except OSError as error:
            self.fault = f"{path} cannot be written: {error.strerror or error}."
            self.stop()
            return False
        return True

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


def _ports(settings: Settings, hosted: list[str]) -> dict[Place, int]:
    """Return the port asked for (0: any) of each role, those with a number first so that none is taken."""
    own = (settings.port, settings.polling_port, settings.delivery_port)
    ports: dict[Place, int] = {(BFL, role): port for role, port in zip(_BFL_ROLES, own, strict=True)}
    for name in hosted:
        chosen = settings.service_ports.get(name, {})
        ports |= {(name, role): chosen.get(role, 0) for role in ROLES[name]}
    return dict(sorted(ports.items(), key=lambda item: item[1] == 0))


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only where the protocol is named asyncio sends small pieces at once; else the body of an answer waits
    # 40 ms for the client to acknowledge its head, from the second on a connection on.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        raise PortTakenError(f"Port {port} on {host} cannot be used: {error.strerror}.") from error
    return bound


def _url(host: str, bound: socket.socket) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{bound.getsockname()[1]}"


def _write_ready_file(path: Path, simulation: Simulation) -> None:
    addresses = simulation.bfl.addresses
    document: dict[str, Any] = {
        "pid": os.getpid(),
        "submit_url": addresses.submit,
        "polling_url": addresses.polling,
        "delivery_url": addresses.delivery,
        "services": simulation.urls(),
        "secret": simulation.secret,
        "admin_key": simulation.keyring.admin_key,
        "keys": simulation.keys(),
    }
    # Made for nobody but us (0600): who can read it can prove to be this simulator.
    opened, temporary = open_temporary(path.parent, path.name)
    try:
        with opened as file:
            file.write(json.dumps(document).encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
