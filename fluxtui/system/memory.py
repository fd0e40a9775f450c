"""What the C library does with memory that is free: it should not keep what the program once needed."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters of `mallopt`, as `malloc.h` of glibc 2.36 numbers them (read 2026-12-01)."""
ALONE_BYTES: Final = 128 * 1024
"""What is larger has pages of its own, which go when it does; glibc would learn from every larger one."""
AT_HAND_BYTES: Final = 32 * 1024 * 1024
"""The largest block that may lie in the heap: half of its own heaps is the most that glibc takes."""
_MOST_AT_HAND: Final = 256 * 1024 * 1024
"""Bytes at the end of the heap that are kept for what comes next."""


class _Heap:
    """What is set for all threads of the process."""

    def __init__(self) -> None:
        self.is_together = False
        self.at_hand = 0
        self.lock = threading.Lock()


_heap = _Heap()


def keep_memory_together() -> None:
    """Let all threads share one heap, and give back what is free, where the C library can.

    Each thread of glibc's has a heap of its own otherwise, with holes where pictures were. To be called
    before there are threads.
    """
    _heap.is_together = True
    _set_options((_ARENA_MAX, 1), (_MMAP_THRESHOLD, ALONE_BYTES), (_TRIM_THRESHOLD, ALONE_BYTES))


@contextmanager
def memory_at_hand() -> Iterator[None]:
    """Keep what is freed meanwhile for what comes next, where `keep_memory_together` gave it back at once.

    Work on many pictures asks for the same large blocks again and again, and to get their pages from the
    system each time takes a seventh of it. At the end all that is free is given back.
    """
    with _heap.lock:
        _heap.at_hand += 1
        if _heap.is_together and _heap.at_hand == 1:
            _set_options((_MMAP_THRESHOLD, AT_HAND_BYTES), (_TRIM_THRESHOLD, _MOST_AT_HAND))
    try:
        yield
    finally:
        with _heap.lock:
            _heap.at_hand -= 1
            is_over = _heap.is_together and not _heap.at_hand
            if is_over:
                _set_options((_MMAP_THRESHOLD, ALONE_BYTES), (_TRIM_THRESHOLD, ALONE_BYTES))
        if is_over:
            give_back_memory()


def give_back_memory() -> None:
    """Give what is free to the system, where the C library can: glibc keeps it otherwise."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _set_options(*options: tuple[int, int]) -> None:
    with suppress(OSError, AttributeError):
        set_option = ctypes.CDLL(None).mallopt
        for option, value in options:
            set_option(option, value)
