"""From the command line to the screen: configuration, terminal, container, application."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import safe_text

if TYPE_CHECKING:
    from fluxtui.collector.detached import DetachedCollector
    from fluxtui.demo.simulation import Addresses
    from fluxtui.services.config import ConfigService
    from fluxtui.terminal.profile import TerminalProfile

CANNOT_START = 2
"""Exit code where there is no terminal, or the configuration or the data directory cannot be used."""

_log = logging.getLogger(__name__)

DEMO_PROFILE = "demo"
"""The demo's profile for BFL, the active one at first; those of the other services have their ids."""
DEMO_POLL_SECONDS = 2.0
"""The demo's trainings are short, so that their progress is asked for often."""


def run_program(options: argparse.Namespace) -> int:
    """Start the program with the user's configuration; returns the exit code."""
    from fluxtui.collector.detached import detached_collector
    from fluxtui.terminal.characters import write_utf8
    from fluxtui.terminal.ttys import require_terminal

    complaint = require_terminal() or write_utf8(os.environ)
    if complaint:
        return complain(complaint)
    try:
        from fluxtui.cli.logs import log_path

        config = load_config(options)
        begin_log(config, log_path())
        folder = data_directory(config, options)
        tell_closed(config, own(folder))
        collector = detached_collector(options, folder.absolute(), demo=False)
        result = _run(config, folder, collector, options)
    except FluxError as error:
        return complain(error.sentence())

    from fluxtui.app.state import OPEN_DEMO

    return run_demo(_demo_options(options)) if result == OPEN_DEMO else result


def _demo_options(options: argparse.Namespace) -> argparse.Namespace:
    """Return the options of the demo that follows a start without a key: its own place, its own speed."""
    kept = {name: value for name, value in vars(options).items() if name in {"images", "no_mouse", "debug"}}
    return argparse.Namespace(**kept)


def run_demo(options: argparse.Namespace) -> int:
    """Start the program on the simulator; asked for the demo there, it opens it anew."""
    while True:
        result = _run_demo(options)
        from fluxtui.app.state import OPEN_DEMO

        if result != OPEN_DEMO:
            return result


def _run_demo(options: argparse.Namespace) -> int:
    """Run the demo once, with a data directory and a sample dataset of its own."""
    from fluxtui.collector.detached import detached_collector
    from fluxtui.demo.dataset import make_sample_dataset
    from fluxtui.demo.simulation import Speed, simulator
    from fluxtui.terminal.characters import write_utf8
    from fluxtui.terminal.ttys import require_terminal

    complaint = require_terminal() or write_utf8(os.environ)
    if complaint:
        return complain(complaint)
    try:
        folder = demo_directory(options)
        closed = own(folder)
    except FluxError as error:
        return complain(error.sentence())
    try:
        speed = Speed(
            getattr(options, "seconds_per_training", Speed.training),
            getattr(options, "seconds_per_image", Speed.image),
        )
        with simulator(folder / "simulator", speed) as addresses:
            pictures = make_sample_dataset(folder / "sample-dataset")
            config = demo_config(folder, addresses, options)
            begin_log(config, demo_log_path(folder))
            tell_closed(config, closed)
            notes = {"draft.finetune": {"source": str(pictures)}}
            return _run(
                config,
                folder,
                detached_collector(options, folder.absolute(), demo=True),
                options,
                first_notes=notes,
                slowest_training=DEMO_POLL_SECONDS,
            )
    except OSError as error:
        return complain(f"The demo cannot keep its files in {folder}: {error.strerror or error}.")
    except FluxError as error:
        return complain(error.sentence())


def complain(sentence: str) -> int:
    """Say on standard error why the program cannot go on, and return the exit code for that."""
    print(f"fluxtui: {safe_text(sentence, newlines=True)}", file=sys.stderr)  # noqa: T201
    return CANNOT_START


def default_data_directory() -> Path:
    """Return the platform's place for the program's data."""
    from platformdirs import user_data_path

    return user_data_path("fluxtui", appauthor=False)


def load_config(options: argparse.Namespace) -> ConfigService:
    """Return the configuration with what the command line says in place of the file. Raises `ConfigError`."""
    from fluxtui.services.config import ConfigService

    config = ConfigService(getattr(options, "config", None), overrides=_overrides(options))
    config.load()
    return config


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    given = {
        "profile": getattr(options, "profile", None),
        "base_url": getattr(options, "base_url", None),
    }
    return {key: value for key, value in given.items() if value is not None} | _screen_overrides(options)


def _screen_overrides(options: argparse.Namespace) -> dict[str, Any]:
    """Return what the options that the demo has too say."""
    given = {
        "images.protocol": getattr(options, "images", None),
        "log.level": "debug" if getattr(options, "debug", False) else None,
    }
    return {key: value for key, value in given.items() if value is not None}


_DEMO_TABLES = ("INTERFACE", "IMAGES", "GENERATION", "PROMPTS", "BUDGET")
_DEMO_VARIABLES = tuple(f"FLUXTUI_{table}_" for table in _DEMO_TABLES)
"""How variables begin that say nothing of services and places."""


