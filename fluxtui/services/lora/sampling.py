"""A look at the numbers of a LoRA: whether they are all zero, or no numbers at all.

Bounded, since a file may have gigabytes: of at most `MOST_LAYERS` layers, spread over the file, the first
`MOST_BYTES_EACH` of each tensor are read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import BinaryIO

from fluxtui.domain.errors import WeightsError
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.lora.layers import change_of
from fluxtui.services.lora.safetensors import Header, Tensor
from fluxtui.services.threads import Stopped
from fluxtui.system.dataclass import dataclass

MOST_LAYERS = 48
MOST_BYTES_EACH = 1 << 18

_WHOLE = ("lokr", "diff")
"""Ways of writing in which a tensor without a side is a factor of the change, or all of it."""
_HIGH_EXPONENT = bytes((0x7F, 0xFF))
_HALF_SPECIAL = bytes(sign | rest for sign in (0x00, 0x80) for rest in range(0x7C, 0x80))


@dataclass(frozen=True)
class Sample:
    """What a look at the numbers showed.

    Attributes:
        layers: how many layers were looked at.
        of: how many the file changes.
        zeros: how many of those looked at are left as they are, since a half of their change is zero.
        broken: how many of those looked at have something that is no number, or infinite.
    """

    layers: int
    of: int
    zeros: int
    broken: int

    def fault(self) -> str:
        """Return what is wrong as a clause that says what was looked at, or `''`."""
        seen = plural(self.layers, "layer")
        looked = f"looked at: {seen}" if self.layers == self.of else f"looked at: {seen} of {self.of:,}"
        if self.broken:
            return f"NaN or infinity in {plural(self.broken, 'layer')}, so pictures will be black ({looked})"
        if self.zeros and self.zeros == self.layers:
            return f"all its numbers are zero, so it changes nothing ({looked})"
        if self.zeros:
            empty = plural(self.zeros, "layer")
            return f"only zeros in {empty}, as in a file that did not come whole ({looked})"
        return ""


def sampled(file: BinaryIO, header: Header, name: str, stop: threading.Event | None = None) -> Sample:
    """Look at the numbers of some layers of an open file, in the order of the file.

    Args:
        file: opened for reading bytes.
        header: of this file.
        name: what a message calls the file.
        stop: ends the work.

    Raises:
        WeightsError: the file cannot be read.
        Stopped: `stop` was set.
    """
    layers = _by_layer(header.tensors)
    chosen = _spread(layers)
    start = header.size - max((tensor.end for tensor in header.tensors), default=0)
    zeros = broken = 0
    for tensors in chosen:
        if stop is not None and stop.is_set():
            raise Stopped
        contents = [
            (_content(file, start + tensor.start, min(tensor.size, MOST_BYTES_EACH), name), tensor.dtype)
            for tensor in tensors
        ]
        zeros += any(not any(content) for content, _ in contents)
        broken += any(_has_no_number(content, dtype) for content, dtype in contents)
    return Sample(len(chosen), len(layers), zeros, broken)


def _by_layer(tensors: Sequence[Tensor]) -> list[list[Tensor]]:
    """Return the tensors whose product or sum is the change, by the layer that they change."""
    found: dict[str, list[Tensor]] = {}
    for tensor in tensors:
        change = change_of(tensor.name)
        if change is not None and tensor.size and (change.side is not None or change.kind in _WHOLE):
            found.setdefault(change.module, []).append(tensor)
    return list(found.values())


def _spread(layers: Sequence[list[Tensor]]) -> list[list[Tensor]]:
    if len(layers) <= MOST_LAYERS:
        return list(layers)
    # The last one too, which is missing first.
    last = len(layers) - 1
    return [layers[index * last // (MOST_LAYERS - 1)] for index in range(MOST_LAYERS)]


def _content(file: BinaryIO, at: int, size: int, name: str) -> bytes:
    try:
        file.seek(at)
        return file.read(size)
    except OSError as error:
        why = safe_text(error.strerror)
        raise WeightsError(f"{safe_text(name, limit=120)} cannot be read: {why}.") from error


def _has_no_number(content: bytes, dtype: str) -> bool:
    look = _LOOKS.get(dtype)
    return look is not None and look(content)


def _in_half(content: bytes) -> bool:
    high = content[1::2]
    return len(high.translate(None, _HALF_SPECIAL)) != len(high)


def _in_wide(bytes_each: int, least: int) -> Callable[[bytes], bool]:
    """Return a look for an exponent of ones: in the high byte, and from `least` on in the one below it."""

    def look(content: bytes) -> bool:
        high, below = content[bytes_each - 1 :: bytes_each], content[bytes_each - 2 :: bytes_each]
        if len(high.translate(None, _HIGH_EXPONENT)) == len(high):
            return False
        return any(top & 0x7F == 0x7F and next_ >= least for top, next_ in zip(high, below, strict=False))

    return look


def _in_byte(special: bytes) -> Callable[[bytes], bool]:
    return lambda content: len(content.translate(None, special)) != len(content)


_LOOKS: dict[str, Callable[[bytes], bool]] = {
    "F16": _in_half,
    "BF16": _in_wide(2, 0x80),
    "F32": _in_wide(4, 0x80),
    "F64": _in_wide(8, 0xF0),
    "F8_E4M3": _in_byte(_HIGH_EXPONENT),
    "F8_E5M2": _in_byte(_HALF_SPECIAL),
}
"""How a number that is none, or infinite, looks in each kind that has them; little endian."""
