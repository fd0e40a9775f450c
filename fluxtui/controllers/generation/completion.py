"""Which wildcard is being typed, and which of them it may become. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from fluxtui.domain.prompts import WILDCARD, can_be_named
from fluxtui.system.dataclass import dataclass

MOST_OFFERED = 50
_BEGUN = re.compile(r"(?<!_)__(?:[~@!]?)(?:(?![\s_])(?:(?!__)[^{}|]){0,120})?$")


@dataclass(frozen=True)
class Completion:
    """Names that what was typed may become, and the one of them that would be taken.

    Attributes:
        typed: what stands before the cursor and is replaced.
        names: at least one.
        marked: an index.
    """

    typed: str
    names: tuple[str, ...]
    marked: int = 0

    @property
    def replacement(self) -> str:
        """The wildcard in place of what was typed."""
        sign = self.typed[2:3] if self.typed[2:3] in {"~", "@", "!"} else ""
        return f"__{sign}{self.names[self.marked]}__"

    def moved(self, by: int) -> Completion:
        """Return it with another name marked, round the ends."""
        return replace(self, marked=(self.marked + by) % len(self.names))

    def words(self) -> str:
        """Return the names in one line, the marked one first."""
        order = (*self.names[self.marked :], *self.names[: self.marked])
        return "Tab ▸ " + " · ".join(order)


def unfinished_wildcard(before: str) -> str | None:
    """Return what stands of a wildcard before the cursor, such as `'__col'`, None where none is begun."""
    line = before.rpartition("\n")[2]
    # What is closed is blotted out, so that its end does not look like a beginning.
    found = _BEGUN.search(WILDCARD.sub(lambda closed: " " * len(closed[0]), line))
    return found[0] if found else None


def completion_of(begun: str, names: Sequence[str]) -> Completion | None:
    """Return what may become of what is begun: names that begin so, then those with it anywhere.

    A name that could not be replaced once it is there is not offered.
    """
    names = [name for name in names if can_be_named(name)]
    typed = begun[2:].lstrip("~@!").casefold()
    first = [name for name in names if name.casefold().startswith(typed)]
    others = [name for name in names if typed in name.casefold() and name not in first]
    offered = tuple((*first, *others)[:MOST_OFFERED])
    return Completion(begun, offered) if offered else None
