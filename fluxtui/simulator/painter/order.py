"""What is asked of the painter, and the chance that it has: the same order, the same picture."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One picture to paint. Two equal orders give the same bytes.

    `size` is width and height in pixels. `inputs` are the request's pictures by parameter name, `pieces` the
    training pictures of its finetune, both as encoded bytes; `strength` (0 to 2) is how much these show.
    """

    endpoint: str
    job: str
    prompt: str
    seed: int
    size: tuple[int, int]
    format_name: str = "jpeg"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    pieces: tuple[bytes, ...] = field(default=(), repr=False)
    strength: float = 0.0


def seeded(*parts: object) -> Random:
    """Return a generator that depends on nothing but `parts`."""
    text = "\x1f".join(str(part) for part in parts)
    return Random(hashlib.sha256(text.encode()).hexdigest())  # noqa: S311


def layout_chance(order: Order) -> Random:
    """Return the chance that lays the picture out: by endpoint, prompt and seed, not by finer settings."""
    return seeded("layout", order.endpoint, order.prompt, order.seed)


def detail_chance(order: Order) -> Random:
    """Return the chance of fine detail, which every parameter changes."""
    return seeded("detail", order.endpoint, order.seed, order.size, sorted(order.parameters.items()))
