"""Which letters are written together: in one word, and in one language."""

from __future__ import annotations

import re
import unicodedata

# Sources: the alphabets in the exemplar characters of Unicode CLDR 45, beside those of English.
_TURKISH = frozenset("çğıöşüâîûÇĞİÖŞÜÂÎÛ")
_ONLY_TURKISH = frozenset("ğışĞİŞ")
_CENTRAL_EUROPEAN = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "ąćęłńóśźż",
        "áčďéěíňóřšťúůýž",
        "áäčďéíĺľňóôŕšťúýž",
        "áéíóöőúüű",
        "ăâîşţ",
        "čćđšž",
    )
)
"""Polish, Czech, Slovak, Hungarian, Romanian as Windows-1250 has it, and Croatian and Slovene."""

_WESTERN = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "àâæçéèêëîïôœùûüÿ",
        "äöüß",
        "áéíñóúü",
        "áàâãçéêíóôõúü",
        "àèéìíîòóùú",
        "àçèéíïòóúü",
        "åäöæøéü",
        "áæðéíóúýþö",
        "äõöüšž",
        "áéèëïíóöúüij",
    )
)
"""French, German, Spanish, Portuguese, Italian, Catalan, the Nordic ones, Icelandic, Estonian, Dutch."""

_HEBREW_FINAL = frozenset("\u05da\u05dd\u05df\u05e3\u05e5")
_HEBREW_NOT_FINAL = frozenset("\u05db\u05de\u05e0\u05e4\u05e6")
_FEWEST_HEBREW = 6

SURELY_HEBREW = 24
"""Characters from which on Hebrew in which every final letter ends a word is no other text, read wrongly."""

_WORD = re.compile(r"[^\W\d_]+")


def is_mixed(text: str) -> bool:
    """Tell whether Latin letters stand in one word with those of another script, as in wrongly read text.

    Capitals do where the other script prevails, as in the Chinese word for a T-shirt.
    """
    latin = sum(_is_latin(character) for character in text if character.isalpha())
    others = sum(character.isalpha() for character in text) - latin
    for word in _WORD.findall(text):
        beside = [character for character in word if _is_latin(character)]
        if not beside or len(beside) == len(word):
            continue
        if not all(character.isupper() for character in beside) or others <= 2 * latin:
            return True
    return False


def is_turkish(text: str) -> bool:
    """Tell whether all letters beside English are Turkish, and one is of no language near it."""
    beside = _beside_english(text)
    return beside <= _TURKISH and bool(beside & _ONLY_TURKISH)


def is_central_european(text: str) -> bool:
    """Tell whether all letters beside English are of one language that was written with Windows-1250."""
    beside = _beside_english(text)
    return any(beside <= alphabet for alphabet in _CENTRAL_EUROPEAN)


def is_western(text: str) -> bool:
    """Tell whether all letters beside English are of one language that was written with Windows-1252."""
    beside = _beside_english(text)
    return any(beside <= alphabet for alphabet in _WESTERN)


def is_hebrew(text: str) -> bool:
    """Tell whether all letters beside English are Hebrew, and its final letters stand where words end."""
    beside = _beside_english(text)
    if not all("\u0590" <= character <= "\u05ff" for character in beside):
        return False
    words = [word for word in _WORD.findall(text) if word[0] > "\x7f"]
    if any(len(word) == 1 for word in words):
        return False
    if sum(map(len, words)) < _FEWEST_HEBREW or not any(word[-1] in _HEBREW_FINAL for word in words):
        return False
    return not any(_HEBREW_FINAL.intersection(word[:-1]) or word[-1] in _HEBREW_NOT_FINAL for word in words)


def _beside_english(text: str) -> frozenset[str]:
    return frozenset(character for character in text if character > "\x7f" and character.isalpha())


def _is_latin(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN")
