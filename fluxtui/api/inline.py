"""Results in a form of their own: in the answer itself as base64, or compressed as a whole."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from pathlib import Path
from urllib.parse import unquote_to_bytes

from fluxtui.api.answers import Downloaded
from fluxtui.api.failures import cannot_write
from fluxtui.api.limits import DownloadLimits
from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.text import file_size, safe_text
from fluxtui.imaging.kinds import kind_of, other_kind
from fluxtui.system.ordinary_files import open_ordinary
from fluxtui.system.private_files import create_anew

_DATA = "data:"
_BASE64 = re.compile(r"[A-Za-z0-9+/_\s-]{32,}={0,2}\s*")
_LOOKED_AT = 64
_GZIP_HEAD = b"\x1f\x8b\x08"
_GZIP_OR_ZLIB = 47
_PIECE = 1024 * 1024


def is_inline(address: str) -> bool:
    """Tell whether an address is the result itself: a data URI, or a picture as base64."""
    if address[: len(_DATA)].lower() == _DATA:
        return True
    head = address[:_LOOKED_AT].strip()
    if len(head) < 32 or not _BASE64.fullmatch(head):
        return False
    start = _decoded(head[: len(head) // 4 * 4])
    return bool(kind_of(start) or other_kind(start))


def saved_inline(address: str, target: Path, limits: DownloadLimits) -> Downloaded:
    """Write what an inline result holds into the file `target`.

    Raises:
        UnexpectedAnswer: it cannot be decoded, or is larger than the limits allow.
        StorageError: the file cannot be written.
    """
    kind, encoded, data = "", True, address
    if address[: len(_DATA)].lower() == _DATA:
        about, comma, data = address[len(_DATA) :].partition(",")
        kind, *options = about.split(";")
        encoded = any(option.strip().lower() == "base64" for option in options)
        if not comma:
            raise UnexpectedAnswer("The result came within the answer and is not complete.")
    if len(data) > 4 * limits.max_bytes:
        raise _too_large(limits)
    content = (
        _decoded(unquote_to_bytes(data).decode("ascii", "replace")) if encoded else unquote_to_bytes(data)
    )
    if not content:
        raise UnexpectedAnswer("The result came within the answer and cannot be decoded.")
    if len(content) > limits.max_bytes:
        raise _too_large(limits)
    try:
        with create_anew(target) as file:
            file.write(content)
    except OSError as error:
        raise cannot_write(error) from None
    return Downloaded(len(content), safe_text(kind, limit=80))


def unpacked_in_place(path: Path, size: int, limits: DownloadLimits) -> int:
    """Unpack a file that is compressed with gzip as a whole, by its first bytes; any other stays as it is.

    Args:
        path: the file.
        size: in bytes.
        limits: it may not become larger than these allow.

    Returns:
        The size of the file now. One that does not unpack stays as it came.

    Raises:
        StorageError: the file cannot be read or written.
    """
    unpacked = path.with_name(f"{path.name}.unpacked")
    try:
        with open_ordinary(path) as packed:
            if packed.read(len(_GZIP_HEAD)) != _GZIP_HEAD:
                return size
            packed.seek(0)
            with create_anew(unpacked) as file:
                decoder, written = zlib.decompressobj(_GZIP_OR_ZLIB), 0
                piece = packed.read(_PIECE)
                while piece and not decoder.eof:
                    content = decoder.decompress(piece, _PIECE)
                    written += len(content)
                    if written > limits.max_bytes:
                        return size
                    file.write(content)
                    piece = decoder.unconsumed_tail or packed.read(_PIECE)
                if not decoder.eof:
                    return size
        unpacked.replace(path)
    except zlib.error:
        return size
    except OSError as error:
        raise cannot_write(error) from None
    finally:
        unpacked.unlink(missing_ok=True)
    return written


def _decoded(text: str) -> bytes:
    """Return what base64 stands for, in either alphabet, with or without padding; nothing if it is none."""
    plain = "".join(text.split()).translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _too_large(limits: DownloadLimits) -> UnexpectedAnswer:
    most = file_size(limits.max_bytes)
    return UnexpectedAnswer(f"The result is larger than {most}, so it was not saved.", retryable=False)
