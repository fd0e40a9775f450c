"""Where the platform wants files of this program."""

from __future__ import annotations

from pathlib import Path

_NAME = "fluxtui"


def config_path() -> Path:
    """Return where the configuration is."""
    from platformdirs import user_config_path

    return user_config_path(_NAME, appauthor=False) / "config.toml"


def data_directory() -> Path:
    """Return where the journal and the pictures are, unless the configuration says otherwise."""
    from platformdirs import user_data_path

    return user_data_path(_NAME, appauthor=False)
