"""What a file is by its first bytes; no name is believed, and nothing is decoded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

HEAD_BYTES: Final = 64
"""Bytes of a file that are enough to tell its kind."""

KINDS: Final = frozenset({"JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF", "PPM"})
"""What is ever decoded. Only formats that are plain pixels: Pillow would run other programs for some more."""

_STARTS: Mapping[bytes, str] = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}
_OTHERS: Mapping[bytes, str] = {
    b"%!PS": "an EPS or PostScript file",
    b"\xc5\xd0\xd3\xc6": "an EPS file",
    b"%PDF": "a PDF file",
    b"8BPS": "a Photoshop file",
    b"\xff\x0a": "a JPEG XL picture",
    b"\0\0\0\x0cJXL ": "a JPEG XL picture",
    b"\0\0\0\x0cjP  ": "a JPEG 2000 picture",
    b"\xff\x4f\xff\x51": "a JPEG 2000 picture",
    b"v/1\x01": "an OpenEXR picture",
    b"#?RADIANCE": "a Radiance HDR picture",
    b"FUJIFILMCCD-RAW": "a camera's raw file",
    b"IIRO": "a camera's raw file",
    b"IIRS": "a camera's raw file",
    b"MMOR": "a camera's raw file",
    b"IIU\0": "a camera's raw file",
    b"PK\x03\x04": "a ZIP archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"version https://git-lfs": "the pointer of Git LFS to a file that was not downloaded",
    b"\x1aE\xdf\xa3": "a film",
}
_MARKUP = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)", re.IGNORECASE)
_SVG = re.compile(rb"\s*<(?:svg|\?xml)", re.IGNORECASE)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_GENERAL_BRANDS = frozenset({b"mif1", b"msf1", b"mif2", b"miaf"})
_BITMAP_HEADERS = frozenset({40, 52, 56, 64, 108, 124})
_PPM = re.compile(rb"P[1-6][\s#]")


def kind_of(head: bytes) -> str:
    """Return what a file's first `HEAD_BYTES` say that it is: one of `KINDS`, else `''`."""
    for start, kind in _STARTS.items():
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in {12, *_BITMAP_HEADERS}:
        return "BMP"
    return "PPM" if _PPM.match(head) else ""


def is_bare_bitmap(head: bytes) -> bool:
    """Tell whether a file may be a bitmap without the header that such files have as a rule."""
    return int.from_bytes(head[:4], "little") in _BITMAP_HEADERS and len(head) >= HEAD_BYTES


def other_kind(head: bytes) -> str:
    """Return in words, with the article, what a file is that is none of `KINDS`; `''` if unknown."""
    for start, words in _OTHERS.items():
        if head.startswith(start):
            return words
    if head[4:8] == b"ftyp":
        return "a camera's raw file" if head[8:11] == b"crx" else "a film"
    if _MARKUP.match(head):
        return "a web page"
    return "an SVG drawing" if _SVG.match(head) else ""


def _by_brands(head: bytes) -> str:
    length = min(int.from_bytes(head[:4], "big"), len(head))
    compatible = {head[at : at + 4] for at in range(16, length - 3, 4)}
    for brands in ({head[8:12]}, compatible if head[8:12] in _GENERAL_BRANDS else set()):
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIF_BRANDS:
            return "HEIF"
    return "HEIF" if head[8:12] in _GENERAL_BRANDS else ""
