"""The line in which people write a filter of the gallery, read and written.

A line is words to look for in prompts and conditions like `rating>=3`. What would be taken for a condition,
or has spaces, stands in quotes; a quote inside of quotes is doubled.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.late_pattern import late_pattern
from fluxtui.domain.money import credits

SEED_BOUND: Final = 2**63
"""Seeds lie from minus this to below it."""
MOST_PIXELS: Final = 10**12
"""The largest size that can be asked for."""


class GalleryOrder(StrEnum):
    """How pictures are sorted: seeds and prompts upwards, what is best, dearest or largest first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RATING = "rating"
    COST = "cost"
    SIZE = "size"
    SEED = "seed"
    PROMPT = "prompt"


_QUOTED = r'"(?:[^"]|"")*(?:"|\Z)'
_TOKEN = late_pattern(rf"-?{_QUOTED}|-?[A-Za-z]+(?:>=|<=|[:=<>]){_QUOTED}|\S+")
_WORD = late_pattern(rf"-?{_QUOTED}|\S+")
_CONDITION = late_pattern(r"(-?)([A-Za-z]+)(>=|<=|[:=<>])(.*)", re.DOTALL)
_NUMBER = late_pattern(r"[0-9]{1,17}(?:\.[0-9]{1,25})?(?:e[+-]?[0-9]{1,3})?", re.IGNORECASE)
_WHOLE = late_pattern(r"[0-9]{1,15}")
_SEED = late_pattern(r"-?[0-9]{1,19}")
_DAY = late_pattern(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_SIDES = late_pattern(r"([0-9]{1,6})x([0-9]{1,6})", re.IGNORECASE)

_Fields = dict[str, Any]


def read(text: str) -> _Fields:
    """Return the values of the filter's fields that a line gives; the later of two wins.

    Raises:
        InvalidInput: with a sentence that names what was not understood.
    """
    fields: _Fields = {}
    words = []
    for token in _TOKEN.findall(text):
        condition = _condition(token)
        if token.lower() in ("star", "-star"):
            fields["starred"] = not token.startswith("-")
        elif condition is None:
            words.append(token)
        else:
            _read_condition(token, *condition, fields)
    return {**fields, "words": " ".join(words)}


def write(fields: Mapping[str, Any]) -> str:
    """Return the line that `read` turns into these fields."""
    parts = [_word_for_line(token) for token in _WORD.findall(fields["words"])]
    if fields["starred"] is not None:
        parts.append("star" if fields["starred"] else "-star")
    if fields["least_rating"]:
        parts.append(f"rating>={fields['least_rating']}")
    parts += [f"{name}:{_quoted(fields[name])}" for name in _NAMES if fields[name] is not None]
    parts += [f"tag:{_quoted(tag)}" for tag in fields["tags"]]
    parts += [f"{name}:{fields[name].isoformat()}" for name in ("since", "until") if fields[name] is not None]
    if fields["seed"] is not None:
        parts.append(f"seed:{fields['seed']}")
    parts += _bounds("size", _show_pixels, fields["least_pixels"], fields["most_pixels"])
    parts += _bounds("cost", _show_number, fields["least_credits"], fields["most_credits"])
    if fields["trashed"]:
        parts.append("is:trash")
    if fields["order"] != GalleryOrder.NEWEST:
        parts.append(f"sort:{fields['order']}")
    return " ".join(parts)


def tidy_words(words: str) -> str:
    """Return words as they are kept: one space between them, quotes only where they are needed."""
    kept = (_kept(token) for token in _WORD.findall(words))
    return " ".join(token for token in kept if token)


def terms(words: str) -> Iterator[tuple[str, bool]]:
    """Yield each thing to look for, and whether it must not be there."""
    for token in _WORD.findall(words):
        absent = token.startswith("-") and len(token) > 1
        yield _unquoted(token[absent:]), absent


def _kept(token: str) -> str:
    sign = "-" if token.startswith('-"') else ""
    inner = _unquoted(token[len(sign) :])
    if not inner.strip():
        return ""
    # With a sign inside and out, only quotes tell which one counts.
    plain = (
        not re.search(r"\s", inner) and not inner.startswith(('"', '-"')) and not (sign and inner[0] == "-")
    )
    return sign + (inner if plain else _quotes(inner))


def _word_for_line(token: str) -> str:
    alone = _TOKEN.findall(token) == [token]
    if token.startswith(('"', '-"')) or (alone and not _is_condition(token)):
        return token
    return _quotes(token)


def _is_condition(token: str) -> bool:
    return token.lower() in ("star", "-star") or _condition(token) is not None


def _condition(token: str) -> tuple[str, str, str] | None:
    """Return name, sign and value of a condition; None for a word."""
    found = _CONDITION.fullmatch(token)
    if found is None:
        return None
    minus, name, sign, value = found.groups()
    return minus + name.lower(), sign, _unquoted(value)


def _read_condition(token: str, name: str, sign: str, value: str, fields: _Fields) -> None:
    reader = _READERS.get(name)
    if reader is None:
        known = ", ".join(sorted(_READERS))
        raise InvalidInput(
            f"“{token}” is no filter: there is no “{name}”.",
            next_step=f'There are {known} and star. Put "{token}" in quotes to look for it in prompts.',
        )
    if not value.strip():
        raise InvalidInput(f"“{token}” is not finished: nothing stands behind “{sign}”.")
    reader(token, sign, value, fields)


def _read_name(name: str) -> Callable[[str, str, str, _Fields], None]:
    def reader(token: str, sign: str, value: str, fields: _Fields) -> None:
        _expect(token, sign, ":=")
        fields[name] = value

    return reader


def _read_tag(token: str, sign: str, value: str, fields: _Fields) -> None:
    _expect(token, sign, ":=")
    fields["tags"] = (*fields.get("tags", ()), value)


def _read_rating(token: str, sign: str, value: str, fields: _Fields) -> None:
    least = int(value) + (sign == ">") if re.fullmatch("[0-5]", value) else -1
    if sign not in (">=", ":", ">") or not 0 <= least <= 5:
        raise InvalidInput(f"“{token}” is no rating to ask for: it goes like rating>=3, from 1 to 5.")
    fields["least_rating"] = least


def _read_seed(token: str, sign: str, value: str, fields: _Fields) -> None:
    _expect(token, sign, ":=")
    if not _SEED.fullmatch(value) or not -SEED_BOUND <= int(value) < SEED_BOUND:
        raise InvalidInput(f"“{token}” is no seed: a seed is a whole number, like seed:42.")
    fields["seed"] = int(value)


def _read_since(token: str, sign: str, value: str, fields: _Fields) -> None:
    _expect(token, sign, ":")
    fields["since"] = _days(token, value)[0]


def _read_until(token: str, sign: str, value: str, fields: _Fields) -> None:
    _expect(token, sign, ":")
    fields["until"] = _days(token, value)[1]


def _read_date(token: str, sign: str, value: str, fields: _Fields) -> None:
    _expect(token, sign, ":=")
    fields["since"], fields["until"] = _days(token, value)


def _read_size(token: str, sign: str, value: str, fields: _Fields) -> None:
    pixels = _pixels(token, value)
    if sign in (">", ">=", ":", "="):
        fields["least_pixels"] = pixels + (sign == ">")
    if sign in ("<", "<=", ":", "="):
        fields["most_pixels"] = pixels - (sign == "<")
    if not all(0 <= (fields.get(f"{end}_pixels") or 0) <= MOST_PIXELS for end in ("least", "most")):
        raise InvalidInput(f"“{token}” is no size that a picture can have.")


def _read_cost(token: str, sign: str, value: str, fields: _Fields) -> None:
    amount = value.removeprefix("$")
    if not _NUMBER.fullmatch(amount) or not math.isfinite(float(amount)):
        raise InvalidInput(
            f"“{token}” is no cost: it is in credits or with a dollar, like cost<5 or cost<$0.05."
        )
    worth = round(credits(float(amount)), 9) if value.startswith("$") else float(amount)
    if sign in (">", ">=", ":", "="):
        fields["least_credits"] = math.nextafter(worth, math.inf) if sign == ">" else worth
    if sign in ("<", "<=", ":", "="):
        fields["most_credits"] = math.nextafter(worth, -math.inf) if sign == "<" else worth
    if not all(0 <= (fields.get(f"{end}_credits") or 0) < math.inf for end in ("least", "most")):
        raise InvalidInput(f"“{token}” is no cost that a picture can have.")


def _read_is(token: str, sign: str, value: str, fields: _Fields) -> None:
    _expect(token, sign, ":")
    if value.lower() == "trash":
        fields["trashed"] = True
    elif value.lower() == "star":
        fields["starred"] = True
    else:
        raise InvalidInput(f"“{token}” is not understood: there are is:star and is:trash.")


def _read_sort(token: str, sign: str, value: str, fields: _Fields) -> None:
    _expect(token, sign, ":")
    if value.lower() not in list(GalleryOrder):
        raise InvalidInput(f"“{token}” is not understood: pictures are sorted by {', '.join(GalleryOrder)}.")
    fields["order"] = GalleryOrder(value.lower())


_NAMES = ("finetune", "endpoint", "profile")
_READERS: Mapping[str, Callable[[str, str, str, _Fields], None]] = {
    **{name: _read_name(name) for name in _NAMES},
    "tag": _read_tag,
    "rating": _read_rating,
    "seed": _read_seed,
    "since": _read_since,
    "until": _read_until,
    "date": _read_date,
    "size": _read_size,
    "cost": _read_cost,
    "is": _read_is,
    "sort": _read_sort,
}


def _expect(token: str, sign: str, allowed: str) -> None:
    if sign not in allowed:
        name = token.partition(sign)[0]
        raise InvalidInput(f"“{token}” is not understood: it goes like {name}:something, not with “{sign}”.")


def _days(token: str, value: str) -> tuple[date, date]:
    """Return the first and the last day of a day or month."""
    found = _DAY.fullmatch(value)
    try:
        if found is not None:
            year, month = int(found[1]), int(found[2])
            if found[3]:
                return (date(year, month, int(found[3])),) * 2
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    except ValueError:
        pass
    raise InvalidInput(f"“{token}” is no day: it goes like 2026-11-30, or 2026-11 for the month.")


def _pixels(token: str, value: str) -> int:
    sides = _SIDES.fullmatch(value)
    if sides is not None:
        return int(sides[1]) * int(sides[2])
    lower = value.lower()
    if lower.endswith("mp") and re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,6})?", lower[:-2]):
        return int(Decimal(lower[:-2]) * 1_000_000)
    if _WHOLE.fullmatch(lower.removesuffix("px")):
        return int(lower.removesuffix("px"))
    raise InvalidInput(f"“{token}” is no size: it goes like size>=1mp, size<2000000px or size:1024x1024.")


