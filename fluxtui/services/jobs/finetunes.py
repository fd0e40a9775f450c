"""Brings in what a training has made: the finetune, and the file of its weights where there is one."""

from __future__ import annotations

from typing import Any

from fluxtui.domain.endpoint import Endpoint, TrainingEndpoint
from fluxtui.domain.errors import NotFound, ResultExpired, UnexpectedAnswer, WeightsError
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.weights import Weights
from fluxtui.providers.base import Provider, RemoteStatus
from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.reporting import transfer_reported
from fluxtui.services.jobs.weights import fetch_weights

_CLEARED: dict[str, Any] = {"remote_status": None, "error_title": None, "error": None}


async def save_finetune(context: JobContext, job: Job, status: RemoteStatus, *, patient: bool) -> Job:
    """Put the finetune of a job that is collecting into the journal, its weights into their place; finish it.

    What the service does not tell of it is taken from what was asked for. Interrupted anywhere, it can be
    called again.

    Args:
        context: what jobs work with.
        job: collecting.
        status: says what came of the training.
        patient: whether weights that are not as they should be are asked for once more; if not, the finetune
            is kept without them as long as it can be used all the same.

    Raises:
        ServiceError: the service cannot be asked, or the weights cannot be fetched.
        StorageError: it could not be saved; it can be once the disk or the journal works again.
    """
    provider = await context.gateway.provider(job.profile)
    asked = _finetune_asked_for(context, job, provider.endpoint(job.endpoint), status)
    finetune = await _completed(provider, asked)
    weights, remark = await _weights(context, job, finetune, status, patient=patient)
    finetune = finetune.model_copy(update={"weights": weights})
    await context.journal.finetunes.put(finetune)
    note = " ".join(part for part in (f"finetune {finetune.name}", remark) if part)
    fields = {"finetune_id": asked.id, "finetune_name": finetune.name, "progress": 1.0, **_CLEARED}
    done = await context.journal.jobs.move(job.id, JobState.DONE, note=note, **fields)
    context.changes.publish(Change("finetunes", done))
    context.tell(done)
    return done


async def _weights(
    context: JobContext, job: Job, finetune: Finetune, status: RemoteStatus, *, patient: bool
) -> tuple[Weights | None, str]:
    """Return the weights, fetched and checked, and what is to be said of them if they are not here."""
    if status.weights_url is None:
        return None, ""
    try:
        async with transfer_reported(context, job, "collecting the weights") as progress:
            return await fetch_weights(
                context, job.profile, finetune, status.weights_url, status.weights_packing, progress
            ), ""
    except ResultExpired as error:
        # A service that knows the finetune by an id of its own can still generate with it.
        if patient or status.finetune_id is None:
            raise
        return None, f"(its weights are not here: {error.message})"
    except (UnexpectedAnswer, WeightsError) as error:
        if isinstance(error, UnexpectedAnswer) and (patient or error.retryable):
            raise
        if patient:
            raise UnexpectedAnswer(error.message, retryable=False) from None
        return None, f"(its weights are not here: {error.message} w in Models fetches them again)"


def _finetune_asked_for(
    context: JobContext, job: Job, endpoint: type[Endpoint], status: RemoteStatus
) -> Finetune:
    known = {name: value for name, value in job.parameters.items() if name in Finetune.model_fields}
    if issubclass(endpoint, TrainingEndpoint):
        known["iterations"] = job.parameters.get(endpoint.steps_field)
    now = context.clock()
    return Finetune.model_validate(
        {
            **known,
            "profile": job.profile,
            "id": status.finetune_id or job.remote_id or job.id,
            "name": job.finetune_name or job.title,
            "created_at": now,
            "refreshed_at": now,
            "job_id": job.id,
            "dataset": job.dataset,
            "base": endpoint.info.trains,
            "endpoint": job.endpoint,
            "weights_url": status.weights_url if status.weights_lasting else None,
        }
    )


async def _completed(provider: Provider, asked: Finetune) -> Finetune:
    """Return what the service told of a finetune, completed by what was asked for."""
    if not provider.abilities.lists_finetunes:
        return asked
    try:
        told = await provider.finetune(asked.id)
    except NotFound:
        # A finished training can stay out of the service's lists for a while.
        return asked
    missing = {name for name in Finetune.model_fields if getattr(told, name) is None}
    if told.name in {"", told.id}:
        missing.add("name")
    taken = {name: getattr(asked, name) for name in missing | {"job_id", "dataset", "profile", "id"}}
    return told.model_copy(update={**taken, "state": FinetuneState.READY})
