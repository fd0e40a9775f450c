"""Text of other tools: read by its mark or as UTF-8, and else guessed, where it reads as one script."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from fluxtui.services.datasets import letters
from fluxtui.system.dataclass import dataclass

MOST_GUESSED_BYTES = 1_000_000
"""Bytes of all texts of a source that are guessed: each takes some microseconds."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Their first two bytes are those of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HALVES = re.compile("[\ud800-\udfff]")
_SHOWN = {
    "cp1251": "Windows-1251",
    "koi8_r": "KOI8-R",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "cp949": "Korean (CP949)",
    "cp932": "Shift JIS",
    "euc_jp": "EUC-JP",
    "cp1253": "Windows-1253",
    "cp1255": "Windows-1255",
    "cp1252": "Windows-1252",
    "cp1254": "Windows-1254",
    "cp1250": "Windows-1250",
    "mac_roman": "Mac Roman",
    "utf-16-le": "UTF-16 without a mark",
    "utf-16-be": "UTF-16 without a mark",
}
"""The encodings that are guessed, and how people write them."""

_OF_OTHER_SCRIPTS = ("cp1251", "koi8_r", "gb18030", "big5", "cp949", "cp932", "euc_jp", "cp1253")
_LATIN = ("cp1254", "cp1252", "mac_roman", "cp1250")
"""In the order in which they are believed."""

_MOSTLY_ASCII = 0.75
_PUNCTUATION = frozenset(
    "–—‘’“”„‚…•«»¡¿°·©®™€£§№、。，．：；！？（）「」『』【】〈〉《》・ー〜～々〆\u3000\u00a0"
)
_SIGNS = frozenset("£€§®™")
"""They do not stand before letters."""

_COMMON = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("euc_jp", 0xB0, 0xCF))
"""First bytes of the frequent characters of each set, which come before the rare ones in it.

Source: GB 2312-80, Big5 and JIS X 0208, each of which has its characters in two levels.
"""
_MOST_RARE = 0.25
_JAPANESE = frozenset({"cp932", "euc_jp"})
_KANA = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_EASTERN = _KANA | {"CJK", "HANGUL"}


@dataclass(frozen=True)
class DecodedText:
    """What a text probably says, and in which encoding, in words for people."""

    text: str
    encoding: str


