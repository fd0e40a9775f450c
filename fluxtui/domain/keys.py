"""What the keys of services look like, so that they can be taken out of any text."""

from __future__ import annotations

import re

# Sources: BFL dashboard, fal.ai client (`<key id>:<secret>`) and Replicate HTTP reference, read 2026-11.
_KEYS = re.compile(
    r"\bbfl_[A-Za-z0-9_-]{8,}"
    r"|\br8_[A-Za-z0-9_-]{8,}"
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}:[0-9a-f]{16,}",
    re.IGNORECASE,
)


def without_keys(text: str, instead: str) -> str:
    """Return `text` with `instead` in the place of whatever looks like a key of BFL, fal.ai or Replicate."""
    return _KEYS.sub(instead, text)
