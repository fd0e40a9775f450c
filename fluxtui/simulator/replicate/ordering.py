"""Turns an accepted prediction into orders for the painter, one for each of its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxtui.simulator.core.weights import TrainedWeights
from fluxtui.simulator.painter.order import Order
from fluxtui.simulator.replicate.catalogue import CUSTOM, SIZES
from fluxtui.simulator.replicate.jobs import Job

FORMATS = {"webp": "webp", "jpg": "jpeg", "png": "png"}
"""Each `output_format` as everybody else calls it."""
MOST_SIDE = 1440
_STEP = 16
_STRONGEST = 2.0


def output_size(parameters: Mapping[str, Any], source: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return width and height in pixels, those of the `source` picture where there is one.

    None where an aspect ratio of "custom" comes without both sides.
    """
    if source is not None:
        scale = min(1.0, MOST_SIDE / max(source))
        return (_stepped(source[0] * scale), _stepped(source[1] * scale))
    if parameters["aspect_ratio"] == CUSTOM:
        width, height = parameters["width"], parameters["height"]
        return (_raised(width), _raised(height)) if width and height else None
    width, height = SIZES[parameters["aspect_ratio"]]
    return (width // 2, height // 2) if parameters["megapixels"] == "0.25" else (width, height)


def _stepped(side: float) -> int:
    return max(_STEP, round(side / _STEP) * _STEP)


def _raised(side: int) -> int:
    return -(-side // _STEP) * _STEP


def order_of(job: Job, number: int, inputs: Mapping[str, bytes], weights: TrainedWeights) -> Order:
    """Return the order for picture `number` of a prediction with its `inputs`. Call it in a thread."""
    if job.size is None:
        raise ValueError(f"Job {job.id} makes no picture.")
    used = [(name, scale) for name, scale in job.loras if scale > 0]
    pieces = tuple(piece for name, _ in used for piece in weights.pieces_named(name))
    return Order(
        endpoint=job.model,
        job=("fill" if "mask" in inputs else "edit") if inputs else "create",
        prompt=str(job.parameters["prompt"]),
        seed=job.seed + number,
        size=job.size,
        format_name=FORMATS[job.parameters["output_format"]],
        parameters=job.parameters,
        inputs=inputs,
        pieces=pieces,
        strength=min(_STRONGEST, max((scale for _, scale in used), default=0.0)),
    )
