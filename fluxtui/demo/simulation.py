"""The simulator of a demo: started in the background, shared by all demos on one data directory."""

from __future__ import annotations

import errno
import fcntl
import hmac
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field
from pathlib import Path
from typing import Any

from fluxtui.domain.errors import FluxError
from fluxtui.domain.json_text import read_json
from fluxtui.domain.text import safe_text
from fluxtui.services.storage.files import make_private_directory
from fluxtui.simulator.core.roles import ROLES, SERVICES
from fluxtui.simulator.requirements import NEXT_STEP, missing_packages
from fluxtui.system.dataclass import dataclass
from fluxtui.system.interpreter import bare_environ, module_command, module_environ
from fluxtui.system.ordinary_files import open_ordinary
from fluxtui.system.private_files import create_anew, open_lasting
from fluxtui.system.programs import output_of

START_SECONDS = 20.0
"""How long the simulator may take until it listens."""
END_SECONDS = 10.0
"""How long an older simulator may take until it has ended."""
LOCK_SECONDS = START_SECONDS * 2 + END_SECONDS * 2
"""How long another demo may be about starting the simulator that both use."""
READY_SECONDS = 0.01
"""How often it is looked whether it listens: the demo waits for it."""
ASK_SECONDS = 2.0
"""How long an answer about its health may take."""

MOST_BYTES = 1_000_000
"""Of an answer, or of the simulator's last words."""
ROOM_BYTES = 1_000_000
"""What has to fit on the disk beside the demo's pictures before its simulator is started."""

_PORT_DIGITS = 5
_LOOPBACK = "http://127.0.0.1:"
READY_FILE = "ready.json"
OUTPUT_FILE = "output.txt"
_BFL_URLS = ("submit_url", "polling_url", "delivery_url")

_left_running: list[subprocess.Popen[bytes]] = []
"""Simulators that outlive the demo that started them; kept so that none counts as forgotten."""


class SimulatorError(FluxError):
    """The simulator of the demo did not start."""

    title = "Simulator"


@dataclass(frozen=True)
class Speed:
    """How long the simulated services take, in seconds."""

    training: float = 30.0
    image: float = 3.0


@dataclass(frozen=True)
class Addresses:
    """Where a simulator listens: the base URL of BFL, and those of the other services by role.

    `keys` holds the key that works at each service.
    """

    bfl: str
    services: Mapping[str, Mapping[str, str]]
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class _Announced:
    """What a simulator has written about itself."""

    pid: int
    bfl: Mapping[str, str]
    services: Mapping[str, Mapping[str, str]]
    secret: str = field(default="", repr=False)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.bfl["submit_url"], self.services, self.keys)

    @property
    def is_complete(self) -> bool:
        """Whether it hosts every service that we know, with keys of its own; an older FluxTUI's does not."""
        has_ports = all(set(roles) <= self.services.get(name, {}).keys() for name, roles in ROLES.items())
        return has_ports and set(SERVICES) <= self.keys.keys()

    def port_options(self) -> list[str]:
        """Return the options that make another simulator listen where this one did."""
        submit, polling, delivery = (_port(self.bfl.get(name, "")) for name in _BFL_URLS)
        options = ["--port", submit, "--polling-port", polling, "--delivery-port", delivery]
        for service, roles in ROLES.items():
            urls = self.services.get(service, {})
            options += [f"--{service}-ports", ",".join(_port(urls.get(role, "")) for role in roles)]
        return options


_ANYWHERE = _Announced(0, {}, {})


