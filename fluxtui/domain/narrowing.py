"""How well typed words name something on offer: its title counts before what else is told of it."""

from __future__ import annotations

import re

EXACT, BEGINS, BEGINS_A_WORD, WITHIN, ALL_WORDS, ELSEWHERE = range(6)

_PRICE = re.compile(r"[~≈]?\$\d[\d.,]*")


def rank(words: str, title: str, notes: str = "") -> int | None:
    """Return how well words name something, the best being 0, or None where they do not.

    Args:
        words: as typed; every one of them must be there, whatever its case.
        title: what it is called.
        notes: what else is told of it. A price in it, such as `$0.07`, counts only for a word with a `$`.
    """
    sought, named = " ".join(words.casefold().split()), " ".join(title.casefold().split())
    if named == sought:
        return EXACT
    if named.startswith(sought):
        return BEGINS
    if re.search(rf"(?<!\w){re.escape(sought)}", named):
        return BEGINS_A_WORD
    if sought in named:
        return WITHIN
    each = sought.split()
    if all(word in named for word in each):
        return ALL_WORDS
    told = f"{named} {notes.casefold()}"
    unpriced = _PRICE.sub(" ", told)
    return ELSEWHERE if all(word in (told if "$" in word else unpriced) for word in each) else None
