"""The files that a job of fal leaves: names, orders for the painter, a black picture where it must be."""

from __future__ import annotations

import json
from collections.abc import Mapping

from PIL import Image

from fluxtui.simulator.fal.catalogue import endpoints
from fluxtui.simulator.fal.endpoints import Generator
from fluxtui.simulator.fal.jobs import FalJob
from fluxtui.simulator.painter.order import Order
from fluxtui.simulator.pictures import encoded

WEIGHTS_FILE = "pytorch_lora_weights.safetensors"
CONFIG_FILE = "config.json"
PIECE = "piece-"
INPUT = "input-"
_CANNY = {"canny_low_threshold": 50, "canny_high_threshold": 200}


def order_of(job: FalJob, number: int, blobs: Mapping[str, bytes]) -> Order:
    """Return the order for one picture of `job`; `blobs` holds its input pictures and pieces."""
    generator = endpoints()[job.endpoint]
    if not isinstance(generator, Generator) or job.size is None:
        raise ValueError(f"Job {job.id} makes no pictures.")
    plain = {name: value for name, value in job.parameters.items() if name not in ("loras", "image_size")}
    return Order(
        endpoint=job.endpoint,
        job=generator.job if job.inputs else "create",
        prompt=job.parameters["prompt"],
        seed=job.seed + number,
        size=job.size,
        format_name=_pillow_name(job),
        parameters=plain | _CANNY if generator.job == "canny" else plain,
        inputs={name: blobs[INPUT + name] for name in job.inputs},
        pieces=tuple(content for name, content in blobs.items() if name.startswith(PIECE)),
        strength=job.strength,
    )


def black_picture(job: FalJob) -> bytes:
    """Return what fal shows instead of a picture that its safety check objects to."""
    if job.size is None:
        raise ValueError(f"Job {job.id} makes no pictures.")
    return encoded(Image.new("RGB", job.size), _pillow_name(job).upper())


def _pillow_name(job: FalJob) -> str:
    """Return the format of a job's pictures; fal's upscalers call JPEG `jpg`."""
    asked = str(job.parameters["output_format"])
    return {"jpg": "jpeg"}.get(asked, asked)


def picture_names(job: FalJob) -> list[str]:
    """Return the file names of a job's pictures, in order."""
    suffix = {"jpeg": "jpg"}.get(job.parameters["output_format"], job.parameters["output_format"])
    return [f"{job.id[:8]}_{number}.{suffix}" for number in range(job.count)]


def config_of(job: FalJob) -> bytes:
    """Return the file that says how a LoRA was trained."""
    return json.dumps({"endpoint": job.endpoint, **job.parameters}, indent=2).encode()
