"""A look at the numbers: what is all zero or no number is told, with what was looked at."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fluxtui.services.lora import LoraService
from fluxtui.services.lora.safetensors import header_of
from fluxtui.services.lora.sampling import MOST_BYTES_EACH, MOST_LAYERS, Sample, sampled
from fluxtui.services.threads import Stopped

GOOD = b"\x01\x3c"


@pytest.fixture
def written(
    make_weights: Callable[..., Path], pairs: Callable[..., Any], tmp_path: Path
) -> Callable[..., Path]:
    """Writes a LoRA of some layers whose halves are filled with given numbers."""

    def make(down: bytes, up: bytes, *, layers: int = 3, dtype: str = "BF16", ends: str = "A") -> Path:
        names = {f"single_blocks.{index}.linear2": (8, 8) for index in range(layers)}
        tensors = pairs(names, rank=4, ends=ends)
        each = {"BF16": 2, "F16": 2, "F32": 4, "F8_E4M3": 1}[dtype]
        content = b"".join((down if "A" in name else up) * (32 * each // len(up)) for name in tensors)
        return make_weights(
            tmp_path / "a.safetensors", tensors, dtypes=dict.fromkeys(tensors, dtype), content=content
        )

    return make


def look(path: Path) -> Sample:
    with path.open("rb") as file:
        return sampled(file, header_of(file, "a"), "a")


def test_good_numbers_are_nothing_to_tell(written: Callable[..., Path]) -> None:
    seen = look(written(GOOD, GOOD))
    assert seen == Sample(layers=3, of=3, zeros=0, broken=0)
    assert seen.fault() == ""


def test_a_half_that_is_zero_makes_no_change(written: Callable[..., Path]) -> None:
    assert look(written(GOOD, b"\0\0")).fault() == (
        "all its numbers are zero, so it changes nothing (looked at: 3 layers)"
    )


@pytest.mark.parametrize(
    ("dtype", "number"),
    [
        ("BF16", b"\xc0\x7f"),
        ("BF16", b"\x80\xff"),
        ("F16", struct.pack("<e", float("nan"))),
        ("F16", struct.pack("<e", float("-inf"))),
        ("F32", struct.pack("<f", float("inf"))),
        ("F8_E4M3", b"\x7f"),
    ],
)
def test_what_is_no_number_is_told(dtype: str, number: bytes, written: Callable[..., Path]) -> None:
    assert "NaN or infinity in 3 layers" in look(written(number, number, dtype=dtype)).fault()


@pytest.mark.parametrize(
    ("dtype", "number"),
    [("BF16", b"\x7f\x7f"), ("F16", struct.pack("<e", 65504)), ("F32", struct.pack("<f", 3.4e38))],
)
def test_the_largest_numbers_are_numbers(dtype: str, number: bytes, written: Callable[..., Path]) -> None:
    assert look(written(number, number, dtype=dtype)).fault() == ""


def test_only_some_of_many_layers_are_read_from_the_first_to_the_last(
    make_weights: Callable[..., Path], pairs: Callable[..., Any], tmp_path: Path
) -> None:
    names = {f"single_blocks.{index}.linear2": (600_000, 8) for index in range(200)}
    tensors = pairs(names, rank=1)
    path = make_weights(tmp_path / "a.safetensors", tensors)
    with path.open("rb") as file:
        header = header_of(file, "a")
        reads: list[tuple[int, int]] = []

        class Watched:
            def seek(self, at: int) -> int:
                return file.seek(at)

            def read(self, size: int) -> bytes:
                reads.append((file.tell(), size))
                return file.read(size)

        seen = sampled(Watched(), header, "a")  # type: ignore[arg-type]
    assert (seen.layers, seen.of, seen.zeros) == (MOST_LAYERS, 200, 0)
    assert len(reads) == 2 * MOST_LAYERS
    assert max(size for _, size in reads) == MOST_BYTES_EACH
    assert reads[-1][0] + 16 == header.size


async def test_a_file_that_was_filled_up_with_zeros_is_told(
    written: Callable[..., Path], loras: LoraService
) -> None:
    path = written(GOOD, GOOD, layers=10)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 640] + bytes(640))
    weights = await loras.take_in(path)
    assert weights.fault == (
        "only zeros in 5 layers, as in a file that did not come whole (looked at: 10 layers)"
    )
    assert (await loras.look(path)).fault == weights.fault


def test_a_look_can_be_stopped(written: Callable[..., Path]) -> None:
    stop = threading.Event()
    stop.set()
    path = written(GOOD, GOOD)
    with path.open("rb") as file, pytest.raises(Stopped):
        sampled(file, header_of(file, "a"), "a", stop)
