"""What the configuration leaves beside its file: a copy of what was written by hand, without its keys."""

from __future__ import annotations

import contextlib
import os
import re
import time
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from fluxtui.domain.keys import KeyFilter, searched_for, without_keys
from fluxtui.services.config.model import TOKEN_FIELDS

_SECRETS = ("api_key", *TOKEN_FIELDS)
_NAMES = f"(?: {'|'.join(_SECRETS)} )"
_WHOLE_LINE = re.compile(
    rf"""(?mx) ^ (?P<margin> [ \t]* ) (?: \# [ \t\#]* )? (?P<name> (?: [\w."'-]+ \. )? ["']? {_NAMES} ["']? )
    [ \t]* = [ \t]* (?: "(?!"")[^"\n]*" | '(?!'')[^'\n]*' ) [ \t]* (?: \# .* )? $"""
)
_IN_LINE = re.compile(rf"""(?x) (\b{_NAMES}\b ["']? \s* = \s*) (?: "(?!"")[^"\n]*" | '(?!'')[^'\n]*' )""")
_SUFFIX, _LEFT_SECONDS = ".tmp", 60.0
"""A file that a save is writing has this suffix; one that is older was left by a crash."""


def copy_of(path: Path) -> Path:
    """Return where the copy of a configuration that was written by hand is."""
    return path.with_name(f"{path.name}.bak")


def without_keys_of(text: str, known: Iterable[SecretStr] = ()) -> str:
    """Return a configuration without the keys in it; a comment stands in the place of a line with one.

    Args:
        text: TOML, or what should be some.
        known: further keys, wherever they stand.
    """
    clean = _WHOLE_LINE.sub(r"\g<margin># \g<name>: not kept in this copy", text)
    clean = _IN_LINE.sub(r'\1""', clean)
    tree = _tree_of(text)
    keys = {*_strings_of(tree), *searched_for(key.get_secret_value() for key in known)}
    clean = without_keys(KeyFilter(keys, "").without(clean), "")
    left = _tree_of(clean)
    if tree is None or (left is not None and not set(_strings_of(left))):
        return clean
    # A key that is written in a way of its own: no comment beside it is worth to be kept.
    import tomli_w

    return tomli_w.dumps(_without(tree))


def _tree_of(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def _strings_of(tree: Any) -> Iterable[str]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name in _SECRETS and isinstance(value, str) and value:
                yield value
            yield from _strings_of(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _strings_of(value)


def _without(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _without(value) for name, value in tree.items() if name not in _SECRETS}
    return [_without(value) for value in tree] if isinstance(tree, list) else tree


def remove_left_temporaries(path: Path, now: float | None = None) -> None:
    """Delete what a crash left of saving a file: it can hold a key. What cannot be deleted is left.

    Args:
        path: the file.
        now: seconds since 1970; the present if None.
    """
    present = time.time() if now is None else now
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if entry.name.startswith(f".{path.name[:100]}.") and entry.name.endswith(_SUFFIX):
                with contextlib.suppress(OSError):
                    about = entry.stat(follow_symlinks=False)
                    if about.st_uid == os.geteuid() and present - about.st_mtime > _LEFT_SECONDS:
                        os.unlink(entry.path)
