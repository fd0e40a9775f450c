"""One process, three listeners: binds the ports, serves, watches whether anybody still needs it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from fluxtui.simulator.clock import Clock
from fluxtui.simulator.connections import Connections
from fluxtui.simulator.delivery_app import delivery_app
from fluxtui.simulator.gate import FaultGate
from fluxtui.simulator.holding import nobody_holds
from fluxtui.simulator.polling_app import polling_app
from fluxtui.simulator.service import Addresses, SimulatedService
from fluxtui.simulator.settings import Settings
from fluxtui.simulator.submit_app import submit_app

HOLD_CHECK_SECONDS = 2.0
_KEEP_ALIVE_SECONDS = 30
_BACKLOG = 128

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
    """The three applications on their ports. Construct, `await serve()`, `stop()` from the same loop."""

    def __init__(self, settings: Settings, clock: Clock, access_log: AccessLog | None = None) -> None:
        """Bind the ports and open the state. Raises PortTakenError, StateError."""
        self._sockets = _bound(settings)
        try:
            self.service = SimulatedService(settings, clock)
        except BaseException:
            self._close_sockets()
            raise
        self._settings = settings
        submit, polling, delivery = (_url(settings.host, bound) for bound in self._sockets)
        self.service.addresses = Addresses(submit, polling, delivery)
        self._connections = Connections()
        self._server = _Listener(self._configuration(access_log))

    def _configuration(self, access_log: AccessLog | None) -> uvicorn.Config:
        service = self.service
        apps = (submit_app(service), polling_app(service), delivery_app(service))
        by_port = {
            bound.getsockname()[1]: FaultGate(app, service.faults, self._connections)
            for bound, app in zip(self._sockets, apps, strict=True)
        }
        return uvicorn.Config(
            _PortSwitch(by_port, service, access_log),
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
            await self._server.serve(sockets=self._sockets)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            self._close_sockets()
            await asyncio.to_thread(self.service.close)

    def stop(self) -> None:
        """Ask `serve` to end. Idempotent."""
        self._server.should_exit = True

    def _close_sockets(self) -> None:
        for bound in self._sockets:
            bound.close()

    async def _watch(self, on_ready: Callable[[], None] | None) -> None:
        await self._server.listening.wait()
        if self._settings.ready_file is not None:
            await asyncio.to_thread(_write_ready_file, self._settings.ready_file, self.service.addresses)
        if on_ready is not None:
            on_ready()
        while self._settings.hold_file is not None:
            await asyncio.sleep(HOLD_CHECK_SECONDS)
            if await self._unneeded(self._settings.hold_file):
                self.stop()
                return

    async def _unneeded(self, hold_file: Path) -> bool:
        quiet = time.monotonic() - self.service.last_request_at >= self._settings.idle_seconds
        if not quiet or self.service.active_tasks():
            return False
        return await asyncio.to_thread(nobody_holds, hold_file)


class _PortSwitch:
    """Sends a request to the application of the port that it came in by, and notes that it came."""

    def __init__(
        self, by_port: dict[int, FaultGate], service: SimulatedService, access_log: AccessLog | None
    ) -> None:
        self._by_port: dict[int, ASGIApp] = dict(by_port)
        self._service = service
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._service.last_request_at = began = time.monotonic()
        app = self._by_port[scope["server"][1]]
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


def _bound(settings: Settings) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for port in (settings.port, settings.polling_port, settings.delivery_port):
            sockets.append(_listening(settings.host, port))
    except BaseException:
        for bound in sockets:
            bound.close()
        raise
    return sockets


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
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


def _write_ready_file(path: Path, addresses: Addresses) -> None:
    document = {
        "pid": os.getpid(),
        "submit_url": addresses.submit,
        "polling_url": addresses.polling,
        "delivery_url": addresses.delivery,
    }
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