def decoded(content: bytes) -> str | None:
    """Return a text by its mark (UTF-8, UTF-16 or UTF-32), else as UTF-8; None where it is neither."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def is_text(text: str) -> bool:
    """Tell whether a text is one: without the zeros of binary files, and without halves of letters.

    JSON can name half of a letter (a lone surrogate), which no encoding holds, so that it could not be sent.
    """
    return "\0" not in text and not _HALVES.search(text)


def guessed(contents: Sequence[bytes]) -> tuple[DecodedText | None, ...]:
    """Return what texts probably say that `decoded` cannot read, None for each of which nothing can be said.

    Texts that lie together are mostly of one encoding, so that what all of them say decides, and each for
    itself only where that does not fit. A guess is right or it is not made: what it gives must be letters of
    one script, beside those of English. What comes behind `MOST_GUESSED_BYTES` of text is not looked at.
    """
    among = _within_bound(contents)
    together = _encodings_of(b"\n".join(filter(None, among))) if len(contents) > 1 else ()
    return tuple(None if content is None else _guess(content, together) for content in among)


def _within_bound(contents: Sequence[bytes]) -> list[bytes | None]:
    """Return the texts that are looked at, None in the place of each beyond `MOST_GUESSED_BYTES`."""
    left, among = MOST_GUESSED_BYTES, list[bytes | None]()
    for content in contents:
        left -= len(content)
        among.append(content if left >= 0 else None)
    return among


def _guess(content: bytes, together: tuple[str, ...]) -> DecodedText | None:
    for encoding in dict.fromkeys((*together, *_encodings_of(content))):
        text = _strictly(content, encoding)
        if text is not None and _is_plausible(text, encoding):
            return DecodedText(text, _SHOWN[encoding])
    return None


def _encodings_of(content: bytes) -> tuple[str, ...]:
    """Return the encodings that a text may be in, the likeliest first."""
    if b"\0" in content:
        return _wide(content)
    latin = tuple(name for name in _LATIN if _reads_as_latin(content, name))
    ascii_share = sum(byte < 0x80 for byte in content) / max(len(content), 1)
    if latin and ascii_share >= _MOSTLY_ASCII:
        return latin
    hebrew = _strictly(content, "cp1255")
    if hebrew is not None and letters.is_hebrew(hebrew):
        # Short Russian may read as Hebrew as well, and then neither is sure.
        return ("cp1255",) if len(hebrew) >= letters.SURELY_HEBREW else ()
    # It is seldom needed, and half of what a start may take.
    from charset_normalizer import from_bytes

    matches = from_bytes(content, cp_isolation=list(_OF_OTHER_SCRIPTS))
    others = [match.encoding for match in matches if match.encoding in _OF_OTHER_SCRIPTS]
    return (*(name for name in others if _says_enough(content, name)), *latin)


def _wide(content: bytes) -> tuple[str, ...]:
    """Return how the bytes of UTF-16 are ordered, if every other one is 0: letters of English."""
    halves = {"utf-16-le": content[1::2], "utf-16-be": content[0::2]}
    return tuple(name for name, half in halves.items() if half and not any(half))


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_usual_korean(text: str) -> bool:
    """Tell whether a text has no syllable that only the extension has: they are hardly ever written."""
    try:
        # Python spells out a syllable that is not in the set itself, in eight bytes.
        return all(len(character.encode("euc_kr")) <= 2 for character in text)
    except UnicodeEncodeError:
        return False


def _reads_as_latin(content: bytes, encoding: str) -> bool:
    text = _strictly(content, encoding)
    if text is None or not _is_plausible(text, encoding):
        return False
    # In these two nearly every byte is a letter: it must be one of a language that is written in them.
    language = {"cp1254": letters.is_turkish, "cp1250": letters.is_central_european}.get(encoding)
    if encoding == "cp1252":
        central = content.decode("cp1250", "replace")
        return letters.is_western(text) or not letters.is_central_european(central)
    return language is None or language(text)


def _says_enough(content: bytes, encoding: str) -> bool:
    """Tell whether there are two letters in a row: a single one may be any, of any script."""
    text = _strictly(content, encoding) or ""
    return any(one > "\x7f" and two > "\x7f" and (one + two).isalpha() for one, two in pairwise(text))


def _is_plausible(text: str, encoding: str) -> bool:
    """Tell whether a text is letters of one script, and capitals only where words have them."""
    scripts: set[str] = set()
    before = ""
    for character in text:
        if character > "\x7f" and character not in _PUNCTUATION:
            script = _script(character)
            if not script:
                return False
            scripts.add(script)
        elif character < " " and character not in "\t\r\n":
            return False
        if before.islower() and character.isupper() and not (before + character).isascii():
            return False
        before = character
    if letters.is_mixed(text) or _sign_in_word(text):
        return False
    if _rare_share(text) > _MOST_RARE or {"CJK", "HANGUL"} <= scripts or _is_shouted(text):
        return False
    if encoding == "cp949" and ("HANGUL" not in scripts or not _is_usual_korean(text)):
        return False
    if encoding in _JAPANESE and not scripts & _KANA:
        return False
    scripts = {"EASTERN" if script in _EASTERN else script for script in scripts}
    wanted = {"LATIN"} if encoding in _LATIN else scripts - {"LATIN"}
    return scripts <= wanted and len(wanted) <= 1 if scripts else True


def _sign_in_word(text: str) -> bool:
    """Tell whether a sign of money and such stands before a letter: a letter, read in another encoding."""
    return any(one in _SIGNS and two.isalpha() for one, two in pairwise(text))


def _script(character: str) -> str:
    """Return the first word of a letter's name, which is its script; `''` for what is no letter."""
    if not unicodedata.category(character).startswith(("L", "M")):
        # Full-width figures and signs belong to the scripts that have them.
        return "CJK" if unicodedata.east_asian_width(character) in {"W", "F"} else ""
    name = unicodedata.name(character, "").split(" ")[0]
    # Nobody writes captions in half-width kana; wrongly read bytes often give them.
    return "" if name in {"PRIVATE", "HALFWIDTH"} else name


def _is_shouted(text: str) -> bool:
    """Tell whether there are only capitals beside English: small letters, read in another encoding."""
    letters = [
        character for character in text if character > "\x7f" and character.lower() != character.upper()
    ]
    return len(letters) > 1 and all(character.isupper() for character in letters)


def _rare_share(text: str) -> float:
    """Return the share, 0 to 1, of rare ones among the Chinese characters: wrongly read bytes give many."""
    every = [character for character in text if "\u4e00" <= character <= "\u9fff"]
    return sum(not _is_common(character) for character in every) / max(len(every), 1)


def _is_common(character: str) -> bool:
    for encoding, first, last in _COMMON:
        try:
            if first <= character.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False
