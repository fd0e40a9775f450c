"""The configuration file as text and as a tree."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from fluxtui.domain.errors import ConfigError, Problem
from fluxtui.domain.text import safe_text
from fluxtui.services.storage.claiming import UNUSED
from fluxtui.services.storage.ownership import Role, findings_at, refuse
from fluxtui.system.ordinary_files import open_ordinary

_MOST_BYTES = 1_000_000
_POSITION = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")


def read_text(path: Path) -> str:
    """Return the content of the file, or nothing if there is none.

    Raises:
        UntrustedFile: others could have written it; nothing of it was read.
        ConfigError: it cannot be read.
    """
    if str(path) == os.devnull:
        return ""
    try:
        with open_ordinary(path) as file:
            refuse(findings_at(path, Role.GIVEN, opened=os.fstat(file.fileno())), UNUSED)
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _unreadable(path, f"it cannot be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise _unreadable(path, "it is far too large")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
    raise _unreadable(path, f"line {line} is not UTF-8 text")


def parse(text: str, path: Path) -> dict[str, Any]:
    """Return the tree that a TOML text holds. Raises `ConfigError` with the line that is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        fault = str(error)
    except RecursionError:
        fault = "too many brackets within brackets"
    except ValueError:
        # Python refuses to read numbers of thousands of digits, and dates that do not exist.
        fault = "a number or date that cannot be"
    position = _POSITION.search(fault)
    what = safe_text(_POSITION.sub("", fault).strip(), limit=120)
    where = f"line {position[1]}, column {position[2]}: " if position and position[1] else ""
    raise ConfigError(
        f"The configuration {safe_text(path)} is not valid TOML.",
        (Problem("", f"{where}{what}"),),
        next_step="Mend that line, or move the file away to use the defaults.",
    )


def permission_warning(path: Path) -> str | None:
    """Return a warning if others on this machine can read the file."""
    try:
        found = path.stat()
    except OSError:
        # Not there, so nothing to read; reading it tells of anything worse.
        return None
    if not (stat.S_ISREG(found.st_mode) and found.st_mode & 0o077):
        return None
    from fluxtui.domain.shell import shell_word

    # What root has made, as in the store of NixOS, only root can close.
    ours = found.st_uid == os.geteuid()
    advice = f"Run: chmod 600 {shell_word(path)}" if ours else "It is not yours, so keep no key in it."
    return f"Others on this machine may read {safe_text(path)}, where keys can be. {advice}"


def _unreadable(path: Path, reason: str) -> ConfigError:
    return ConfigError(
        f"The configuration {safe_text(path)} cannot be used: {reason}.",
        next_step="Mend it, or name another file with --config.",
    )
