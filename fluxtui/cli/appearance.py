"""What has to be known before the first picture: three values, read plainly, believed where they fit."""

from __future__ import annotations

import os
import tomllib
from argparse import Namespace
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from fluxtui.system.dataclass import dataclass
from fluxtui.system.directories import default_config_path
from fluxtui.system.ordinary_files import open_ordinary
from fluxtui.terminal.profile import GraphicsProtocol

AUTO: Final = "auto"
"""The setting that lets the terminal decide how pictures are drawn."""

_MOST_BYTES = 1_000_000
_YES = frozenset({"1", "true", "t", "yes", "y", "on"})
_NO = frozenset({"0", "false", "f", "no", "n", "off"})


@dataclass(frozen=True)
class Appearance:
    """How the program looks from its first picture on.

    The configuration is validated behind that picture; what is wrong in it is told then. Until then a value
    that makes no sense counts as not given.

    Attributes:
        theme: the name of a theme, whether or not there is one.
        protocol: how pictures are drawn: `auto` or a protocol's name.
        mouse: whether the mouse is the program's.
    """

    theme: str = "fluxtui-dark"
    protocol: str = AUTO
    mouse: bool = True


def read_appearance(options: Namespace, environ: Mapping[str, str], path: Path | None = None) -> Appearance:
    """Return what options, variables and the configuration file say, in this order; never raises.

    Args:
        options: of the command line.
        environ: the variables that count.
        path: the file; the one that options, variables or the platform name if None.
    """
    named = path or getattr(options, "config", None) or environ.get("FLUXTUI_CONFIG") or default_config_path()
    tree = _tree(Path(os.path.expanduser(named)))
    images = getattr(options, "images", None)
    theme = _value(tree, environ, "interface", "theme")
    protocol = _value(tree, environ, "images", "protocol") if images is None else images
    mouse = _truth(_value(tree, environ, "interface", "mouse"))
    usual = Appearance()
    return Appearance(
        theme=theme if isinstance(theme, str) and theme else usual.theme,
        protocol=protocol if protocol in (AUTO, *GraphicsProtocol) else usual.protocol,
        mouse=(usual.mouse if mouse is None else mouse) and not getattr(options, "no_mouse", False),
    )


def _tree(path: Path) -> Mapping[str, Any]:
    """Return what a TOML file holds, nothing where it cannot be read."""
    # ValueError is bad TOML, a bad character or an absurd number; deep brackets raise RecursionError.
    with suppress(OSError, ValueError, RecursionError), open_ordinary(path) as file:
        return tomllib.loads(file.read(_MOST_BYTES).decode("utf-8-sig"))
    return {}


def _value(tree: Mapping[str, Any], environ: Mapping[str, str], table: str, name: str) -> Any:
    """Return what a variable says, else what stands in a table, else None."""
    given = environ.get(f"FLUXTUI_{table}_{name}".upper())
    if given:
        return given
    values = tree.get(table)
    return values.get(name) if isinstance(values, Mapping) else None


def _truth(value: Any) -> bool | None:
    """Return whether a value means yes, None where it means neither; texts as pydantic reads them."""
    if isinstance(value, str):
        word = value.strip().lower()
        return True if word in _YES else False if word in _NO else None
    return bool(value) if value in (True, False) else None
