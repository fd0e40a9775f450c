"""Portable bitmaps (PBM, PGM, PPM): which of them are decoded in a moment."""

from __future__ import annotations

import re
from typing import Final

from fluxtui.domain.errors import PictureError

MOST_SLOW_BYTES: Final = 4_000_000
"""Bytes of a file whose numbers are written out or of a rare range."""

_HEADER_BYTES = 4_096
_COMMENT = re.compile(rb"#[^\r\n]*")
_BITMAPS = frozenset({b"P1", b"P4"})
"""They say no greatest number."""

_WRITTEN_OUT = frozenset({b"P1", b"P2", b"P3"})
_USUAL_RANGES = frozenset({b"255", b"65535"})


def check_portable(content: bytes) -> None:
    """See that a file is not one of those that Pillow reads sign by sign for minutes.

    It does so with the header, with numbers that are written out, and with ranges other than those of one or
    two bytes (Pillow's `PpmImagePlugin`, read 2026-11). Raises `PictureError`.
    """
    words = _COMMENT.sub(b" ", content[:_HEADER_BYTES]).split()
    told = 3 if words[0][:2] in _BITMAPS else 4
    if len(words) < told:
        raise PictureError("is damaged: its header has no end")
    is_slow = words[0] in _WRITTEN_OUT or (told == 4 and words[3] not in _USUAL_RANGES)
    if is_slow and len(content) > MOST_SLOW_BYTES:
        raise PictureError("is a PPM of a kind that takes too long to read", next_step="Save it as PNG.")
