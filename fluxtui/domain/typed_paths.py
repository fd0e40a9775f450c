"""What path a person means by a text that was typed, pasted or dropped into a terminal."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_LOCAL_HOSTS = frozenset({"", "localhost"})


def readings(text: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths that a text may mean, the most literal first; `~` is left as it is.

    A terminal writes a dropped file as for a shell: in quotation marks, or with a backslash before what a
    shell would take for its own; a file manager as a `file:` address. People type variables such as `$HOME`.

    Args:
        text: of any kind; an empty one gives no reading.
        environment: the variables by name; one that is not in it is left as it is written.
    """
    typed = text.strip("\r\n")
    trimmed = typed.strip()
    if not trimmed:
        return ()
    word = _address(trimmed) or _only_word(trimmed)
    found = (typed, trimmed, word, _with_variables(word, environment))
    return tuple(dict.fromkeys(found))


def words(text: str) -> tuple[str, ...]:
    """Return the parts of a text that is quoted as for a shell; none where a quotation mark is alone."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return ()


def _only_word(text: str) -> str:
    parts = words(text)
    return parts[0] if len(parts) == 1 else text


def _address(text: str) -> str:
    """Return the path of a `file:` address of this machine, or `''` where the text is none."""
    if not text.casefold().startswith("file:"):
        return ""
    # Seldom needed, and slow to import.
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(text, allow_fragments=False)
    except ValueError:
        return ""
    # A question mark is part of a name here, though an address would have it escaped.
    whole = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return unquote(whole) if parts.netloc.casefold() in _LOCAL_HOSTS and parts.path.startswith("/") else ""


def _with_variables(text: str, environment: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return environment.get(match[1] or match[2], match[0])

    return _VARIABLE.sub(value, text)
