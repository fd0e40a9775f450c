"""What jobs, models, versions and files look like on the wire."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

from fluxtui.simulator.core.faults import ABSURD, ABSURD_COST
from fluxtui.simulator.replicate.catalogue import TRAINED, BuiltIn
from fluxtui.simulator.replicate.jobs import PREDICTION, SUCCEEDED, TRAINING, Job
from fluxtui.simulator.replicate.keys import MemberKey
from fluxtui.simulator.replicate.models import LINKS, Model, Version, version_of_training
from fluxtui.simulator.replicate.outcomes import logs_of
from fluxtui.simulator.replicate.outputs import addresses_of
from fluxtui.simulator.replicate.service import ReplicateService
from fluxtui.simulator.replicate.uploads import StoredFile

_DIGITS = (3, 6, 9)


def stamp(moment: float | None, of: str) -> str | None:
    """Return `moment` (seconds since the epoch) as text; `of`, anything at all, decides the number of digits.

    Recorded answers mix the three precisions from field to field and from job to job.
    """
    if moment is None:
        return None
    nanoseconds = round(moment * 1e6) * 1000
    seconds, fraction = divmod(nanoseconds, 10**9)
    digits = _DIGITS[zlib.crc32(of.encode()) % len(_DIGITS)]
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{fraction:09}"[: len(whole) + 1 + digits] + "Z"


def moment_of(text: str) -> float:
    """Return the seconds since the epoch of an ISO 8601 text with a zone. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("A moment needs a zone.")
    return moment.timestamp()


_WEB = "https://replicate.com"
_COG_VERSION = "0.9.20"
_BUILT_IN_SINCE = 1_750_000_000.125
PREDICTIONS, TRAININGS = "predictions", "trainings"


def new_job_document(service: ReplicateService, job: Job) -> dict[str, Any]:
    """Return the answer to a create: nothing yet of output, metrics and times, whatever the job's kind."""
    return {
        "id": job.id,
        "model": job.model,
        "version": job.version,
        "input": job.input,
        "logs": "",
        "error": None,
        "status": "starting",
        "created_at": stamp(job.accepted_at, job.id),
        **({} if job.deadline is None else {"deadline": stamp(job.deadline, job.id)}),
        **({"data_removed": False} if job.kind == PREDICTION else {}),
        "urls": _urls(service, job, PREDICTIONS),
    }


def job_document(service: ReplicateService, job: Job, family: str) -> dict[str, Any]:
    """Return a job as it is now, its addresses in the `family` of paths that was asked."""
    now = service.clock()
    ended, removed = job.ended(now), job.kind == PREDICTION and job.erased(now)
    return {
        **new_job_document(service, job),
        "status": job.status(now),
        "input": {} if removed else job.input,
        "output": None if removed else _output(service, job, now),
        "logs": "" if removed else logs_of(job, now),
        "error": job.error if ended and job.status(now) == "failed" else None,
        "started_at": stamp(job.began_at, f"{job.id} began") if job.began(now) else None,
        "completed_at": stamp(job.ends_at, f"{job.id} ended") if ended else None,
        "data_removed": removed,
        "metrics": _metrics(service, job, now),
        "urls": _urls(service, job, family),
    }


def listed_job_document(service: ReplicateService, job: Job, family: str) -> dict[str, Any]:
    """Return a job as lists show it."""
    return {**job_document(service, job, family), "source": "api"}


def _urls(service: ReplicateService, job: Job, family: str) -> dict[str, str]:
    base = f"{service.addresses['api']}/v1/{family}/{job.id}"
    return {"get": base, "cancel": f"{base}/cancel", "web": f"{_WEB}/p/{job.id}"}


def _output(service: ReplicateService, job: Job, now: float) -> Any:
    if job.status(now) != SUCCEEDED:
        return None
    addresses = addresses_of(service, job)
    if job.kind != TRAINING:
        return addresses[0] if job.single else addresses
    return {"version": f"{job.destination}:{version_of_training(job.id)}", "weights": addresses[0]}


def _metrics(service: ReplicateService, job: Job, now: float) -> dict[str, float]:
    used = job.predict_time(now)
    if used is None:
        return {}
    if service.faults.take("poll", (ABSURD_COST,)):
        used = ABSURD
    times = {"predict_time": used, "total_time": round(job.ends_at - job.accepted_at, 6)}
    if not job.is_official:
        return times
    # As in a recorded answer of FLUX.2 [pro] of 2026-05.
    return {
        "image_input_megapixel_count": job.input_megapixels,
        "image_output_count": job.delivered_pictures(now),
        "image_output_megapixel_count": job.output_megapixels(now),
        **times,
    }


def model_document(service: ReplicateService, model: Model | BuiltIn) -> dict[str, Any]:
    """Return a model with its newest version."""
    texts = model.texts if isinstance(model, Model) else {"description": model.description}
    versions = version_documents(service, model)
    return {
        "url": f"{_WEB}/{model.full_name}",
        "owner": model.owner,
        "name": model.name,
        "description": texts.get("description"),
        "visibility": model.visibility if isinstance(model, Model) else "public",
        **{link: texts.get(link) for link in LINKS},
        "run_count": sum(job.model == model.full_name for job in service.jobs.values()),
        "default_example": None,
        "latest_version": versions[0] if versions else None,
    }


def version_documents(service: ReplicateService, model: Model | BuiltIn) -> list[dict[str, Any]]:
    """Return the versions of a model, newest first."""
    if isinstance(model, BuiltIn):
        return [version_document(model)]
    return [version_document(version) for version in service.library.versions_of(model.full_name)]


def version_document(version: Version | BuiltIn) -> dict[str, Any]:
    """Return a version with the schema of what it takes and gives."""
    if isinstance(version, BuiltIn):
        name, made, recipe = version.version, _BUILT_IN_SINCE, version.recipe
    else:
        name, made, recipe = version.id, version.created_at, TRAINED
    return {
        "id": name,
        "created_at": stamp(made, name),
        "cog_version": _COG_VERSION,
        "openapi_schema": recipe.schema,
    }


def file_document(service: ReplicateService, file: StoredFile) -> dict[str, Any]:
    """Return what is known of an upload."""
    return {
        "id": file.id,
        "name": file.name,
        "content_type": file.content_type,
        "size": file.size,
        "etag": file.md5,
        "checksums": {"sha256": file.sha256, "md5": file.md5},
        "metadata": file.metadata,
        "created_at": stamp(file.created_at, file.id),
        "expires_at": stamp(file.expires_at, file.id),
        "urls": {"get": f"{service.addresses['api']}/v1/files/{file.id}"},
    }


def account_document(key: MemberKey) -> dict[str, Any]:
    """Return who a key belongs to."""
    return {"type": "user", "username": key.username, "name": "Simulated User"}