@contextmanager
def simulator(folder: Path, speed: Speed) -> Iterator[Addresses]:
    """Yield the addresses of a running simulator that keeps its state in `folder`.

    One that still runs there is used, else one is started on the ports it had before, so that jobs of an
    earlier demo find it again. It ends by itself when no demo holds it and its tasks are finished. One of an
    older FluxTUI, which does not host all services, has the keys that everybody knows or cannot prove what it
    is, is ended first; what it knows is kept.

    Raises:
        SimulatorError: it cannot be started.
        StorageError: the folder cannot be made.
    """
    folder = folder.absolute()
    make_private_directory(folder)
    with _locked(folder / "held", fcntl.LOCK_SH):
        with _locked(folder / "starting", fcntl.LOCK_EX):
            known = _running(folder, speed)
        yield known.addresses


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    """Hold a lock on a file through the block. Raises `SimulatorError` where it is not to be had in time."""
    with os.fdopen(open_lasting(path), "rb") as file:
        end = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise SimulatorError(
                        f"Another demo in {safe_text(path.parent, limit=200)} starts and does not go on.",
                        next_step="End it, or choose another place with --data-dir.",
                    ) from None
            time.sleep(0.05)
        yield


def _running(folder: Path, speed: Speed) -> _Announced:
    known = _announced(folder)
    if known is not None:
        if known.is_complete and _is_proven(known):
            return known
        _end(known.pid, folder)
    return _start(folder, speed, known)


def _announced(folder: Path) -> _Announced | None:
    try:
        with open_ordinary(folder / READY_FILE) as file:
            known = read_json(file.read(MOST_BYTES))
    except (OSError, ValueError):
        return None
    if not isinstance(known, dict):
        return None
    services = known.get("services")
    listed = services.items() if isinstance(services, dict) else ()
    found = _Announced(
        known["pid"] if isinstance(known.get("pid"), int) else 0,
        _loopback_urls({name: known.get(name) for name in _BFL_URLS}),
        {str(name): _loopback_urls(urls) for name, urls in listed},
        known["secret"] if isinstance(known.get("secret"), str) else "",
        _own_keys(known),
    )
    return found if "submit_url" in found.bfl else None


def _own_keys(known: dict[str, Any]) -> dict[str, str]:
    """Return the keys of a simulator by service; none where they are those that everybody knows."""
    keys = known.get("keys")
    if not isinstance(keys, dict) or not known.get("admin_key"):
        return {}
    return {str(service): key for service, key in keys.items() if isinstance(key, str) and key}


def _loopback_urls(urls: Any) -> dict[str, str]:
    """Return those of some named values that are addresses on this machine."""
    named = urls.items() if isinstance(urls, dict) else ()
    return {str(name): url for name, url in named if isinstance(url, str) and url.startswith(_LOOPBACK)}


def _port(url: str) -> str:
    """Return the port of an address, 0 for any where there is none."""
    port = url.rpartition(":")[2]
    return port if port.isascii() and port.isdecimal() and len(port) <= _PORT_DIGITS else "0"


def _is_proven(known: _Announced) -> bool:
    """Whether the one that wrote the file answers at its address, and not somebody who has taken its port."""
    base_url, nonce = known.addresses.bfl, secrets.token_hex(16)
    try:
        document = read_json(_answer_of(base_url, f"/simulator/health?nonce={nonce}"))
    except (OSError, ValueError):
        return False
    told = document.get("proof") if isinstance(document, dict) else None
    right = hmac.new(known.secret.encode(), f"{nonce} {base_url}".encode(), "sha256").hexdigest()
    return bool(known.secret) and isinstance(told, str) and hmac.compare_digest(told.encode(), right.encode())


def _answer_of(base_url: str, target: str) -> bytes:
    """Return the body that one on this machine answers, followed to no other place and within `ASK_SECONDS`.

    It may be anybody, so no library asks: that would follow redirects, and wait anew for each byte.
    """
    end, got = time.monotonic() + ASK_SECONDS, bytearray()
    host, port = base_url.removeprefix("http://"), int(_port(base_url))
    with socket.create_connection(("127.0.0.1", port), ASK_SECONDS) as asked:
        asked.sendall(f"GET {target} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        while len(got) < MOST_BYTES:
            asked.settimeout(max(end - time.monotonic(), 0.001))
            piece = asked.recv(65_536)
            if not piece:
                return bytes(got.partition(b"\r\n\r\n")[2])
            got += piece
    raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))


