"""Starts a collector that outlives the program and its terminal."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import fluxtui
from fluxtui.domain.errors import FluxError


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
        # -P: a file of the directory we happen to be in must not pass for a module.
        command = (sys.executable, "-P", "-m", "fluxtui", *self.arguments)
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": _with_ourselves(os.environ.get("PYTHONPATH", ""))},
                start_new_session=True,
            )
        except OSError as error:
            raise CollectorError(f"No collector could be started: {error.strerror or error}.") from error
        _left_running.append(process)
        return process


def _with_ourselves(search_path: str) -> str:
    """Return a module search path on which this package is found, installed or not."""
    home = str(Path(fluxtui.__file__).parent.parent)
    known = [part for part in search_path.split(os.pathsep) if part]
    return os.pathsep.join(known if home in {*known, *sys.path[1:]} else [*known, home])


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
