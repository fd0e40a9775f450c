"""The kitty graphics protocol, by Unicode placeholders: the picture sticks to ordinary cells.

Source: kitty documentation, "Terminal graphics protocol", read 2026-11.
"""

from __future__ import annotations

from base64 import standard_b64encode
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Final

from fluxtui.terminal.multiplexer import through_tmux
from fluxtui.terminal.pieces import PIECE_BYTES

if TYPE_CHECKING:
    from PIL.Image import Image

PLACEHOLDER: Final = "\U0010eeee"
CHUNK_BYTES: Final = 4096
"""Base64 characters a single graphics command may carry."""

QUICK_SIDE: Final = 400
"""Pixels of a side from which on colours are reduced in the quicker way."""
MAX_CELLS: Final = 297
"""Placeholders can number this many rows and columns."""

_DIACRITICS: Final = (
    "305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1 "
    "5A8-5A9 5AB-5AC 5AF 5C4 610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733 "
    "735-736 73A 73D 73F-741 743 745 747 749-74A 7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954 "
    "F82-F83 F86-F87 135D-135F 17DD 193A 1A17 1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 "
    "1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7 20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1 "
    "2DE0-2DFF A66F A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 AAB2-AAB3 AAB7-AAB8 AABE-AABF AAC1 FE20-FE26 10A0F "
    "10A38 1D185-1D189 1D1AA-1D1AD 1D242-1D244"
)


@cache
def _numerals() -> tuple[str, ...]:
    """The combining characters that stand for 0, 1, 2 ... on a placeholder."""
    marks: list[str] = []
    for word in _DIACRITICS.split():
        first, _, last = word.partition("-")
        marks.extend(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return tuple(marks)


def placeholders(row: int, columns: int) -> str:
    """The characters for one row of a picture; every cell names its place, so any part can be repainted."""
    numerals = _numerals()
    return "".join(PLACEHOLDER + numerals[row] + numerals[column] for column in range(columns))


def full_png(image: Image) -> bytes:
    """The picture as a PNG with all its pixels and colours."""
    out = BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()


def reduced_png(image: Image, side: int, budget: int) -> bytes:
    """The picture as a PNG of at most 256 colours and `side` pixels, within `budget` bytes of base64.

    The terminal scales it up to its cells again. A large picture gets its colours in a way that is ten times
    as quick and takes 2 dB more away; a small one, for a line that is slow anyway, in the better one.
    """
    from PIL import Image as Pillow

    quick = side > QUICK_SIDE
    method = Pillow.Quantize.FASTOCTREE if quick else Pillow.Quantize.MEDIANCUT
    bound = min(side, max(image.size))
    while True:
        small = image.copy()
        small.thumbnail((bound, bound), Pillow.Resampling.LANCZOS)
        out = BytesIO()
        small.quantize(256, method=method).save(out, "PNG", compress_level=6 if quick else 9)
        png = out.getvalue()
        size = len(png) * 4 / 3
        if size <= budget or bound <= 16:
            return png
        bound = max(16, min(bound - 8, int(bound * (budget / size) ** 0.5)))


def transmission(image_id: int, png: bytes, columns: int, rows: int, *, in_tmux: bool = False) -> list[str]:
    """Pieces that store the picture in the terminal and tie it to `columns` x `rows` placeholders.

    Text may be written between pieces, other graphics commands may not. After `interruption` the rest
    need not be sent.
    """
    payload = standard_b64encode(png).decode("ascii")
    chunks = [payload[at : at + CHUNK_BYTES] for at in range(0, len(payload), CHUNK_BYTES)]
    commands: list[str] = []
    for number, chunk in enumerate(chunks):
        more = int(number < len(chunks) - 1)
        head = f"a=T,U=1,f=100,t=d,i={image_id},c={columns},r={rows}," if number == 0 else ""
        commands.append(_command(f"{head}q=2,m={more};{chunk}", in_tmux))
    return _joined(commands)


def interruption(image_id: int, *, in_tmux: bool = False) -> str:
    """Ends a transmission that is not complete, and frees what the terminal has of it."""
    return _command("q=2,m=0;", in_tmux) + deletion(image_id, in_tmux=in_tmux)


def deletion(image_id: int, *, in_tmux: bool = False) -> str:
    """Removes a picture from the screen and from the terminal's memory."""
    return _command(f"a=d,d=I,i={image_id},q=2", in_tmux)


def _command(body: str, in_tmux: bool) -> str:
    command = f"\x1b_G{body}\x1b\\"
    return through_tmux(command) if in_tmux else command


def _joined(commands: list[str]) -> list[str]:
    """Commands gathered into as few pieces as their limit allows."""
    pieces = [""]
    for command in commands:
        if len(pieces[-1]) + len(command) > PIECE_BYTES:
            pieces.append("")
        pieces[-1] += command
    return pieces