def demo_config(folder: Path, addresses: Addresses, options: argparse.Namespace) -> ConfigService:
    """Return a configuration of its own for the demo: the user's file, keys and folders stay out of it.

    What variables say of looks and habits holds here as well.
    """
    from fluxtui.demo.profiles import demo_profiles
    from fluxtui.services.config import ConfigService

    overrides = _screen_overrides(options)
    for name, values in demo_profiles(DEMO_PROFILE, addresses).items():
        overrides |= {f"profiles.{name}.{key}": value for key, value in values.items()}
    path = folder / "config.toml"
    environ = {name: text for name, text in os.environ.items() if name.startswith(_DEMO_VARIABLES)}
    config = ConfigService(path, environ=environ, overrides=overrides, first_profile=DEMO_PROFILE)
    config.load()
    return config


def demo_directory(options: argparse.Namespace) -> Path:
    """Return where the demo lives: its journal, its pictures, its simulator."""
    chosen = getattr(options, "data_dir", None)
    return chosen_directory(chosen) if chosen else default_data_directory() / "demo"


def demo_log_path(folder: Path) -> Path:
    """Return where the demo in a data directory keeps its log."""
    return folder / "log" / "fluxtui.log"


def begin_log(config: ConfigService, path: Path) -> None:
    """Start the log; where it cannot be written, say so and go on without one."""
    from fluxtui.cli.logs import start_log

    try:
        start_log(path, config.config.log.level, config.known_keys)
    except FluxError as error:
        complain(f"There is no log for this run. {error.sentence()}")


def data_directory(config: ConfigService, options: argparse.Namespace) -> Path:
    """Return where journal and pictures are kept: option, then configuration, then the platform's place."""
    chosen = getattr(options, "data_dir", None) or config.config.storage.data_dir
    return chosen_directory(chosen) if chosen else default_data_directory()


def own(folder: Path) -> tuple[str, ...]:
    """See that a data directory, and the program's own above it, are ours alone before any of it is used.

    Returns:
        A sentence for each that was open to others and is closed now.

    Raises:
        UntrustedFile: others could have put something there that decides what is sent.
        StorageError: it cannot be made.
    """
    from fluxtui.services.storage.claiming import claim

    folder, usual = folder.absolute(), default_data_directory().absolute()
    above = claim(usual) if usual in folder.parents else ()
    return (*above, *claim(folder))


def tell_closed(config: ConfigService, closed: tuple[str, ...]) -> None:
    """Tell of directories that were closed to others: in the log, and where a screen is opened, there too."""
    for sentence in closed:
        _log.warning("%s", sentence)
    config.warnings = (*config.warnings, *closed)


def chosen_directory(typed: Path | str) -> Path:
    """Return a directory that was named, `~` being the home. Raises `ConfigError` for a home nobody has."""
    from fluxtui.domain.errors import ConfigError
    from fluxtui.domain.text import safe_text
    from fluxtui.services.typed_paths import homeless

    path = Path(os.path.expanduser(typed))
    if reason := homeless(path):
        raise ConfigError(f"{safe_text(path, limit=200)} {reason}.", next_step="Name another directory.")
    return path


def _run(
    config: ConfigService,
    data_dir: Path,
    collector: DetachedCollector,
    options: argparse.Namespace,
    *,
    first_notes: Mapping[str, Any] | None = None,
    slowest_training: float | None = None,
) -> int:
    terminal = prepare_terminal(config)

    from fluxtui.app.app import FluxApp
    from fluxtui.app.container import Container
    from fluxtui.app.shutdown import Leaving
    from fluxtui.services.jobs import Pacing
    from fluxtui.system.process_end import handling_signals

    pacing = Pacing() if slowest_training is None else Pacing(slowest_training=slowest_training)
    container = Container(config, data_dir.absolute(), pacing=pacing, first_notes=first_notes)
    leaving = Leaving(collector)
    app = FluxApp(container, terminal, leaving)
    mouse = config.config.interface.mouse and not getattr(options, "no_mouse", False)
    # What is loaded stays: looking through it for garbage again would hold the event loop for 0.1 s.
    gc.freeze()
    with handling_signals(), leaving.guarding(app.hang_up_soon):
        result = app.run(mouse=mouse)
    if app.terminal_is_dead:
        leaving.end_without_terminal()
    leaving.tell_collector()
    return app.return_code or result or 0


def prepare_terminal(config: ConfigService) -> TerminalProfile:
    """Ask the terminal what it can and set what Textual reads; call it before Textual is imported."""
    from dataclasses import replace

    from fluxtui.terminal.environment import prepare_environment
    from fluxtui.terminal.probe import probe_terminal

    images = config.config.images
    terminal = replace(probe_terminal(images.protocol), max_preview_bytes=images.max_bytes)
    prepare_environment(os.environ, terminal.over_ssh, truecolor=terminal.truecolor, between=terminal.between)
    return terminal
