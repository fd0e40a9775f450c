"""Spoils bytes by a seed: flips, cuts, splices, lies about lengths, repeats, words of a format."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

MOST_BYTES = 400_000
"""What grows larger is cut: size alone is a case of its own, not a matter of chance."""

LENGTHS = (
    *(0, 1, 2, 7, 8, 16, 127, 128, 255, 256, 4096, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000),
    *(0xFFFFFFFE, 0xFFFFFFFF, 1 << 32, 1 << 60, (1 << 63) - 1, 1 << 63, (1 << 64) - 1),
)
"""Numbers at which those who count lengths go wrong."""

NUMBERS = (
    b"0",
    b"-1",
    b"9" * 19,
    b"9" * 400,
    b"1e999",
    b"0x7fffffffffffffff",
    b"18446744073709551616",
    b"NaN",
)
"""The same written out."""

MEAN_TEXTS = (
    *(b"\x00", b"\r\n", b"\x1b]52;c;aGk=\x07", b"\x1b[2J", b"\xc2\x9b31m", b"\xe2\x80\xae", b"\xe2\x80\xa8"),
    *(
        b"\xed\xa0\x80",
        b"\\ud800",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"[red]",
        b"[@click=app.quit]x[/]",
        b"../../",
    ),
    *(b"/etc/passwd", b"=cmd|' /C calc'!A0", b"%s%n", b"{" * 60, b"[" * 60, b'"', b"'", b"\\"),
)
"""What terminals, markup, paths, spreadsheets and decoders stumble over."""

_DIGITS = re.compile(rb"[0-9]{1,20}")


@dataclass(frozen=True)
class Material:
    """What a mutation may take from: words of the format, and other files of the same kind."""

    tokens: Sequence[bytes] = ()
    others: Sequence[bytes] = ()


def mutated(content: bytes, chance: Random, material: Material = Material()) -> bytes:
    """Return bytes changed in one to six ways; the same seed of `chance` gives the same bytes."""
    changed = content
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 6))):
        changed = chance.choice(_WAYS)(changed, chance, material)[:MOST_BYTES]
    return changed


def _place(content: bytes, chance: Random) -> int:
    # Formats keep what matters at their beginning and end.
    where = chance.random()
    if where < 0.4:
        return chance.randrange(min(len(content), 64) + 1)
    if where < 0.55:
        return len(content) - chance.randrange(min(len(content), 64) + 1)
    return chance.randrange(len(content) + 1)


def _stretch(content: bytes, chance: Random) -> tuple[int, int]:
    begin = _place(content, chance)
    return begin, min(len(content), begin + chance.choice((1, 4, 16, 64, 512, 4096)))


def _flip(content: bytes, chance: Random, _: Material) -> bytes:
    if not content:
        return content
    changed = bytearray(content)
    for _bit in range(chance.choice((1, 1, 2, 8))):
        changed[min(_place(content, chance), len(content) - 1)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwrite(content: bytes, chance: Random, _: Material) -> bytes:
    begin, end = _stretch(content, chance)
    fill = chance.choice((b"\0", b"\xff", b" ", bytes([chance.randrange(256)])))
    return content[:begin] + fill * (end - begin) + content[end:]


def _noise(content: bytes, chance: Random, _: Material) -> bytes:
    begin, end = _stretch(content, chance)
    return content[:begin] + chance.randbytes(end - begin) + content[end:]


def _cut_end(content: bytes, chance: Random, _: Material) -> bytes:
    return content[: _place(content, chance)]


def _cut_out(content: bytes, chance: Random, _: Material) -> bytes:
    begin, end = _stretch(content, chance)
    return content[:begin] + content[end:]


def _repeat(content: bytes, chance: Random, _: Material) -> bytes:
    begin, end = _stretch(content, chance)
    return content[:end] + content[begin:end] * chance.choice((1, 2, 20, 400)) + content[end:]


def _move(content: bytes, chance: Random, _: Material) -> bytes:
    begin, end = _stretch(content, chance)
    rest = content[:begin] + content[end:]
    place = _place(rest, chance)
    return rest[:place] + content[begin:end] + rest[place:]


def _splice(content: bytes, chance: Random, material: Material) -> bytes:
    if not material.others:
        return _move(content, chance, material)
    other = chance.choice(material.others)
    return content[: _place(content, chance)] + other[_place(other, chance) :]


def _number(content: bytes, chance: Random, _: Material) -> bytes:
    """Put a number of one to eight bytes, of either order, over what is there."""
    kind = chance.choice(("<B", "<H", ">H", "<I", ">I", "<Q", ">Q"))
    size = struct.calcsize(kind)
    value = chance.choice(LENGTHS) if chance.random() < 0.8 else len(content) + chance.randrange(-9, 9)
    begin = _place(content, chance)
    packed = struct.pack(kind, value % (1 << 8 * size))
    return content[:begin] + packed + content[begin + size :]


def _written_number(content: bytes, chance: Random, material: Material) -> bytes:
    found = list(_DIGITS.finditer(content[:100_000]))
    if not found:
        return _number(content, chance, material)
    one = chance.choice(found)
    return content[: one.start()] + chance.choice(NUMBERS) + content[one.end() :]


def _word(content: bytes, chance: Random, material: Material) -> bytes:
    word = chance.choice((*material.tokens, *MEAN_TEXTS))
    begin = _place(content, chance)
    return content[:begin] + word + content[begin + chance.choice((0, len(word))) :]


_WAYS: tuple[Callable[[bytes, Random, Material], bytes], ...] = (
    *(_flip, _overwrite, _noise, _cut_end, _cut_out, _repeat, _move, _splice, _number, _number),
    *(_written_number, _word, _word),
)
