"""Text from outside made harmless: services, files, configuration and people can all send escapes."""

from __future__ import annotations

import re
import unicodedata

_ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|[ -/]*[0-~])"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset({"\u200d", "\ufe0e", "\ufe0f"})
_UNSTEADY = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_JOINED = re.compile("\u200d[\u2190-\u2bff\U0001f000-\U0001faff]")
LOST_LETTER = "\ufffd"
"""Stands where a text was read in letters that it was not written in."""

_NOTHING = "\u200b"
"""Takes no room in any terminal."""
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_SLUG_BREAK = re.compile(r"[^a-z0-9]+")


def safe_text(text: object, *, newlines: bool = False, limit: int | None = None) -> str:
    """Return `text` without escape sequences, control characters and direction marks.

    Args:
        text: anything; it is turned into a string first.
        newlines: keep line breaks (tabs become four spaces); otherwise they become one space each.
        limit: greatest number of characters; a longer text ends in an ellipsis.
    """
    plain = _ANSI.sub("", str(text)).replace("\r\n", "\n").replace("\r", "\n")
    plain = plain.replace("\t", "    " if newlines else " ")
    if not newlines:
        plain = plain.replace("\n", " ")
    # What can be printed is of none of the categories that are not shown.
    kept = plain if plain.isprintable() else "".join(filter(_is_kept, plain))
    return shorten(kept, limit) if limit is not None else kept


def shown_text(text: object, *, newlines: bool = False, limit: int | None = None) -> str:
    """Return `text` as `safe_text` does, made of what takes the same room in every terminal.

    What makes one emoji of several characters (joiners, variation selectors, colours of skin) is left out:
    for the same ones tmux 3.3a, xterm 379 and Rich 15 reckon with between one cell and eight (measured
    2026-11-30), and whatever follows in the row stands beside its place. For the eye only, never to be sent.
    """
    return _UNSTEADY.sub("", safe_text(text, newlines=newlines, limit=limit))


def steady_text(text: str) -> str:
    """Return `text` as it can be drawn in a field, each character in its place: see `shown_text`.

    Of several joined emoji the first is shown, which takes the room that is reckoned for all of them.
    """
    return _UNSTEADY.sub(_NOTHING, _JOINED.sub(_NOTHING * 2, text))


def without_unseen(text: str) -> str:
    """Return `text` without anything that is not seen: escape sequences, line breaks, marks without width.

    To look for something in it, never to be shown: words of two lines become one.
    """
    return "".join(filter(str.isprintable, _ANSI.sub("", text)))


def _is_kept(character: str) -> bool:
    return character == "\n" or _is_shown(character)


def _is_shown(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in _UNSAFE_CATEGORIES


def shorten(text: str, limit: int) -> str:
    """Return `text` cut to at most `limit` characters, the last one an ellipsis if anything was cut."""
    if len(text) <= limit:
        return text
    return text[: max(limit - 1, 0)].rstrip() + "…" if limit > 0 else ""


def slug(text: str, limit: int = 40) -> str:
    """Return a portable file-name part made from `text`: lowercase ASCII words joined by `-`, or `''`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = _SLUG_BREAK.sub("-", ascii_text).strip("-")
    if len(words) <= limit:
        return words
    head, _, _ = words[: limit + 1].rpartition("-")
    return head or words[:limit]


def file_slug(text: str, limit: int = 40) -> str:
    """Return a part of a file name made from `text`: its words in small letters joined by `-`, or `''`.

    Latin letters lose their accents; those of other scripts stay, composed (NFC). No more than `limit`
    characters, and no more than a third above that in bytes of UTF-8, are in it.
    """
    kept: list[str] = []
    for character in unicodedata.normalize("NFC", text).lower():
        plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        if plain and plain.isalnum():
            kept.append(plain)
        elif unicodedata.category(character)[0] in "LN":
            kept.append(character)
        elif unicodedata.category(character)[0] == "M":
            # A mark belongs to the letter before it; on a Latin one it is an accent.
            kept.append("" if not kept or kept[-1].isascii() else character)
        elif character not in _JOINERS | {"\u200c"}:
            kept.append("-")
    words = re.sub("-+", "-", "".join(kept)).strip("-")
    return _cut_at_word(unicodedata.normalize("NFC", words), limit, limit + limit // 3)


def _cut_at_word(words: str, characters: int, size: int) -> str:
    short = words[:characters]
    while len(short.encode()) > size:
        short = short[:-1]
    if short == words or words[len(short)] == "-":
        return short.strip("-")
    head, _, _ = short.rpartition("-")
    return head or short


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return `'1 picture'` or `'3 pictures'`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def file_size(size: int) -> str:
    """Return a number of bytes for people: `'812 B'`, `'1.4 MB'` (powers of 1000)."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.95 or unit == "GB":
            return f"{value:.1f} {unit}"
    raise AssertionError("unreachable")


def insert_trigger_word(prompt: str, trigger_word: str) -> str:
    """Return `prompt` with `trigger_word` in it exactly once more than never: put in front if absent."""
    if not trigger_word or contains_word(prompt, trigger_word):
        return prompt
    return f"{trigger_word}, {prompt}" if prompt.strip() else trigger_word


def contains_word(text: str, word: str) -> bool:
    """Tell whether `word` stands in `text` as a word of its own, whatever its case."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def is_web_address(text: str) -> bool:
    """Tell whether a text is an http(s) address, such as one that a service fetches a picture from."""
    return _WEB_ADDRESS.fullmatch(text.strip()) is not None


_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "'")
"""What a spreadsheet may take for the beginning of a formula, and our own mark against that."""


def no_formula(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula: with `'` in front where needed."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
