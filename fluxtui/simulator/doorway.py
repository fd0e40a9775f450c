"""What a simulator has before anything answers: its state, its ports, and what it tells of itself.

All else takes longer to import than whoever started it should wait: what comes meanwhile waits at the ports.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from fluxtui.simulator.core.keys import VALID_KEY, Keyring
from fluxtui.simulator.core.private_files import open_temporary
from fluxtui.simulator.core.roles import BFL, ROLES
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.core.state import StateStore

BFL_ROLES = ("submit", "polling", "delivery")
_BACKLOG = 128

Place = tuple[str, str]
"""A service and one of its roles."""


class PortTakenError(Exception):
    """A port cannot be listened on; the text says which."""


class Doorway:
    """The state, open, and the ports, bound. Whoever made it closes both.

    Attributes:
        store: the state.
        keyring: the keys of all services.
        sockets: the ports, by what they are for.
        secret: known to whoever can read the ready file; see `Simulation.proof`.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the state and bind the ports. Raises PortTakenError, StateError."""
        self._host = settings.host
        self.store = StateStore(settings.state_directory)
        self.secret = secrets.token_hex(32)
        self.sockets: dict[Place, socket.socket] = {}
        try:
            self.keyring = Keyring(self.store, private=settings.private)
            for place, port in _ports(settings, ROLES).items():
                self.sockets[place] = _listening(settings.host, port)
        except BaseException:
            self.close_ports()
            self.store.close()
            raise

    def close_ports(self) -> None:
        """Listen no more."""
        for bound in self.sockets.values():
            bound.close()

    def url(self, service: str, role: str) -> str:
        """Return the address of a role, without a slash at the end."""
        name = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{name}:{self.sockets[service, role].getsockname()[1]}"

    def urls(self, service: str) -> dict[str, str]:
        """Return the addresses of a service beside BFL by role."""
        return {role: self.url(service, role) for role in ROLES[service]}

    def announce(self, path: Path) -> None:
        """Write where we listen, and with what keys. Raises OSError."""
        document: dict[str, Any] = {
            "pid": os.getpid(),
            **{f"{role}_url": self.url(BFL, role) for role in BFL_ROLES},
            "services": {service: self.urls(service) for service in ROLES},
            "secret": self.secret,
            "admin_key": self.keyring.admin_key,
            "keys": {service: self.keyring.own(_valid_key(service)) for service in (BFL, *ROLES)},
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


def _valid_key(service: str) -> str:
    """Return the public key that works at a service."""
    return VALID_KEY if service == BFL else str(import_module(f"fluxtui.simulator.{service}.keys").VALID_KEY)


def _ports(settings: Settings, hosted: Iterable[str]) -> dict[Place, int]:
    """Return the port asked for (0: any) of each role, those with a number first so that none is taken."""
    own = (settings.port, settings.polling_port, settings.delivery_port)
    ports: dict[Place, int] = {(BFL, role): port for role, port in zip(BFL_ROLES, own, strict=True)}
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
