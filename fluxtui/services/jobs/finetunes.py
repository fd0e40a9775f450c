"""Brings in what a training has made: the finetune, and the file of its weights where there is one."""

from __future__ import annotations

from fluxtui.domain.endpoint import Endpoint, TrainingEndpoint
from fluxtui.domain.errors import NotFound, ServiceError, WeightsError
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.weights import Weights
from fluxtui.providers.base import Provider, RemoteStatus
from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.context import NO_TROUBLE, JobContext
from fluxtui.services.jobs.reporting import transfer_reported
from fluxtui.services.jobs.weights import fetch_weights


async def save_finetune(
    context: JobContext, job: Job, status: RemoteStatus, *, without_weights: str | None = None
) -> Job:
    """Put the finetune of a job that is collecting into the journal, its weights into their place; finish it.

    What the service does not tell of it is taken from what was asked for. A finetune that the service knows
    by an id of its own can be used while its weights are still looked for. Interrupted anywhere, it can be
    called again.

    Args:
        context: what jobs work with.
        job: collecting.
        status: says what came of the training.
        without_weights: why it is to do without its weights, for the job's story; None fetches them.

    Raises:
        ResultExpired: and other `ServiceError`s, if the service cannot be asked or the weights cannot be
        fetched.
        WeightsError: what came is not the complete file of a LoRA.
        StorageError: it could not be saved; it can be once the disk or the journal works again.
    """
    provider = await context.gateway.provider(job.profile)
    asked = _finetune_asked_for(context, job, provider.endpoint(job.endpoint), status)
    finetune = await _completed(provider, asked)
    weights = None
    if without_weights is None and status.weights_url is not None:
        weights = await _weights(context, job, finetune, status.weights_url, status)
    finetune = finetune.model_copy(update={"weights": weights})
    if weights is None and status.finetune_id is None:
        # Its file at the service is all that there is of it.
        finetune = finetune.model_copy(update={"weights_url": status.weights_url})
    await context.journal.finetunes.put(finetune)
    fault = f"(beware: {weights.fault})" if weights is not None and weights.fault else ""
    note = " ".join(part for part in (f"finetune {finetune.name}", without_weights, fault) if part)
    fields = {"finetune_id": asked.id, "finetune_name": finetune.name, "progress": 1.0, **NO_TROUBLE}
    done = await context.journal.jobs.move(job.id, JobState.DONE, note=note, **fields)
    context.changes.publish(Change("finetunes", done))
    context.tell(done)
    return done


async def _weights(
    context: JobContext, job: Job, finetune: Finetune, url: str, status: RemoteStatus
) -> Weights:
    try:
        async with transfer_reported(context, job, "collecting the weights") as progress:
            return await fetch_weights(context, job.profile, finetune, url, status.weights_packing, progress)
    except (ServiceError, WeightsError):
        if status.finetune_id is not None:
            await context.journal.finetunes.put(finetune)
            context.changes.publish(Change("finetunes", job))
        raise


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
