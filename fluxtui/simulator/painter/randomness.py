"""Repeatable chance: the same order, the same picture."""

from __future__ import annotations

import hashlib
from random import Random

from fluxtui.simulator.painter.order import Order


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
