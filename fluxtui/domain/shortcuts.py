"""Shortcuts: the keys of the keyboard that actions have, as people write them, and where two of them meet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from functools import lru_cache
from typing import Final

from fluxtui.system.dataclass import dataclass

MOST_KEYS: Final = 6
"""Keys that one action may have."""
CONTROL_AT: Final = "ctrl+@"
"""What Textual 8.2 calls the NUL that terminals send for Ctrl+Space and Ctrl+@."""

_MODIFIERS: Final = ("ctrl", "alt", "shift")
_NAMED: Final = frozenset(
    [
        "enter",
        "escape",
        "tab",
        "space",
        "backspace",
        "delete",
        "insert",
        "up",
        "down",
        "left",
        "right",
        "home",
        "end",
        "pageup",
        "pagedown",
    ]
)
_ALIASES: Final = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "spacebar": "space",
    "page_up": "pageup",
    "page_down": "pagedown",
    "pgup": "pageup",
    "pgdn": "pagedown",
}
_SAME_BYTE: Final = {"i": "Tab", "m": "Enter", "h": "Backspace", "left_square_bracket": "Escape"}
"""What a terminal sends for Ctrl and these cannot be told from another key (ECMA-48, read 2026-12)."""
_FUNCTION: Final = re.compile(r"f(?:[1-9]|1\d|2[0-4])")
_SHORTER: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Signs that Textual 8.2 calls otherwise than Unicode does."""
_WORDS: Final = {"escape": "Esc", "esc": "Esc", "pageup": "Page Up", "pagedown": "Page Down"}


class ShortcutScope(Enum):
    """Where a shortcut works, and so which others it can get in the way of."""

    EVERYWHERE = "everywhere"
    """Before whatever else has the key."""
    PLACE = "place"
    """In a whole screen, unless its focused part has the key."""
    LIST = "list"
    """In lists and grids, which most places have."""
    PART = "part"
    """In one kind of part."""


@dataclass(frozen=True)
class Shortcut:
    """What a key does.

    Attributes:
        id: the action's own name, which stays the same: `'jobs.cancel'`.
        words: what it does, for people.
        part: the part of the program that it belongs to.
        keys: its keys, as `checked_keys` returns them.
        scope: where it works.
    """

    id: str
    words: str
    part: str
    keys: tuple[str, ...]
    scope: ShortcutScope = ShortcutScope.PART


@dataclass(frozen=True)
class Clash:
    """Two actions of the same part that a key would have to do; only the first of them does anything."""

    key: str
    first: Shortcut
    second: Shortcut

    @property
    def ids(self) -> frozenset[str]:
        """The ids of both."""
        return frozenset((self.first.id, self.second.id))

    def sentence(self) -> str:
        """Return what is wrong."""
        return (
            f"{shortcut_name(self.key)} is both “{self.first.words}” ({self.first.id}) "
            f"and “{self.second.words}” ({self.second.id})."
        )


def checked_keys(text: str) -> tuple[str, ...]:
    """Return the keys of a text such as `'Ctrl+S, F8'` in one spelling, that of bindings: `('ctrl+s', 'f8')`.

    Raises:
        ValueError: a part of it is no key, or one that terminals cannot tell from another.
    """
    parts = text.split(",") if text.strip() != "," else ["comma"]
    found = tuple(dict.fromkeys(_checked_key(part.strip()) for part in parts))
    if len(found) > MOST_KEYS:
        raise ValueError(f"must be at most {MOST_KEYS} keys")
    return found


