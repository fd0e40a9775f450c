"""Which pictures are the two sides of an edit: what it begins with, and its result.

fal's trainers want `ROOT_start.EXT`, `ROOT_start2.EXT` and so on, and `ROOT_end.EXT` (pages of the trainers,
read 2026-12). People have them under other words too, and in two folders, as trainers on own machines want
them; only words that name both sides beyond doubt are understood.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import field

from fluxtui.services.datasets.captions import stem_of
from fluxtui.system.dataclass import dataclass

SIDES: tuple[tuple[str, str], ...] = (
    ("start", "end"),
    ("before", "after"),
    ("input", "output"),
    ("source", "target"),
)
"""What both sides are called, the first as fal's trainers want them: before the edit, and after it."""

MOST_PLACES = 20
"""A higher number behind a word is a part of the name."""

_STYLE_OF = {word: (style, side) for style, words in enumerate(SIDES) for side, word in enumerate(words)}
_WORD = "|".join(_STYLE_OF)
_ENDING = re.compile(rf"(?P<root>.+)[_\-. ](?P<word>{_WORD})[_-]?(?P<place>\d{{1,2}})?", re.IGNORECASE)
_FOLDER = re.compile(rf"(?P<word>{_WORD})[_-]?(?P<place>\d{{1,2}})?", re.IGNORECASE)
_BEFORE, _AFTER = 0, 1


@dataclass(frozen=True)
class Pair:
    """An edit: the names of the pictures that it begins with, in order, and that of its result.

    `captions` are the stems of files that may say what is done, the one to be believed most first.
    """

    inputs: tuple[str, ...]
    result: str
    captions: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All its pictures."""
        return (*self.inputs, self.result)


@dataclass(frozen=True)
class Pairing:
    """What of a set is paired.

    Attributes:
        pairs: the edits, in the order of their results.
        lonely: pictures that are one side by their name, and the name of what the other side would have.
        single: pictures that are no side of anything by their name.
        twice: pictures that have the place of another one, by its name, and are not used.
    """

    pairs: tuple[Pair, ...] = ()
    lonely: Mapping[str, str] = field(default_factory=dict)
    single: tuple[str, ...] = ()
    twice: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Place:
    """Where a picture belongs: to which edit, on which side of it, and there at which place from 1."""

    style: int
    root: str
    side: int
    place: int
    folder: str
    """Of the result, where the sides are folders, else `''`."""


def pairing_of(names: Iterable[str]) -> Pairing:
    """Return which of some pictures are pairs, by their names.

    Words behind a name count before those of folders, and capitals do not matter.
    """
    groups: dict[tuple[int, str], dict[tuple[int, int], tuple[str, _Place]]] = {}
    single, twice = [], {}
    for name in names:
        place = _place_of(name)
        if place is None:
            single.append(name)
            continue
        group = groups.setdefault((place.style, place.root.casefold()), {})
        known = group.setdefault((place.side, place.place), (name, place))
        if known[0] != name:
            twice[name] = known[0]
    pairs, lonely = [], {}
    for group in groups.values():
        inputs = tuple(group[key][0] for key in sorted(group) if key[0] == _BEFORE)
        result = group.get((_AFTER, 1))
        if inputs and result is not None:
            pairs.append(Pair(inputs, result[0], _captions(inputs, *result)))
        else:
            lonely.update({name: _other_side(place) for name, place in group.values()})
    pairs.sort(key=lambda pair: pair.result)
    return Pairing(tuple(pairs), lonely, tuple(single), twice)


def _place_of(name: str) -> _Place | None:
    folder, plain = posixpath.split(stem_of(name))
    parent, last = posixpath.split(folder)
    in_folder, at_end = _FOLDER.fullmatch(last), _ENDING.fullmatch(plain)
    if at_end is not None and in_folder is not None and _word(at_end) == _word(in_folder):
        # after/photo_after.jpg beside before/photo_before.jpg
        return _placed(in_folder, posixpath.join(parent, at_end["root"]), folder)
    if at_end is not None:
        return _placed(at_end, posixpath.join(folder, at_end["root"]), "")
    if in_folder is not None:
        return _placed(in_folder, posixpath.join(parent, plain), folder)
    return None


def _word(match: re.Match[str]) -> str:
    return str(match["word"]).lower()


def _placed(match: re.Match[str], root: str, folder: str) -> _Place | None:
    style, side = _STYLE_OF[_word(match)]
    place = int(match["place"] or 1)
    if not 1 <= place <= MOST_PLACES or (side == _AFTER and place > 1):
        return None
    return _Place(style, root, side, place, folder)


def _other_side(place: _Place) -> str:
    """Return what the other side of a picture would be called, without its extension."""
    word = SIDES[place.style][1 - place.side]
    if not place.folder:
        return f"{place.root}_{word}"
    parent, plain = posixpath.split(place.root)
    return posixpath.join(parent, word, plain)


def _captions(inputs: tuple[str, ...], result: str, place: _Place) -> tuple[str, ...]:
    """Return the stems of what may be the caption of an edit: of both sides, of its result, of its input."""
    return (place.root, stem_of(result), *map(stem_of, inputs))