def _bounds(name: str, show: Callable[[Any], str], least: Any, most: Any) -> Iterator[str]:
    if least is not None and least == most:
        yield f"{name}:{show(least)}"
        return
    if least is not None:
        yield _bound(name, ">", show, least, -math.inf)
    if most is not None:
        yield _bound(name, "<", show, most, math.inf)


def _bound(name: str, sign: str, show: Callable[[Any], str], value: float, towards: float) -> str:
    """Write a bound, as one that is not included where that is the number that people meant."""
    if isinstance(value, float):
        outside = math.nextafter(value, towards)
        if 0 <= outside < math.inf and len(show(outside)) < len(show(value)):
            return f"{name}{sign}{show(outside)}"
    return f"{name}{sign}={show(value)}"


def _show_pixels(pixels: int) -> str:
    whole, rest = divmod(pixels, 1_000_000)
    if pixels and not rest % 10_000:
        return f"{whole}.{rest // 10_000:02}".rstrip("0").rstrip(".") + "mp"
    return f"{pixels}px"


def _show_number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _quoted(text: str) -> str:
    """Return a value as it may stand behind a sign."""
    return text if re.fullmatch(r'[^\s"]+', text) else _quotes(text)


def _quotes(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _unquoted(token: str) -> str:
    if not token.startswith('"'):
        return token
    inner = token[1:-1] if len(token) > 1 and token.endswith('"') else token[1:]
    return inner.replace('""', '"')
