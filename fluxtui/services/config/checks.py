"""Checks of single values; each returns the value in its final form or raises `ValueError` with a reason.

No reason repeats the value: it can be a key that was put into the wrong place.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from fluxtui.api.addresses import base_url_fault
from fluxtui.domain.finetune import OWN_FILES
from fluxtui.providers.registry import is_provider, provider_ids

MOST_LOGIN_CHARACTERS = 300
MOST_SHORTCUT_CHARACTERS = 200
NAME_RULE = "must be a name of letters, digits, - and _, at most 40"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_ACTION = re.compile(r"(?!.{81})[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")


def checked_profile_name(name: str) -> str:
    """Return the name of a profile if it can be one."""
    if not _NAME.fullmatch(name):
        raise ValueError(NAME_RULE)
    if name == OWN_FILES:
        raise ValueError("must be another name: this one stands for LoRA files of your own")
    return name


def checked_key(text: str) -> SecretStr:
    """Return an API key without white space around it, if it can stand in an HTTP header."""
    key = text.strip()
    if not key:
        raise ValueError("must not be empty")
    if len(key) > 1000 or not all("!" <= character <= "~" for character in key):
        raise ValueError("must be one line of plain characters without spaces")
    if "://" in key:
        # As a key in use it would be taken out of the addresses that services answer with.
        raise ValueError("must be a key, not an address")
    return SecretStr(key)


def checked_base_url(value: Any) -> str:
    """Return the address of a service without a slash at its end: https, or http on this machine."""
    if not isinstance(value, str):
        raise ValueError("must be text: an address that begins with https://")
    address = value.strip().rstrip("/")
    fault = base_url_fault(address)
    if fault or any(character.isspace() for character in address):
        raise ValueError(fault or "must not hold spaces")
    return address


def checked_login(text: str | None) -> str | None:
    """Return how this machine is reached, a host or `user@host`, if it can stand in a line for a shell."""
    from fluxtui.domain.shell import is_login

    if text is not None and not (len(text) <= MOST_LOGIN_CHARACTERS and is_login(text)):
        raise ValueError("must be a host or user@host")
    return text


def checked_provider(value: Any) -> str:
    """Return the id of a provider that there is."""
    if not is_provider(value):
        raise ValueError(f"must be {' or '.join(provider_ids())}")
    return value


def checked_command(value: Any) -> str | tuple[str, ...] | None:
    """Return a command as given, text or a list of texts, if there is something to run in it."""
    if value is None:
        return None
    if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
        words = tuple(value)
    elif isinstance(value, str):
        words = command_words(value)
    else:
        raise ValueError("must be text or a list of texts")
    if not words or not words[0]:
        raise ValueError("must name a command")
    if any("\0" in word for word in words):
        raise ValueError("must not hold NUL characters")
    return value if isinstance(value, str) else words


def command_words(command: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return a command's words; a text is split as a shell would, but nothing in it is expanded."""
    if isinstance(command, tuple):
        return command
    try:
        return tuple(shlex.split(command))
    except ValueError:
        raise ValueError("has a quotation mark without its partner") from None


def absolute_path(value: Any) -> Path:
    """Return a path that does not depend on the current directory; `~` is the user's home."""
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise ValueError("must be the path of a directory")
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise ValueError("names a home directory that cannot be found") from None
    if not path.is_absolute():
        raise ValueError("must be an absolute path, or one that begins with ~")
    return path


def checked_shortcuts(value: Any) -> dict[str, str]:
    """Return the keys of actions by the actions' ids, from tables within tables; several keys as one text.

    A list of texts is taken as well. Whether there is an action of that id is not known here.
    """
    if not isinstance(value, Mapping):
        raise ValueError("must be a table")
    return dict(_shortcuts_in(value, ""))


def _shortcuts_in(table: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, str]]:
    from fluxtui.domain.shortcuts import checked_keys

    for name, value in table.items():
        action = f"{prefix}{name}"
        if not _ACTION.fullmatch(action):
            raise ValueError("must have names of actions such as jobs.cancel")
        if isinstance(value, Mapping):
            yield from _shortcuts_in(value, f"{action}.")
            continue
        words = ",".join(value) if isinstance(value, list) and all(map(_is_text, value)) else value
        if not isinstance(words, str) or len(words) > MOST_SHORTCUT_CHARACTERS:
            raise ValueError(f"{action} must be a key, or several with a comma between two")
        try:
            yield action, ",".join(checked_keys(words))
        except ValueError as error:
            raise ValueError(f"{action} {error}") from None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
