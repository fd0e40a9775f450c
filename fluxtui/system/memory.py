"""What the C library does with memory that is free: it should not keep what the program once needed."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters of `mallopt`, as `malloc.h` of glibc 2.36 numbers them (read 2026-12-01)."""
ALONE_BYTES: Final = 128 * 1024
"""What is larger has pages of its own, which go when it does; glibc would learn from every larger one."""


def keep_memory_together() -> None:
    """Let all threads share one heap, and give back what is free, where the C library can.

    Each thread of glibc's has a heap of its own otherwise, with holes where pictures were. To be called
    before there are threads.
    """
    with suppress(OSError, AttributeError):
        set_option = ctypes.CDLL(None).mallopt
        for option, value in (
            (_ARENA_MAX, 1),
            (_MMAP_THRESHOLD, ALONE_BYTES),
            (_TRIM_THRESHOLD, ALONE_BYTES),
        ):
            set_option(option, value)


def give_back_memory() -> None:
    """Give what is free to the system, where the C library can: glibc keeps it otherwise."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
