"""The files that jobs leave: their names, their addresses on the delivery host, their bytes."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fluxtui.simulator.core.weights import FLUX_1, lora_file
from fluxtui.simulator.replicate.jobs import SUCCEEDED, TRAINING, Job
from fluxtui.simulator.replicate.painting import FORMATS, format_of, pictures_of
from fluxtui.simulator.replicate.service import ReplicateService

WEIGHTS_TAR = "trained_model.tar"
_FOLDER = "output/flux_train_replicate"


def weights_tar(
    weights: bytes, inputs: Mapping[str, Any], captions: Mapping[str, str], moment: float
) -> bytes:
    """Return a tar of the safetensors file `weights`, the configuration and the captions, as of `moment`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        _add(archive, f"{_FOLDER}/config.yaml", _configuration(inputs).encode(), moment)
        _add(archive, f"{_FOLDER}/lora.safetensors", weights, moment)
        _add_folder(archive, f"{_FOLDER}/captions", moment)
        for name, text in sorted(captions.items()):
            _add(archive, f"{_FOLDER}/captions/{name}", text.encode(), moment)
    return buffer.getvalue()


def _configuration(inputs: Mapping[str, Any]) -> str:
    """Write the inputs as YAML, whose plain values are those of JSON."""
    kept = {name: value for name, value in sorted(inputs.items()) if value is not None}
    lines = [f"    {name}: {json.dumps(value)}" for name, value in kept.items()]
    return "\n".join(["job: custom_job", "config:", "  name: flux_train_replicate", "  inputs:", *lines, ""])


def _add(archive: tarfile.TarFile, name: str, content: bytes, moment: float) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = len(content), int(moment)
    archive.addfile(entry, io.BytesIO(content))


def _add_folder(archive: tarfile.TarFile, name: str, moment: float) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, int(moment)
    archive.addfile(entry)


CAPTIONS = "captions"
"""The blob that holds a training's captions by file name, as JSON."""
FOLDER = "xezq"
_DEFAULT_RANK = 16


@dataclass(frozen=True, slots=True)
class Output:
    """One file, as it is delivered."""

    content: bytes
    media_type: str


def names_of(job: Job) -> list[str]:
    """Return the names of the files that a job leaves when it succeeds."""
    if job.kind == TRAINING:
        return [WEIGHTS_TAR]
    return [f"out-{place}.{format_of(job)}" for place in range(len(pictures_of(job)))]


def addresses_of(service: ReplicateService, job: Job) -> list[str]:
    """Return where the files of a job are."""
    base = f"{service.addresses['delivery']}/{FOLDER}/{service.token(job)}"
    return [f"{base}/{name}" for name in names_of(job)]


async def output_of(service: ReplicateService, job: Job, name: str) -> Output | None:
    """Return a file of a job that succeeded and is not erased yet, or None."""
    now = service.clock()
    if job.status(now) != SUCCEEDED or job.erased(now) or name not in names_of(job):
        return None
    if job.kind == TRAINING:
        return Output(await asyncio.to_thread(_tar, service, job), "application/x-tar")
    picture = await service.pictures.picture(job, pictures_of(job)[names_of(job).index(name)])
    return Output(picture, f"image/{FORMATS[format_of(job)]}")


def trained_lora(job_id: str, rank: int | None) -> bytes:
    """Return the LoRA that a training makes, in half precision as replicate/flux-fine-tuner saves it."""
    return lora_file(FLUX_1, job_id, rank=rank or _DEFAULT_RANK, kind="F16")


def _tar(service: ReplicateService, job: Job) -> bytes:
    captions = json.loads(service.kept_with(job, CAPTIONS) or b"{}")
    weights = trained_lora(job.id, job.parameters.get("lora_rank"))
    return weights_tar(weights, job.parameters, captions, job.ends_at)
