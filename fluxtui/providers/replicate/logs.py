"""What a prediction prints at Replicate besides how far it is: the seed that it used."""

from __future__ import annotations

import re
from typing import Any

from fluxtui.providers.reading import as_whole

_SEED = re.compile(r"^Using seed: (\d{1,20})\s*$", re.MULTILINE)


def seed_in(logs: Any) -> int | None:
    """Return the seed that a prediction says it used, or None."""
    match = _SEED.search(logs) if isinstance(logs, str) else None
    return None if match is None else as_whole(int(match[1]))
