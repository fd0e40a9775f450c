"""Changes to many captions at once, shown before they are made: pure functions from texts to texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.text import safe_text
from fluxtui.services.datasets.triggers import PLACEHOLDERS, has_word
from fluxtui.system.dataclass import dataclass

PATTERN_SECONDS = 1.0
"""A regular expression can be written so that it never ends; for one caption it gets this long."""


class EditKind(StrEnum):
    """What is done to captions; the values are the words for people."""

    PREFIX = "put in front"
    SUFFIX = "put behind"
    FILL = "fill the empty ones"
    REPLACE = "search and replace"
    PATTERN = "search and replace a regular expression"
    INSERT_TRIGGER = "insert the trigger word"
    REMOVE_TRIGGER = "remove the trigger word"
    CLEAR = "remove the captions"


_PARTING = ", \t\n"
_CLOSING = ",;:.!?"
_OPENING = "\"'“‘([{<"


@dataclass(frozen=True)
class BulkEdit:
    """One change to many captions.

    Attributes:
        kind: what is done.
        text: what is put, searched or the trigger word.
        replacement: what takes its place; in one for a regular expression `\\1` is its first group.
        ignore_case: whether capitals matter in a search.
    """

    kind: EditKind
    text: str = ""
    replacement: str = ""
    ignore_case: bool = False


@dataclass(frozen=True)
class CaptionChange:
    """What would become of one caption; `before` and `after` may be empty."""

    name: str
    before: str
    after: str


def changes_by(edit: BulkEdit, captions: Mapping[str, str]) -> tuple[CaptionChange, ...]:
    """Return what an edit would change, by the names of the pictures in their order.

    Args:
        edit: what to do.
        captions: of every picture, `''` for none.

    Raises:
        InvalidInput: nothing to search for, or a regular expression that is none or takes too long.
    """
    if edit.kind is not EditKind.CLEAR and not edit.text:
        raise InvalidInput("There is nothing to put or to search for yet.")
    changes = []
    for name, before in captions.items():
        after = _edited(edit, before)
        if after != before:
            changes.append(CaptionChange(name, before, after))
    return tuple(changes)


def _edited(edit: BulkEdit, caption: str) -> str:
    match edit.kind:
        case EditKind.PREFIX:
            return _put_before(edit.text, caption)
        case EditKind.SUFFIX:
            return _put_behind(caption, edit.text)
        case EditKind.FILL:
            return caption if caption.strip() else _without_ends(edit.text)
        case EditKind.REPLACE:
            return _replaced(edit, caption)
        case EditKind.PATTERN:
            return _pattern_replaced(edit, caption)
        case EditKind.INSERT_TRIGGER:
            return _with_trigger(_without_ends(edit.text), caption)
        case EditKind.REMOVE_TRIGGER:
            return _without_trigger(_without_ends(edit.text), caption)
        case EditKind.CLEAR:
            return ""


def _put_before(put: str, caption: str) -> str:
    if not caption.strip():
        return _without_ends(put)
    return put + caption if put[-1].isspace() else _parted(put, caption)


def _put_behind(caption: str, put: str) -> str:
    if not caption.strip():
        return _without_ends(put)
    # A comma at the very end would part nothing.
    put = put.rstrip(_PARTING)
    return _parted(caption, put) if put else caption


def _parted(first: str, second: str) -> str:
    """Return two texts as one, with a comma between them where nothing parts them yet."""
    if first[-1].isspace() or not (second[0].isalnum() or second[0] in _OPENING):
        return f"{first}{second}"
    return f"{first} {second}" if first[-1] in _CLOSING else f"{first}, {second}"


def _without_ends(text: str) -> str:
    return text.strip().strip(_PARTING).strip()


def _replaced(edit: BulkEdit, caption: str) -> str:
    flags = re.IGNORECASE if edit.ignore_case else 0
    return re.sub(re.escape(edit.text), lambda _: edit.replacement, caption, flags=flags)


def _pattern_replaced(edit: BulkEdit, caption: str) -> str:
    # Unlike the one of the standard library, this module's search can be given a time.
    import regex

    try:
        pattern = regex.compile(edit.text, regex.IGNORECASE if edit.ignore_case else 0)
        return pattern.sub(edit.replacement, caption, timeout=PATTERN_SECONDS)
    except (regex.error, IndexError, OverflowError, RecursionError) as error:
        reason = safe_text(error, limit=120)
        raise InvalidInput(f"The regular expression cannot be used: {reason}.") from None
    except TimeoutError:
        raise InvalidInput(
            "The regular expression takes too long.", next_step="Write it with fewer nested repeats."
        ) from None


def _with_trigger(trigger: str, caption: str) -> str:
    if not trigger:
        return caption
    caption = re.sub(re.escape(PLACEHOLDERS[0]), lambda _: trigger, caption, flags=re.IGNORECASE)
    if has_word(caption, trigger):
        return caption
    return f"{trigger}, {caption}" if caption else trigger


def _without_trigger(trigger: str, caption: str) -> str:
    if not trigger:
        return caption
    without = re.sub(rf"(?<!\w){re.escape(trigger)}(?!\w)\s*,?\s*", "", caption, flags=re.IGNORECASE)
    return without.strip().rstrip(",").rstrip() if without != caption else caption


def has_tag(caption: str, tag: str) -> bool:
    """Tell whether one of the parts between the commas of a caption is a tag, as `tag_counts` has it."""
    return tag in _tags(caption)


def _tags(text: str) -> set[str]:
    return {" ".join(part.split()).casefold() for part in text.split(",")} - {""}


def tag_counts(captions: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """Return the tags (the parts between commas) of captions with how many captions have each, most first."""
    counts: Counter[str] = Counter()
    for text in captions.values():
        counts.update(_tags(text))
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
