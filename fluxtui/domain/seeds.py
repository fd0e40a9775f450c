"""Seeds that are drawn."""

from __future__ import annotations

import random

from fluxtui.domain.endpoint import Field

SEED_LIMIT = 2**32
"""Seeds are drawn below this where a field names no maximum."""


def drawn_seed(field: Field) -> int:
    """Return a seed that a field takes, drawn at random."""
    limit = SEED_LIMIT if field.maximum is None else int(field.maximum) + 1
    # Not a secret: the seed is shown and kept with the picture.
    return random.randrange(limit)  # noqa: S311
