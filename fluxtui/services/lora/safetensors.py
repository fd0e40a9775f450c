"""What a safetensors file says of itself, checked completely; its weights are never loaded.

The format and its bounds are those of the reference implementation (`tensor.rs` in huggingface/safetensors,
read 2026-11): a length of 8 bytes, little endian; a JSON object of at most 100 MB; then the weights, without
holes, to the last byte.
"""

from __future__ import annotations

import math
import os
from dataclasses import field
from pathlib import Path
from typing import BinaryIO

from fluxtui.domain.errors import WeightsError
from fluxtui.domain.text import file_size, safe_text
from fluxtui.services.lora.foreign import LOOKED_AT_BYTES, foreign_kind
from fluxtui.services.lora.header_text import HeaderText, Malformed
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import NotAFile, open_ordinary

MOST_HEADER_BYTES = 100_000_000
MOST_TENSORS = 50_000
"""A LoRA has some hundreds to some thousands."""
MOST_NAME_CHARACTERS = 1_000
MOST_DIMENSIONS = 16
MOST_METADATA = 10_000
MOST_VALUE_CHARACTERS = 4_000
"""Of a value in the metadata; the rest of a longer one is left out."""

_LENGTH_BYTES = 8
_METADATA = "__metadata__"
_BITS = {
    "F4": 4,
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 16),
    **dict.fromkeys(("I32", "U32", "F32"), 32),
    **dict.fromkeys(("I64", "U64", "F64", "C64"), 64),
}


class ForeignFile(WeightsError):
    """A file of another kind; `is_note` tells that it only says why there is none, such as a web page."""

    def __init__(self, message: str, *, next_step: str | None = None, is_note: bool = False) -> None:
        super().__init__(message, next_step=next_step)
        self.is_note = is_note


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its name, the format's word for its numbers, its shape, and its bytes after the header."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.end - self.start


@dataclass(frozen=True)
class Header:
    """A whole header: the tensors in the order of the file, what the maker wrote, and the file's bytes.

    Names and metadata are as they came, not yet harmless.
    """

    tensors: tuple[Tensor, ...]
    metadata: dict[str, str] = field(default_factory=dict)
    size: int = 0


def read_header(path: Path) -> Header:
    """Return the header of a file, in which every byte of the file is accounted for.

    Raises:
        WeightsError: it cannot be read, or is not a whole safetensors file.
    """
    with open_weights(path) as file:
        return header_of(file, path.name)


def open_weights(path: Path) -> BinaryIO:
    """Open an ordinary file for reading. Raises `WeightsError`."""
    shown = safe_text(path, limit=200)
    try:
        return open_ordinary(path)
    except NotAFile:
        what = "a folder" if os.path.isdir(path) else "not a file"
        raise WeightsError(f"{shown} is {what}.", next_step="Name the .safetensors file itself.") from None
    except FileNotFoundError:
        raise WeightsError(f"{shown} does not exist.") from None
    except OSError as error:
        raise WeightsError(f"{shown} cannot be read: {safe_text(error.strerror)}.") from error


def header_of(file: BinaryIO, name: str) -> Header:
    """Return the header of an open file like `read_header`; `name` is what a message calls it."""
    shown = safe_text(name, limit=120)
    try:
        size = os.fstat(file.fileno()).st_size
        file.seek(0)
        text = _header_text(file, size)
    except OSError as error:
        raise WeightsError(f"{shown} cannot be read: {safe_text(error.strerror)}.") from error
    except Malformed as error:
        raise _refusal(shown, error, file) from None
    try:
        tensors, metadata = _parsed(text)
        _check_layout(tensors, size - _LENGTH_BYTES - len(text))
    except Malformed as error:
        raise _refusal(shown, error) from None
    return Header(tensors, metadata, size)


def _refusal(shown: str, error: Malformed, file: BinaryIO | None = None) -> WeightsError:
    foreign = None if file is None else foreign_kind(_beginning(file))
    if foreign is not None:
        return ForeignFile(
            f"{shown} is no safetensors file: it is {foreign.words}.",
            next_step=foreign.next_step,
            is_note=foreign.is_note,
        )
    return WeightsError(f"{shown} is not a whole safetensors file: {error}.", next_step=error.next_step)


