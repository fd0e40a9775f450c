"""Seeds that are drawn, so that each picture can be made again."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from typing import Any

from fluxtui.domain.endpoint import Field, GenerationEndpoint, fields_of

SEED_LIMIT = 2**32
"""Seeds are drawn below this where a field names no lower maximum."""


def drawn_seed(field: Field) -> int:
    """Return a seed that a field takes, drawn at random."""
    least, limit = int(field.minimum or 0), SEED_LIMIT if field.maximum is None else int(field.maximum) + 1
    # Not a secret: the seed is shown and kept with the picture.
    return random.randrange(least, limit)  # noqa: S311


def seeds_for(endpoint: type[GenerationEndpoint], given: Any, count: int) -> Sequence[int | None]:
    """Return a seed for each picture: the given one and those after it, or random ones."""
    if not endpoint.takes_seed():
        return [None] * count
    field = next(field for field in fields_of(endpoint) if field.name == "seed")
    least, maximum = int(field.minimum or 0), field.maximum
    seeds = (SEED_LIMIT if maximum is None else int(maximum) + 1) - least
    if given is None:
        return [least + secrets.randbelow(min(seeds, SEED_LIMIT)) for _ in range(count)]
    following = range(int(given), int(given) + count)
    return list(following) if maximum is None else [least + (seed - least) % seeds for seed in following]
