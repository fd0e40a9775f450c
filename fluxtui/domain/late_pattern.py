"""Patterns that are compiled when first used: at the start most of them are only defined."""

from __future__ import annotations

import re
from typing import Any, cast


def late_pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that `re.compile` is asked for when a method of it is first called.

    It can be called like a pattern, but is not one that the functions of `re` take.
    """
    return cast("re.Pattern[str]", _LatePattern(source, flags))


class _LatePattern:
    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._source, self._flags), name)
        # Found in the instance from now on.
        setattr(self, name, value)
        return value
