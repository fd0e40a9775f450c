"""Ids for jobs, batches and pictures."""

from __future__ import annotations

import time
import uuid


def new_id() -> str:
    """Return a new unique id of 32 hexadecimal digits; later ones sort after earlier ones (1 ms apart)."""
    return f"{time.time_ns() // 1_000_000:012x}{uuid.uuid4().hex[:20]}"
