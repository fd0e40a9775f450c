"""The pictures of predictions: painted from acceptance on, kept until they are erased."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fluxtui.simulator.core.rendering import Renderer
from fluxtui.simulator.core.state import StateStore
from fluxtui.simulator.core.weights import TrainedWeights
from fluxtui.simulator.painter.order import Order
from fluxtui.simulator.replicate.catalogue import CUSTOM, SIZES
from fluxtui.simulator.replicate.jobs import SUCCEEDED, Job

FORMATS = {"webp": "webp", "jpg": "jpeg", "png": "png"}
"""Each `output_format` as everybody else calls it."""
MOST_SIDE = 1440
_STEP = 16
_MEGAPIXEL, _ULTRA_MEGAPIXELS = 1024 * 1024, 4.0
MATCHED = "match_input_image"
_STRONGEST = 2.0


def output_size(parameters: Mapping[str, Any], source: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return width and height in pixels, those of the `source` picture where it is the one to begin from.

    None where an aspect ratio of "custom" comes without both sides.
    """
    if source is not None and parameters.get("image"):
        scale = min(1.0, MOST_SIDE / max(source))
        return (_stepped(source[0] * scale), _stepped(source[1] * scale))
    shape = parameters.get("aspect_ratio", CUSTOM)
    if shape == CUSTOM:
        width, height = parameters["width"], parameters["height"]
        return (_raised(width), _raised(height)) if width and height else None
    if "megapixels" in parameters and shape in SIZES:
        width, height = SIZES[shape]
        return (width // 2, height // 2) if parameters["megapixels"] == "0.25" else (width, height)
    return _of_shape(parameters, shape, source)


def _of_shape(parameters: Mapping[str, Any], shape: str, source: tuple[int, int] | None) -> tuple[int, int]:
    """Return the pixels of a shape at the resolution that is asked for, chosen in our own way."""
    across, down = source if source is not None and shape == MATCHED else (1, 1)
    if shape != MATCHED:
        across, down = map(int, shape.split(":"))
    area = _MEGAPIXEL * _megapixels_asked(parameters, source)
    return (_stepped((area * across / down) ** 0.5), _stepped((area * down / across) ** 0.5))


def _megapixels_asked(parameters: Mapping[str, Any], source: tuple[int, int] | None) -> float:
    if "raw" in parameters:
        return _ULTRA_MEGAPIXELS
    asked = str(parameters.get("resolution") or parameters.get("output_megapixels") or "1").split(" ")[0]
    if asked != MATCHED:
        return float(asked)
    width, height = source or (1024, 1024)
    return min(4.0, max(0.5, width * height / _MEGAPIXEL))


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
        format_name=FORMATS[format_of(job)],
        parameters=job.parameters,
        inputs=inputs,
        pieces=pieces,
        strength=min(_STRONGEST, max((scale for _, scale in used), default=0.0)),
    )


MOST_OUTPUTS = 4


class PredictionPictures:
    """Orders pictures from the renderer that all services share."""

    def __init__(self, renderer: Renderer, store: StateStore, weights: TrainedWeights) -> None:
        self._renderer, self._store, self._weights = renderer, store, weights

    def begin(self, job: Job) -> None:
        """Start on the pictures of a prediction, unless it will not end well."""
        if job.outcome == SUCCEEDED:
            for number in pictures_of(job):
                self._renderer.begin(_picture_key(job, number), self._making(job, number))

    async def picture(self, job: Job, number: int) -> bytes:
        """Return a picture of a prediction that has succeeded."""
        return await self._renderer.picture(_picture_key(job, number), self._making(job, number))

    def _making(self, job: Job, number: int) -> _Making:
        return _Making(job, number, self._store, self._weights)

    async def forget(self, job: Job) -> None:
        """Delete what a prediction took in and painted."""
        for owner in (job.id, *(_picture_key(job, number) for number in range(MOST_OUTPUTS))):
            await asyncio.to_thread(self._store.forget_blobs, owner)


class _Making:
    """Makes the order of one picture, in the painter's thread."""

    def __init__(self, job: Job, number: int, store: StateStore, weights: TrainedWeights) -> None:
        self._job, self._number, self._store, self._weights = job, number, store, weights

    def __call__(self) -> Order:
        return order_of(self._job, self._number, self._store.blobs(self._job.id), self._weights)


def pictures_of(job: Job) -> list[int]:
    """Return the numbers of the pictures that a prediction delivers."""
    made = range(int(job.parameters.get("num_outputs", 1)))
    return [number for number in made if number not in job.dropped]


def format_of(job: Job) -> str:
    """Return the format of the pictures of a prediction; where none can be asked for, it is WebP here."""
    return str(job.parameters.get("output_format", "webp"))


def _picture_key(job: Job, number: int) -> str:
    return f"{job.id}-{number}"