def _end(pid: int, folder: Path) -> None:
    """End the simulator of a folder, if it has the id, and wait until its ports and state are free.

    Raises `SimulatorError` where it does not end.
    """
    end = time.monotonic() + END_SECONDS
    signals = [signal.SIGTERM]
    while _is_simulator(pid, folder):
        late = time.monotonic() - end
        if late > END_SECONDS:
            raise SimulatorError(
                f"The simulator of an earlier demo (process {pid}) does not end.",
                next_step="Choose another place with --data-dir.",
            )
        if late > 0:
            signals = [signal.SIGKILL]
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signals.pop() if signals else 0)
        for process in _left_running:
            process.poll()
        time.sleep(0.05)


def _is_simulator(pid: int, folder: Path) -> bool:
    """Whether a process is the simulator of a folder: ids are given again to others."""
    if pid <= 0:
        return False
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        line = _command_line(pid)
    return b" simulate " in line and os.fsencode(folder / READY_FILE) in line


def _command_line(pid: int) -> bytes:
    """Return a process's command line where there is no /proc, empty where there is no such process."""
    if Path("/proc/self").exists():
        return b""
    asked = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return output_of(asked, bare_environ(), seconds=ASK_SECONDS) or b""


def _start(folder: Path, speed: Speed, before: _Announced | None) -> _Announced:
    if complaint := missing_packages():
        raise SimulatorError(f"{complaint} Nothing was started.", next_step=NEXT_STEP)
    _check_room(folder)
    words = ""
    for wanted in [before, _ANYWHERE] if before else [_ANYWHERE]:
        (folder / READY_FILE).unlink(missing_ok=True)
        process = _spawn(folder, speed, wanted.port_options())
        known = _wait_until_ready(folder, process)
        if known is not None:
            return known
        words = _last_words(folder)
    raise SimulatorError(
        "The simulator of the demo did not start" + (f": {words}" if words else "."),
        next_step=f"What it said is in {folder / OUTPUT_FILE}.",
    )


def _check_room(folder: Path) -> None:
    """Raise `SimulatorError` where the disk takes nothing: the simulator could not even say so."""
    trial = folder / "trial"
    try:
        with create_anew(trial) as file:
            file.write(bytes(ROOM_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise SimulatorError(
            f"The demo cannot be started: {'there is no room left' if is_full else error.strerror} in "
            f"{safe_text(folder, limit=200)}. Nothing of it was started.",
            next_step="Make room, or choose another place with --data-dir.",
        ) from error
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)


def _last_words(folder: Path) -> str:
    """Return the last line that a simulator has said, made harmless."""
    try:
        with open_ordinary(folder / OUTPUT_FILE) as file:
            file.seek(max(os.fstat(file.fileno()).st_size - MOST_BYTES, 0))
            said = file.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line for line in said.splitlines() if line.strip()]
    return safe_text(lines[-1].removeprefix("fluxtui simulate: "), limit=300) if lines else ""


def _spawn(folder: Path, speed: Speed, port_options: list[str]) -> subprocess.Popen[bytes]:
    command = module_command(
        *("fluxtui", "simulate", "--quiet", "--private"),
        *port_options,
        *("--seconds-per-training", str(speed.training), "--seconds-per-image", str(speed.image)),
        *("--state-directory", str(folder / "state"), "--ready-file", str(folder / READY_FILE)),
        *("--hold-file", str(folder / "held")),
    )
    with create_anew(folder / OUTPUT_FILE) as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=module_environ(bare_environ()),
            start_new_session=True,
        )
    _left_running.append(process)
    return process


def _wait_until_ready(folder: Path, process: subprocess.Popen[bytes]) -> _Announced | None:
    """Wait until the simulator listens, and return where; one that does not is ended."""
    end = time.monotonic() + START_SECONDS
    try:
        while time.monotonic() < end and process.poll() is None:
            known = _announced(folder)
            if known is not None and known.pid == process.pid:
                return known
            time.sleep(READY_SECONDS)
    except BaseException:
        _end_process(process)
        raise
    _end_process(process)
    return None


def _end_process(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
    if process.returncode is not None:
        _left_running.remove(process)
