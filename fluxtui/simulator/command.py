"""The command `fluxtui simulate`: its options and what it prints. Heavy imports wait until it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.simulator.core.roles import ROLES

if TYPE_CHECKING:
    from fluxtui.simulator.core.faults import Fault
    from fluxtui.simulator.core.keys import Keyring
    from fluxtui.simulator.core.settings import Settings
    from fluxtui.simulator.doorway import Doorway
    from fluxtui.simulator.server import SimulatorServer

DEFAULT_PORT = 8750


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the simulator's options to `parser`."""
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="submit port; 0 takes any free one")
    parser.add_argument("--polling-port", type=int, help="default: the submit port + 1")
    parser.add_argument("--delivery-port", type=int, help="default: the submit port + 2")
    for service, roles in ROLES.items():
        parser.add_argument(
            f"--{service}-ports",
            metavar=",".join(role.upper() for role in roles),
            help="default: the numbers after those, or any free ones",
        )
    parser.add_argument(
        "--mode",
        default="historic",
        help="historic: trains; current: training answers 404, as since 2025-10-31",
    )
    parser.add_argument("--seconds-per-training", type=float, default=30.0, metavar="SECONDS")
    parser.add_argument("--seconds-per-image", type=float, default=3.0, metavar="SECONDS")
    parser.add_argument("--result-seconds", type=float, default=600.0, help="life of a result's address")
    parser.add_argument("--seed", type=int, default=0, help="where requests without a seed begin")
    parser.add_argument("--credits", type=float, default=10_000.0, help="first balance of the valid key")
    parser.add_argument(
        "--fal-concurrency", type=int, default=2, help="jobs of a fal account that run at once"
    )
    parser.add_argument("--region", default="eu", help="finetunes trained in another one are not found")
    parser.add_argument(
        "--state-directory", type=Path, metavar="DIRECTORY", help="remember everything here between runs"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND[=SECONDS][:COUNT|:RATE%][@[SERVICE.]WHERE]",
        help="misbehave, for example 503:2@poll, 500@fal.submit or latency=2:50%%@submit; repeatable",
    )
    parser.add_argument("--hold-file", type=Path, help="end when nobody holds a lock on this file any more")
    parser.add_argument("--idle-seconds", type=float, default=15.0, help="quiet time before it ends that way")
    parser.add_argument(
        "--ready-file", type=Path, help="write process id and URLs here, as JSON, once listening"
    )
    parser.add_argument(
        "--private",
        action="store_true",
        help="keys of its own, and one for the paths under /simulator, so that nobody else on this machine "
        "can use it; they are printed, and in the ready file",
    )
    parser.add_argument("--quiet", action="store_true", help="print neither the greeting nor requests")


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted or no longer needed. Returns 0; 2 after a sentence when it cannot start."""
    from fluxtui.simulator.requirements import NEXT_STEP, missing_packages

    if complaint := missing_packages():
        sys.stderr.write(f"fluxtui simulate: {complaint} {NEXT_STEP}\n")
        return 2

    from fluxtui.simulator.core.state import StateError
    from fluxtui.simulator.doorway import PortTakenError

    try:
        settings = settings_of(args)
        _serve_at(_announced(settings), settings, quiet=args.quiet)
    except (ValueError, PortTakenError, StateError, Unannounced) as error:
        sys.stderr.write(f"fluxtui simulate: {error}\n")
        return 2
    return 0


class Unannounced(Exception):
    """It cannot be told where we listen, so that nobody would find us; the text says why."""


def _announced(settings: Settings) -> Doorway:
    """Return a doorway that was told of. Raises PortTakenError, StateError, Unannounced."""
    from fluxtui.simulator.doorway import Doorway

    doorway = Doorway(settings)
    if settings.ready_file is not None:
        try:
            doorway.announce(settings.ready_file)
        except OSError as error:
            doorway.close_ports()
            doorway.store.close()
            reason = error.strerror or error
            raise Unannounced(f"{settings.ready_file} cannot be written: {reason}.") from error
    return doorway


def _serve_at(doorway: Doorway, settings: Settings, *, quiet: bool) -> None:
    """Answer at a doorway until interrupted or no longer needed."""
    import time

    from fluxtui.simulator.server import SimulatorServer

    server = SimulatorServer(settings, time.time, None if quiet else _print_request, doorway)
    if not quiet:
        sys.stdout.write(greeting(server, settings))
        sys.stdout.flush()
    _serve(server)


def settings_of(args: argparse.Namespace) -> Settings:
    """Return the settings that the options describe. Raises ValueError, with a sentence."""
    from fluxtui.simulator.core.settings import Settings

    next_to = (args.port + 1, args.port + 2) if args.port else (0, 0)
    return Settings(
        host=args.host,
        port=args.port,
        polling_port=next_to[0] if args.polling_port is None else args.polling_port,
        delivery_port=next_to[1] if args.delivery_port is None else args.delivery_port,
        service_ports=_service_ports(args),
        mode=args.mode,
        seconds_per_training=args.seconds_per_training,
        seconds_per_image=args.seconds_per_image,
        seed=args.seed,
        result_seconds=args.result_seconds,
        credits=args.credits,
        fal_concurrency=args.fal_concurrency,
        state_directory=args.state_directory,
        region=args.region,
        faults=_faults(args.fault),
        hold_file=args.hold_file,
        idle_seconds=args.idle_seconds,
        ready_file=args.ready_file,
        private=args.private,
    )


def _faults(texts: list[str]) -> tuple[Fault, ...]:
    """Return the faults that texts describe. Raises ValueError."""
    if not texts:
        return ()
    from fluxtui.simulator.core.faults import parse_fault

    return tuple(parse_fault(text) for text in texts)


def _service_ports(args: argparse.Namespace) -> dict[str, dict[str, int]]:
    """Return the ports of the services beside BFL. Raises ValueError for a list that does not fit."""
    following = args.port + 3
    ports: dict[str, dict[str, int]] = {}
    for service, roles in ROLES.items():
        given = getattr(args, f"{service}_ports")
        if given is not None:
            ports[service] = _port_list(f"--{service}-ports", given, roles)
        elif args.port:
            ports[service] = {role: following + offset for offset, role in enumerate(roles)}
        following += len(roles)
    return ports


def _port_list(option: str, given: str, roles: tuple[str, ...]) -> dict[str, int]:
    numbers = given.split(",")
    if len(numbers) != len(roles) or not all(number.strip().isdecimal() for number in numbers):
        raise ValueError(f"{option} takes {len(roles)} numbers: {','.join(roles)}.")
    return {role: int(number) for role, number in zip(roles, numbers, strict=True)}


def greeting(server: SimulatorServer, settings: Settings) -> str:
    """Return what is printed on start: the URLs, the keys and the admin paths."""
    from fluxtui.simulator.admin import ADMIN_PATHS

    urls = server.simulation.bfl.addresses
    rows = {"base URL": urls.submit, "polling": urls.polling, "delivery": urls.delivery}
    for service, by_role in server.simulation.urls().items():
        rows |= {f"{service} {role}": url for role, url in by_role.items()}
    beside = max(len(name) for name in rows)
    width = max(len(path) for path in ADMIN_PATHS)
    lines = [
        f"The simulator listens ({settings.mode} mode, region {settings.region}). Ctrl+C ends it.",
        "",
        *(f"  {name:<{beside}}  {url}" for name, url in rows.items()),
        "",
        *_key_lines(server.simulation.keyring),
        "",
        *(f"  {path:<{width}}  {meaning}" for path, meaning in ADMIN_PATHS.items()),
        "",
    ]
    return "\n".join(lines) + "\n"


def _key_lines(keyring: Keyring) -> list[str]:
    """Return the keys, and who else has them."""
    from fluxtui.simulator.admin import ADMIN_HEADER
    from fluxtui.simulator.core.keys import FORBIDDEN_KEY, POOR_KEY, VALID_KEY
    from fluxtui.simulator.fal import keys as fal
    from fluxtui.simulator.replicate import keys as replicate
    from fluxtui.simulator.runware import keys as runware

    own, admin = keyring.own, keyring.admin_key
    shared = "Anybody on this machine can use it with these keys; --private makes keys of its own."
    return [
        f"  keys of BFL        {own(VALID_KEY)} (works)  {own(POOR_KEY)} (no credits)",
        f"                     {own(FORBIDDEN_KEY)} (no permission)",
        f"  keys of fal        {own(fal.VALID_KEY)} (works)  {own(fal.POOR_KEY)} (locked)",
        f"                     {own(fal.FORBIDDEN_KEY)} (no permission)",
        f"                     {own(fal.SCOPED_KEY)} (works, may not ask for the balance)",
        f"  keys of Replicate  {own(replicate.VALID_KEY)} (works)  {own(replicate.POOR_KEY)} (no credit)",
        f"                     {own(replicate.THROTTLED_KEY)} (little credit: six new jobs a minute)",
        f"  keys of Runware    {own(runware.VALID_KEY)} (works)  {own(runware.POOR_KEY)} (no credit)",
        f"                     {own(runware.FORBIDDEN_KEY)} (no permission)",
        f"  admin key          {admin}, in {ADMIN_HEADER}" if admin else f"  {shared}",
    ]


def _serve(server: SimulatorServer) -> None:
    import asyncio
    import signal

    async def serving() -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, server.stop)
        await server.serve()

    asyncio.run(serving())


def _print_request(method: str, path: str, status: int, milliseconds: float) -> None:
    outcome = str(status) if status else "no answer"
    visible = "".join(character if character.isprintable() else "?" for character in path)[:120]
    sys.stdout.write(f"{method} {visible} {outcome} {milliseconds:.0f} ms\n")
    sys.stdout.flush()