def _beginning(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(LOOKED_AT_BYTES)


def _header_text(file: BinaryIO, size: int) -> bytes:
    length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
    first = file.read(1)
    if size < _LENGTH_BYTES + 2:
        raise Malformed("it is far too short")
    if not 0 < length <= MOST_HEADER_BYTES or first != b"{":
        raise Malformed("it does not begin like one")
    if _LENGTH_BYTES + length > size:
        raise Malformed("it ends in the middle of its header")
    text = first + file.read(length - 1)
    if len(text) != length:
        raise Malformed("it ends in the middle of its header")
    return text


def _parsed(text: bytes) -> tuple[tuple[Tensor, ...], dict[str, str]]:
    reader = HeaderText(text)
    tensors: dict[str, Tensor] = {}
    metadata: dict[str, str] | None = None
    for name in reader.keys():  # noqa: SIM118
        if name == _METADATA:
            if metadata is not None:
                raise Malformed("its header has metadata twice")
            metadata = {} if reader.took_null() else _metadata(reader)
            continue
        if name in tensors:
            raise Malformed(f"its header has the layer {safe_text(name, limit=80)} twice")
        if len(tensors) == MOST_TENSORS:
            raise Malformed(f"it has more than {MOST_TENSORS:,} layers")
        if len(name) > MOST_NAME_CHARACTERS:
            raise Malformed("the name of a layer is far too long")
        tensors[name] = _tensor(reader, name)
    reader.end()
    if not tensors:
        raise Malformed("there are no weights in it")
    return tuple(sorted(tensors.values(), key=lambda tensor: (tensor.start, tensor.end))), metadata or {}


def _metadata(reader: HeaderText) -> dict[str, str]:
    found: dict[str, str] = {}
    for key in reader.keys():  # noqa: SIM118
        if key in found:
            raise Malformed(f"its metadata has {safe_text(key, limit=80)} twice")
        if len(found) == MOST_METADATA or len(key) > MOST_NAME_CHARACTERS:
            raise Malformed("its metadata is far too large")
        found[key] = _metadata_value(reader, key)[:MOST_VALUE_CHARACTERS]
    return found


def _metadata_value(reader: HeaderText, key: str) -> str:
    if not reader.has_string():
        shown = safe_text(key, limit=80)
        raise Malformed(
            f"its metadata has what is not a text under {shown}, which the format does not allow and "
            "services refuse",
            next_step="Let the program that made it write texts there, or none.",
        )
    return reader.string()


def _tensor(reader: HeaderText, name: str) -> Tensor:
    shown = safe_text(name, limit=80)
    dtype: str | None = None
    shape: tuple[int, ...] | None = None
    offsets: tuple[int, ...] | None = None
    for key in reader.keys():  # noqa: SIM118
        if key == "dtype" and dtype is None:
            dtype = reader.string()
        elif key == "shape" and shape is None:
            shape = reader.numbers(MOST_DIMENSIONS)
        elif key == "data_offsets" and offsets is None:
            offsets = reader.numbers(2)
        else:
            raise Malformed(f"the entry of its layer {shown} is not understood")
    if dtype is None or shape is None or offsets is None or len(offsets) != 2:
        raise Malformed(f"the entry of its layer {shown} is incomplete")
    if dtype not in _BITS:
        raise Malformed(f"the numbers of its layer {shown} are of an unknown kind")
    start, end = offsets
    if end < start or math.prod(shape) * _BITS[dtype] != (end - start) * 8:
        raise Malformed(f"the size of its layer {shown} contradicts its shape")
    return Tensor(name, dtype, shape, start, end)


def _check_layout(tensors: tuple[Tensor, ...], data_bytes: int) -> None:
    reached = 0
    for tensor in tensors:
        if tensor.start != reached:
            shown = safe_text(tensor.name, limit=80)
            raise Malformed(f"there is a hole before its layer {shown}, or another layer in its place")
        reached = tensor.end
    if reached > data_bytes:
        raise Malformed(f"{file_size(reached - data_bytes)} of its end are missing")
    if reached < data_bytes:
        raise Malformed(f"there are {file_size(data_bytes - reached)} too many at its end")
