"""What a finished job of fal answers: its files, and for pictures the seed and the safety check."""

from __future__ import annotations

import base64
from typing import Any

from fluxtui.simulator.core.faults import DATA_URI, SECOND_RESULT
from fluxtui.simulator.fal.catalogue import endpoints
from fluxtui.simulator.fal.endpoints import Generator, Trainer
from fluxtui.simulator.fal.jobs import FalJob
from fluxtui.simulator.fal.painting import CONFIG_FILE, WEIGHTS_FILE, picture_names
from fluxtui.simulator.fal.service import FalService

_FALSE_BYTES = 1000


async def result_of(service: FalService, job: FalJob, *, false_size: bool) -> dict[str, Any]:
    """Return the outputs of a job that went well; with `false_size` its first file claims to be larger."""
    document = await _training(service, job) if job.kind == "training" else await _pictures(service, job)
    if false_size:
        first = next(iter(document.values()))
        first = first[0] if isinstance(first, list) else first
        first["file_size"] = first.get("file_size", 0) + _FALSE_BYTES
    return document


async def _training(service: FalService, job: FalJob) -> dict[str, Any]:
    trainer = endpoints()[job.endpoint]
    assert isinstance(trainer, Trainer)  # noqa: S101  (only trainers train)
    document: dict[str, Any] = {
        trainer.weights: await _file(service, job, WEIGHTS_FILE, "application/octet-stream"),
        "config_file": await _file(service, job, CONFIG_FILE, "application/json"),
    }
    if trainer.preprocessed:
        document["debug_preprocessed_output"] = None
    return document


async def _pictures(service: FalService, job: FalJob) -> dict[str, Any]:
    asked = str(job.parameters["output_format"])
    content_type = f"image/{'jpeg' if asked == 'jpg' else asked}"
    width, height = job.size or (0, 0)
    images = []
    for name in picture_names(job):
        if job.parameters["sync_mode"] or service.faults.take("poll", (DATA_URI,)):
            content = await service.output(job, name) or b""
            entry = {"url": f"data:{content_type};base64,{base64.b64encode(content).decode()}"}
        else:
            entry = await _file(service, job, name, content_type)
        images.append({**entry, "width": width, "height": height, "content_type": content_type})
    if service.faults.take("poll", (SECOND_RESULT,)):
        images.append(images[0])
    generator = endpoints()[job.endpoint]
    if isinstance(generator, Generator) and generator.one_image:
        return {"image": images[0], "seed": job.seed}
    return {
        "images": images,
        "timings": {"inference": job.run},
        "seed": job.seed,
        "has_nsfw_concepts": [job.black] * job.count,
        "prompt": job.parameters["prompt"],
    }


async def _file(service: FalService, job: FalJob, name: str, content_type: str) -> dict[str, Any]:
    content = await service.output(job, name) or b""
    return {
        "url": f"{service.addresses['cdn']}/files/{job.id}/{name}",
        "content_type": content_type,
        "file_name": name,
        "file_size": len(content),
    }
