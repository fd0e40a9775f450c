"""What a command line says of the configuration, the data directory and the log."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluxtui.domain.errors import ConfigError, FluxError
from fluxtui.domain.text import safe_text
from fluxtui.system.directories import default_data_directory

if TYPE_CHECKING:
    from fluxtui.demo.simulation import Addresses
    from fluxtui.services.config import ConfigService

CANNOT_START = 2
"""Exit code where there is no terminal, or the configuration or the data directory cannot be used."""
DEMO_PROFILE = "demo"
"""The demo's profile for BFL, the active one at first; those of the other services have their ids."""

_log = logging.getLogger(__name__)


def complain(sentence: str) -> int:
    """Say on standard error why the program cannot go on, and return the exit code for that."""
    print(f"fluxtui: {safe_text(sentence, newlines=True)}", file=sys.stderr)  # noqa: T201
    return CANNOT_START


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


def demo_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that count in the demo: what they say of looks and habits."""
    return {name: text for name, text in environ.items() if name.startswith(_DEMO_VARIABLES)}


def demo_config_path(folder: Path) -> Path:
    """Return the configuration file of the demo in a data directory."""
    return folder / "config.toml"


def demo_config(folder: Path, addresses: Addresses, options: argparse.Namespace) -> ConfigService:
    """Return a configuration of its own for the demo: the user's file, keys and folders stay out of it.

    What variables say of looks and habits holds here as well.
    """
    from fluxtui.demo.profiles import demo_profiles
    from fluxtui.services.config import ConfigService

    overrides = _screen_overrides(options)
    for name, values in demo_profiles(DEMO_PROFILE, addresses).items():
        overrides |= {f"profiles.{name}.{key}": value for key, value in values.items()}
    config = ConfigService(
        demo_config_path(folder),
        environ=demo_environ(os.environ),
        overrides=overrides,
        first_profile=DEMO_PROFILE,
    )
    config.load()
    return config


def demo_directory(options: argparse.Namespace) -> Path:
    """Return where the demo lives: its journal, its pictures, its simulator."""
    chosen = getattr(options, "data_dir", None)
    return chosen_directory(chosen) if chosen else default_data_directory() / "demo"


def demo_log_path(folder: Path) -> Path:
    """Return where the demo in a data directory keeps its log."""
    return folder / "log" / "fluxtui.log"


def begin_log(config: ConfigService, path: Path) -> str:
    """Start the log; return the sentence to say where it cannot be written and there is none, else `''`."""
    from fluxtui.cli.logs import start_log

    try:
        start_log(path, config.config.log.level, config.known_keys)
    except FluxError as error:
        return f"There is no log for this run. {error.sentence()}"
    return ""


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
    from fluxtui.services.typed_paths import homeless

    path = Path(os.path.expanduser(typed))
    if reason := homeless(path):
        raise ConfigError(f"{safe_text(path, limit=200)} {reason}.", next_step="Name another directory.")
    return path
