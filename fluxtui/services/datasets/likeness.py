"""Finds pictures of a dataset that are the same, or look nearly the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from fluxtui.domain.dataset_scan import Likeness, PictureLook, ScannedPicture
from fluxtui.services.threads import Stopped

ALIKE_BITS = 6
"""Two fingerprints that differ in at most so many of their 64 bits are of pictures that look alike."""

PER_PICTURE = 3
"""Likenesses that are told of one picture."""

_STRUCTURE = 6.0
"""Contrast under which a picture has nothing that its fingerprint could tell."""

_PARTS = 8
_PART_BITS = 64 // _PARTS


def likenesses(pictures: tuple[ScannedPicture, ...], stop: threading.Event) -> tuple[Likeness, ...]:
    """Return the pairs of pictures that are alike, each picture with those before it, the nearest first.

    Raises:
        Stopped: `stop` was set.
    """
    first_of: dict[str, str] = {}
    alike: dict[tuple[int, int], list[tuple[str, int]]] = {}
    found: list[Likeness] = []
    for picture in pictures:
        if stop.is_set():
            raise Stopped
        look = picture.look
        if look is None:
            continue
        if look.sha256 in first_of:
            found.append(Likeness(name=picture.name, other=first_of[look.sha256], exact=True))
            continue
        first_of[look.sha256] = picture.name
        if look.contrast >= _STRUCTURE:
            found.extend(_near(picture.name, look, alike))
    return tuple(found)


def _near(
    name: str, look: PictureLook, alike: dict[tuple[int, int], list[tuple[str, int]]]
) -> Iterator[Likeness]:
    """Yield the likenesses with pictures that share a part of their bits, and put this one with them.

    With at most 6 different bits, at least two of eight parts are the same: nothing that is near is missed.
    """
    seen: dict[str, int] = {}
    for place in _places(look.fingerprint):
        sharing = alike.setdefault(place, [])
        for other, fingerprint in sharing:
            seen.setdefault(other, (look.fingerprint ^ fingerprint).bit_count())
        sharing.append((name, look.fingerprint))
    near = sorted((distance, other) for other, distance in seen.items() if distance <= ALIKE_BITS)
    for distance, other in near[:PER_PICTURE]:
        yield Likeness(name=name, other=other, distance=distance)


def _places(fingerprint: int) -> list[tuple[int, int]]:
    mask = (1 << _PART_BITS) - 1
    return [(part, fingerprint >> (part * _PART_BITS) & mask) for part in range(_PARTS)]
