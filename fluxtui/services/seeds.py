"""Seeds for pictures, so that each one can be made again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from fluxtui.domain.endpoint import GenerationEndpoint, fields_of

SEEDS = 2**32
"""Our own seeds are drawn below this number."""


def seeds_for(endpoint: type[GenerationEndpoint], given: Any, count: int) -> Sequence[int | None]:
    """Return a seed for each picture: the given one and those after it, or random ones."""
    if not endpoint.takes_seed():
        return [None] * count
    maximum = next(field.maximum for field in fields_of(endpoint) if field.name == "seed")
    seeds = SEEDS if maximum is None else int(maximum) + 1
    if given is None:
        return [secrets.randbelow(min(seeds, SEEDS)) for _ in range(count)]
    following = range(int(given), int(given) + count)
    return list(following) if maximum is None else [seed % seeds for seed in following]
