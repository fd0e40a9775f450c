"""What a file is that does not begin like a safetensors file, told by its first bytes; nothing of it is run.

Marks: those of the formats' own descriptions, and Git LFS's specification of its pointers (read 2026-11).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from fluxtui.domain.text import file_size, safe_text
from fluxtui.system.dataclass import dataclass

LOOKED_AT_BYTES = 4_096
"""From the beginning of a file; a tar and a pickle in a ZIP show within these what they are."""

_TAR_MARK = slice(257, 262)
_LFS = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\b.*?(?:\nsize (\d{1,18})\n|$)", re.DOTALL)
_TITLE = re.compile(rb"<title[^>]{0,100}>([^<]{1,200})", re.IGNORECASE)
_PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
_FETCH_AGAIN = "Fetch the file itself again; a page in its place mostly means that the site wants a login."
UNPACK = "Unpack it, and take in the .safetensors file that is in it."
_CONVERT = (
    "Fetch its .safetensors instead, or convert it with the program that made it, "
    "if you trust where it is from."
)


@dataclass(frozen=True)
class Foreign:
    """What a file is, to stand after `it is`, and what helps.

    Attributes:
        words: such as `a web page`.
        next_step: a sentence.
        is_note: it stands for something else, such as a page that says why there is no file.
    """

    words: str
    next_step: str = UNPACK
    is_note: bool = False


def foreign_kind(start: bytes) -> Foreign | None:
    """Return what a file is by its first `LOOKED_AT_BYTES`, or None where that is not told."""
    for look in _LOOKS:
        if (found := look(start)) is not None:
            return found
    return None


def is_archive(start: bytes, name: str) -> bool:
    """Tell whether a file is a tar, plain or packed, or a ZIP that may have a LoRA in it."""
    if is_zip(start):
        return b"data.pkl" not in start
    is_tar = start[_TAR_MARK] == b"ustar" or name.lower().endswith(".tar")
    # A tar may be older than the mark; a safetensors file is not taken for one whatever it is called.
    return start.startswith((b"\x1f\x8b", b"BZh")) or (is_tar and start[8:9] != b"{")


def is_zip(start: bytes) -> bool:
    """Tell whether a file is a ZIP."""
    return start.startswith(b"PK\x03\x04")


def _empty(start: bytes) -> Foreign | None:
    return None if start else Foreign("empty", "Fetch it again: nothing of it has come.")


def _pointer(start: bytes) -> Foreign | None:
    match = _LFS.match(start)
    if match is None:
        return None
    size = f" of {file_size(int(match[1]))}" if match[1] else ""
    return Foreign(
        f"only a pointer of Git LFS to a file{size}",
        "Run git lfs pull where you cloned it, or download the file itself.",
        is_note=True,
    )


def _page(start: bytes) -> Foreign | None:
    if _PAGE.match(start) is None:
        return None
    title = _TITLE.search(start)
    named = f" with the title “{_shown(title[1])}”" if title else ""
    return Foreign(f"a web page{named}", _FETCH_AGAIN, is_note=True)


def _answer(start: bytes) -> Foreign | None:
    text = start.lstrip()
    if text.startswith(b"<?xml"):
        return Foreign("an answer of a server in XML", _FETCH_AGAIN, is_note=True)
    if not text.startswith((b"{", b"[")):
        return None
    said = _said(text)
    return Foreign(f"a JSON text{f' that says “{said}”' if said else ''}", _FETCH_AGAIN, is_note=True)


def _said(text: bytes) -> str:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(content, dict):
        return ""
    told = (content.get(key) for key in ("message", "error", "detail"))
    return next((safe_text(one, limit=120) for one in told if isinstance(one, str) and one), "")


def _pickle(start: bytes) -> Foreign | None:
    old = len(start) > 1 and start[0] == 0x80 and start[1] in range(2, 6)
    if old or (is_zip(start) and b"data.pkl" in start):
        words = "a PyTorch file (a pickle), which is never opened here, since opening one can run a program"
        return Foreign(words, _CONVERT)
    return None


def _marked(start: bytes) -> Foreign | None:
    return next((kind for mark, kind in _MARKS if start.startswith(mark)), None)


_OTHER_FILE = "Choose the .safetensors file of a LoRA."
_MARKS = (
    (b"GGUF", Foreign("a GGUF file, which holds a whole model and no LoRA for these services", _OTHER_FILE)),
    (b"7z\xbc\xaf\x27\x1c", Foreign("a 7z archive")),
    (b"Rar!\x1a\x07", Foreign("a RAR archive")),
    (b"\xfd7zXZ", Foreign("a file packed by xz")),
    (b"\x28\xb5\x2f\xfd", Foreign("a file packed by Zstandard")),
    (b"\x89HDF\r\n", Foreign("an HDF5 file", _CONVERT)),
    (b"\x93NUMPY", Foreign("an array of NumPy", _CONVERT)),
    (b"\x89PNG\r\n", Foreign("a picture", _OTHER_FILE)),
    (b"\xff\xd8\xff", Foreign("a picture", _OTHER_FILE)),
    (b"%PDF", Foreign("a PDF", _OTHER_FILE)),
)


def _text(start: bytes) -> Foreign | None:
    # A safetensors file begins with a length, of which the last bytes are always zero.
    if b"\0" in start:
        return None
    try:
        start[:-4].decode()
    except UnicodeDecodeError:
        return None
    return Foreign(f"a text that begins with “{_shown(start[:60])}”", _FETCH_AGAIN, is_note=True)


def _shown(raw: bytes) -> str:
    return safe_text(raw.decode(errors="replace"), limit=60).strip()


_LOOKS: tuple[Callable[[bytes], Foreign | None], ...] = (
    *(_empty, _pointer, _page, _answer, _pickle, _marked, _text),
)
