"""Starts a collector that outlives the program and its terminal."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from fluxtui.domain.errors import FluxError
from fluxtui.system.dataclass import dataclass
from fluxtui.system.interpreter import module_command, module_environ


class CollectorError(FluxError):
    """The collector could not be started."""

    title = "Collector"
    next_step = "Start FluxTUI again, or run `fluxtui collect`, before the service drops the results."


_left_running: list[subprocess.Popen[bytes]] = []
"""Collectors that outlive us; kept so that none counts as forgotten."""


@dataclass(frozen=True)
class DetachedCollector:
    """How to start the collector of one data directory.

    Attributes:
        arguments: of the command line after `fluxtui`. Never a key: everybody can see the process list.
            The collector finds its key as the program did, in the environment or the configuration.
    """

    arguments: tuple[str, ...]

    def start(self) -> subprocess.Popen[bytes]:
        """Start it in a session of its own, without terminal, and return its process.

        Raises:
            CollectorError: the system has no room for another process.
        """
        try:
            process = subprocess.Popen(
                module_command("fluxtui", *self.arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=module_environ(),
                start_new_session=True,
            )
        except OSError as error:
            raise CollectorError(f"No collector could be started: {error.strerror or error}.") from error
        _left_running.append(process)
        return process


def detached_collector(options: argparse.Namespace, data_dir: Path, *, demo: bool) -> DetachedCollector:
    """Return the collector for the jobs of a program that was started with `options`.

    Args:
        options: of the command line; what they say of configuration and server holds for the collector too.
        data_dir: where the journal of the program is, absolute.
        demo: whether the program is the demo, with a simulator for a service.
    """
    arguments = ["collect", "--detached", "--data-dir", str(data_dir)]
    if demo:
        arguments.append("--demo")
    else:
        for name in ("config", "profile", "base_url"):
            value = getattr(options, name, None)
            if value is not None:
                value = value.absolute() if isinstance(value, Path) else value
                arguments += [f"--{name.replace('_', '-')}", str(value)]
    if getattr(options, "debug", False):
        arguments.append("--debug")
    return DetachedCollector(tuple(arguments))
