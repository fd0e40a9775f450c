"""What is asked of the painter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
