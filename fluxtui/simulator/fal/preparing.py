"""Works out, before a job is accepted, how it will go: what it reads, costs and shows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from fluxtui.simulator.core.hosting import Foundation
from fluxtui.simulator.core.weights import TrainedWeights, UnreadableWeightsError, hidden_size_of
from fluxtui.simulator.fal.dataset import RefusedDatasetError, read_dataset
from fluxtui.simulator.fal.endpoints import Generator, Trainer
from fluxtui.simulator.fal.errors import Failure, input_failure, problem
from fluxtui.simulator.fal.prices import picture_units, training_units
from fluxtui.simulator.fal.sizes import Size, picture_size, upscaled_size
from fluxtui.simulator.fal.validation import filled
from fluxtui.simulator.pictures import NoPictureError, decoded, is_web_address, opened

MOST_STRENGTH = 2.0
_MOST_PIECES = 8
_INPUT_NAMES = {
    "fill": ("image", "mask", "reference"),
    "depth": ("control_image",),
    "canny": ("control_image",),
    "deblur": ("image",),
}

Where = tuple[str | int, ...]


@dataclass(slots=True)
class Prepared:
    """A job before it is one. `failure` is what is wrong with its inputs, found out when it runs.

    `inputs` are its pictures by the painter's names, `pieces` the pictures that its LoRAs, or the LoRA that
    comes of it, show.
    """

    parameters: dict[str, Any]
    units: float = 0.0
    failure: Failure | None = None
    inputs: dict[str, bytes] = field(default_factory=dict)
    pieces: tuple[bytes, ...] = ()
    strength: float = 0.0
    size: Size | None = None


class _UnusableError(Exception):
    """An input cannot be used."""

    def __init__(self, kind: str, message: str, where: Where) -> None:
        super().__init__(message)
        self.failure = input_failure([problem(kind, message, *where)])


async def prepared_training(shared: Foundation, trainer: Trainer, body: dict[str, Any]) -> Prepared:
    """Read the ZIP of a valid training request."""
    parameters = filled(trainer, body)
    prepared = Prepared(parameters, training_units(trainer, parameters["steps"], 1))
    try:
        content = await _fetched(shared, parameters[trainer.archive], (trainer.archive,))
        caption = parameters.get(trainer.caption) if trainer.caption else None
        dataset = await asyncio.to_thread(read_dataset, trainer, content, caption)
        await _check_checkpoint(shared, trainer, parameters)
    except (_UnusableError, RefusedDatasetError) as error:
        prepared.failure = error.failure
        return prepared
    prepared.units = training_units(trainer, parameters["steps"], dataset.references)
    prepared.pieces = dataset.pieces
    return prepared


async def _check_checkpoint(shared: Foundation, trainer: Trainer, parameters: dict[str, Any]) -> None:
    """Raise _UnusableError for a LoRA to go on with that cannot be had, or is of another model."""
    address = parameters.get(trainer.checkpoint) if trainer.checkpoint else None
    if trainer.checkpoint is None or not address:
        return
    where = (trainer.checkpoint,)
    content = await _fetched(shared, address, where)
    try:
        hidden = await asyncio.to_thread(hidden_size_of, content)
    except UnreadableWeightsError as error:
        raise _UnusableError("value_error", f"The checkpoint could not be loaded: {error}.", where) from None
    if hidden != trainer.base.hidden:
        message = f"The checkpoint is for a model of width {hidden}, not {trainer.base.hidden}."
        raise _UnusableError("value_error", message, where)


async def prepared_picture(shared: Foundation, generator: Generator, body: dict[str, Any]) -> Prepared:
    """Fetch the input pictures and the LoRAs of a valid request."""
    prepared = Prepared(filled(generator, body))
    asked, count = prepared.parameters.get("image_size"), prepared.parameters.setdefault("num_images", 1)
    prepared.parameters.setdefault("sync_mode", False)
    prepared.parameters.setdefault("prompt", "")
    prepared.parameters.setdefault("output_format", generator.default_format)
    prepared.size = picture_size(asked, None)
    try:
        prepared.inputs = await _inputs(shared, generator, prepared.parameters)
        sizes = [await asyncio.to_thread(_size_of, content) for content in prepared.inputs.values()]
        prepared.size = picture_size(asked, sizes[0] if sizes else None)
        if (factor := prepared.parameters.get("upscale_factor")) is not None:
            prepared.size = upscaled_size(sizes[0], float(factor))
        loras = prepared.parameters.get("loras", [])
        prepared.pieces, prepared.strength = await _loras(shared, generator, loras)
    except _UnusableError as error:
        prepared.failure, sizes = error.failure, []
    pixels = prepared.size[0] * prepared.size[1]
    input_pixels = [width * height for width, height in sizes]
    prepared.units = picture_units(generator, pixels, count, input_pixels)
    return prepared


async def _fetched(shared: Foundation, url: str, where: Where) -> bytes:
    content = await shared.content_at(url)
    if content is None:
        raise _UnusableError("file_download_error", "The file could not be downloaded.", where)
    return content


async def _inputs(shared: Foundation, generator: Generator, parameters: dict[str, Any]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for order, name in enumerate(generator.inputs):
        value = parameters.pop(name)
        for position, text in enumerate(value if isinstance(value, list) else [value]):
            where: Where = (name, position) if isinstance(value, list) else (name,)
            names = _INPUT_NAMES.get(generator.job, ())
            key = names[order] if order < len(names) else f"{name}_{position:02}"
            found[key] = await _picture(shared, text, where)
    return found


async def _picture(shared: Foundation, text: str, where: Where) -> bytes:
    try:
        content = await _fetched(shared, text, where) if is_web_address(text) else decoded(text)
        await asyncio.to_thread(_size_of, content)
    except NoPictureError as error:
        raise _UnusableError("image_load_error", f"The image could not be loaded: {error}.", where) from None
    return content


def _size_of(content: bytes) -> Size:
    with opened(content) as picture:
        return picture.size


async def _loras(
    shared: Foundation, generator: Generator, loras: list[dict[str, Any]]
) -> tuple[tuple[bytes, ...], float]:
    """Return the pieces that the LoRAs show together, each in proportion to its scale, and how strongly."""
    styles: list[tuple[tuple[bytes, ...], float]] = []
    for position, lora in enumerate(loras):
        where = ("loras", position, "path")
        content = await _weights(shared, lora["path"], where)
        styles.append(
            await asyncio.to_thread(
                _style, shared.weights, generator, content, where, float(lora.get("scale", 1.0))
            )
        )
    total = sum(scale for _, scale in styles)
    if not total:
        return (), 0.0
    pieces: list[bytes] = []
    for own, scale in styles:
        pieces += own[: max(1, round(_MOST_PIECES * scale / total))] if scale else ()
    return tuple(pieces), min(MOST_STRENGTH, total)


async def _weights(shared: Foundation, path: str, where: Where) -> bytes | str:
    """Return the file at an address of the simulator's own; for any other the address itself."""
    return await _fetched(shared, path, where) if shared.serves(path) else path


def _style(
    trained: TrainedWeights, generator: Generator, content: bytes | str, where: Where, scale: float
) -> tuple[tuple[bytes, ...], float]:
    if isinstance(content, str):
        return trained.pieces_of(content.encode()), scale
    try:
        hidden = hidden_size_of(content)
    except UnreadableWeightsError as error:
        raise _UnusableError("value_error", f"The LoRA could not be loaded: {error}.", where) from None
    if hidden != generator.base.hidden:
        message = f"The LoRA is for a model of width {hidden}, not {generator.base.hidden}."
        raise _UnusableError("value_error", message, where)
    return trained.pieces_of(content), scale
