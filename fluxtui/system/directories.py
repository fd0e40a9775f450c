"""Where this platform wants what belongs to the program."""

from __future__ import annotations

from pathlib import Path


def default_config_path() -> Path:
    """Return where the platform wants the configuration file."""
    from platformdirs import user_config_path

    return user_config_path("fluxtui", appauthor=False) / "config.toml"


def default_data_directory() -> Path:
    """Return the platform's place for the program's data."""
    from platformdirs import user_data_path

    return user_data_path("fluxtui", appauthor=False)