def _checked_key(text: str) -> str:
    if re.fullmatch(r"\^[!-~]", text):
        text = f"ctrl+{text[1]}"
    before, plus, last = text.rpartition("+")
    if plus and not last:
        before, last = before.removesuffix("+"), "+"
    modifiers = [word.strip().lower() for word in before.split("+")] if before else []
    key = _key_of(last.strip(), bool(modifiers) and "shift" not in before.lower())
    if key is None or any(modifier not in _MODIFIERS for modifier in modifiers):
        raise ValueError("must be keys such as x, f8 or ctrl+s, with a comma between two")
    if modifiers == ["ctrl"] and key in _SAME_BYTE:
        name, same = shortcut_name(f"ctrl+{key}"), _SAME_BYTE[key]
        raise ValueError(f"cannot be {name}: a terminal sends the same for it as for {same}")
    if modifiers == ["ctrl"] and key == "at":
        return CONTROL_AT
    return "+".join([*(modifier for modifier in _MODIFIERS if modifier in modifiers), key])


def _key_of(word: str, in_lower_case: bool) -> str | None:
    """Return what bindings call a key without its modifiers, None where there is none of that name."""
    if len(word) == 1:
        if word.isalnum():
            return word.lower() if in_lower_case else word
        return _name_of(word) if word.isprintable() and word != " " else None
    name = word.lower().replace(" ", "_")
    name = _ALIASES.get(name, name)
    return name if name in _NAMED or _FUNCTION.fullmatch(name) or _sign_of(name) is not None else None


def _name_of(sign: str) -> str:
    name = unicodedata.name(sign, sign).lower().replace("-", "_").replace(" ", "_")
    return _SHORTER.get(name, name)


@lru_cache(maxsize=1)
def _ascii_signs() -> Mapping[str, str]:
    return {_name_of(sign): sign for sign in map(chr, range(33, 127)) if not sign.isalnum()}


def _sign_of(name: str) -> str | None:
    """Return the sign that bindings call by a name, None where it is no sign's."""
    known = _ascii_signs().get(name)
    if known is not None:
        return known
    try:
        sign = unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return None
    return sign if sign.isprintable() else None


def shortcut_name(key: str) -> str:
    """Return a key as people call it: `'Ctrl+S'`, `'F8'`, `'Esc'`, `'Page Down'`, `'?'`.

    Args:
        key: as bindings name it (`'ctrl+s'`, `'question_mark'`), or as people do already.
    """
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if len(last) == 1:
        name = last.upper() if modifiers else last
    else:
        sign = _sign_of(last.lower()) if last.lower() not in _NAMED else None
        name = sign or _WORDS.get(last.lower()) or last.capitalize()
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


def short_name(key: str) -> str:
    """Return a key as a line of keys has it: `'^S'` for `'ctrl+s'`, else as `shortcut_name` has it."""
    name = shortcut_name(key)
    rest = name.removeprefix("Ctrl+")
    return f"^{rest}" if rest != name and len(rest) == 1 else name


def changed_shortcuts(shortcuts: Iterable[Shortcut], keys: Mapping[str, str]) -> Iterator[Shortcut]:
    """Yield shortcuts with the keys that a configuration gives them, by their ids."""
    for shortcut in shortcuts:
        given = keys.get(shortcut.id)
        if given is None:
            yield shortcut
        else:
            yield replace(shortcut, keys=checked_keys(given))


def clashes(shortcuts: Iterable[Shortcut], keys: Mapping[str, str]) -> tuple[Clash, ...]:
    """Return where a key that was given to an action is another one's in the same part, or everywhere.

    Args:
        shortcuts: all there are, with the keys that they have by themselves.
        keys: what a configuration gives instead, by their ids.
    """
    now = tuple(changed_shortcuts(shortcuts, keys))
    found: dict[tuple[str, frozenset[str]], Clash] = {}
    for changed in now:
        if changed.id not in keys:
            continue
        for other in now:
            if other.id == changed.id or not _meet(changed, other):
                continue
            for key in set(changed.keys) & set(other.keys):
                clash = Clash(key, changed, other)
                found.setdefault((key, clash.ids), clash)
    return tuple(found.values())


def _meet(first: Shortcut, second: Shortcut) -> bool:
    scopes = {first.scope, second.scope}
    return (
        first.part == second.part
        or ShortcutScope.EVERYWHERE in scopes
        or scopes == {ShortcutScope.PLACE, ShortcutScope.LIST}
    )
