"""How a process of our own is started: with this program's code, and nobody else's."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import fluxtui

_NEEDED = frozenset(
    {
        *("PATH", "HOME", "TMPDIR", "TMP", "TEMP", "TZ", "LANG", "LANGUAGE", "LOCALE_ARCHIVE"),
        *("PYTHONHOME", "PYTHONPATH", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "PYTHONUTF8"),
    }
)
_NEEDED_FAMILIES = ("LC_", "LD_", "DYLD_", "FAKETIME")
"""Of locales, and of the system's loader with what it loads into every process."""


def module_command(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command line that runs a module of ours in this interpreter."""
    # -P: a file of the directory we happen to be in must not pass for a module.
    return (sys.executable, "-P", "-m", module, *arguments)


def module_environ(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which this package is found, and nothing in the directory we happen to be in.

    Args:
        environ: what it is made of, that of this process if not given.
    """
    environ = os.environ if environ is None else environ
    return {**environ, "PYTHONPATH": _with_ourselves(environ.get("PYTHONPATH", ""))}


def bare_environ(environ: Mapping[str, str] | None = None, *, also: tuple[str, ...] = ()) -> dict[str, str]:
    """Return of an environment what any process needs to run, and so none of the keys and tokens in it.

    Args:
        environ: what it is made of, that of this process if not given.
        also: names of further variables that this process needs.
    """
    environ = os.environ if environ is None else environ
    return {
        name: text
        for name, text in environ.items()
        if name in _NEEDED or name in also or name.startswith(_NEEDED_FAMILIES)
    }


def _with_ourselves(search_path: str) -> str:
    home = str(Path(fluxtui.__file__).parent.parent)
    # An empty or relative part would stand for a directory we happen to be in.
    known = [part for part in search_path.split(os.pathsep) if os.path.isabs(part)]
    return os.pathsep.join(known if home in {*known, *sys.path[1:]} else [*known, home])
