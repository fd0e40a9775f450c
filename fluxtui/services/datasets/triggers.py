"""The trigger word beside the captions: whether it is in them, and what stands in for one by mistake."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.domain.text import plural, safe_text, shorten
from fluxtui.system.dataclass import dataclass

PLACEHOLDERS = ("[trigger]", "TOK")
"""What other tools write for a trigger word that is to be put in later. Sources: ai-toolkit's configurations
and Replicate's trainers, read 2026-11."""

_MOST_SHOWN = 30
_FEWEST_ALIKE = 3
"""Captions that must begin alike until that is taken for a trigger word."""


@dataclass(frozen=True)
class TriggerUse:
    """A trigger word and the captions of a set.

    Attributes:
        word: as it stands in the form, `''` for none.
        captions: how many captions there are.
        with_word: how many of them have it, as a word of its own.
        placeholders: other words that look as if they stood for it, and in how many captions.
        first_word: with what all captions begin where no trigger word is given, or `''`.
    """

    word: str
    captions: int
    with_word: int
    placeholders: tuple[tuple[str, int], ...] = ()
    first_word: str = ""

    @property
    def missing(self) -> int:
        """How many captions do not have the word, 0 where there is none."""
        return self.captions - self.with_word if self.word else 0


def trigger_use(word: str, captions: Iterable[str | None]) -> TriggerUse:
    """Return how a trigger word and captions go together; capitals and kinds of accents do not matter."""
    texts = [_plain(text) for text in captions if text and text.strip()]
    wanted = " ".join(word.split())
    others = [other for other in PLACEHOLDERS if _plain(other) != _plain(wanted)]
    counts = tuple((other, sum(_has(text, other) for text in texts)) for other in others)
    return TriggerUse(
        word=wanted,
        captions=len(texts),
        with_word=sum(_has(text, wanted) for text in texts) if wanted else 0,
        placeholders=tuple((other, count) for other, count in counts if count),
        first_word="" if wanted else _common_beginning(texts),
    )


def trigger_use_in(dataset: Dataset, word: str) -> TriggerUse:
    """Return the same for the captions that a dataset would be sent with."""
    return trigger_use(word, (picture.caption for picture in dataset.pictures))


def trigger_lines(use: TriggerUse, rules: DatasetRules) -> tuple[str, ...]:
    """Return what is to be said of a trigger word that is not where it should be; nothing if all is well.

    Each is a clause without a full stop, to be followed by what mends it.
    """
    lines = []
    if use.missing:
        ignored = ", all that this trainer reads" if rules.captions_replace_trigger else ""
        shown = shorten(safe_text(use.word), _MOST_SHOWN)
        lines.append(f"{shown} is in {use.with_word} of {plural(use.captions, 'caption')}{ignored}")
    if use.first_word:
        shown = shorten(safe_text(use.first_word), _MOST_SHOWN)
        lines.append(f"all captions begin with “{shown}”, but no trigger word is given")
    for other, count in use.placeholders:
        if other != use.first_word:
            says = "says" if count == 1 else "say"
            lines.append(f"{plural(count, 'caption')} {says} {other}, which nobody replaces")
    return tuple(lines)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def has_word(text: str, word: str) -> bool:
    """Tell whether a caption has a word as one of its own; capitals and kinds of accents do not matter."""
    return bool(word) and _has(_plain(text), word)


def _has(text: str, word: str) -> bool:
    # Signs at its ends, such as brackets, are no part of a word around it.
    wanted = _plain(word)
    before = r"(?<!\w)" if wanted[:1].isalnum() else ""
    behind = r"(?!\w)" if wanted[-1:].isalnum() else ""
    return re.search(before + re.escape(wanted).replace(r"\ ", r"\s+") + behind, text) is not None


def _common_beginning(texts: list[str]) -> str:
    """Return the one word in front of the first comma of all texts, or `''`."""
    first = {text.split(",", 1)[0].strip() for text in texts}
    word = next(iter(first)) if len(first) == 1 and len(texts) >= _FEWEST_ALIKE else ""
    return word if word and " " not in word and all("," in text for text in texts) else ""
