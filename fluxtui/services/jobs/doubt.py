"""Looks for a training in doubt among the finetunes of its account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fluxtui.domain.errors import NotFound
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.services.jobs.context import JobContext

_COMPARED = ("trigger_word", "mode", "finetune_type", "lora_rank", "iterations", "learning_rate", "priority")
_CLOCKS_DIFFER = timedelta(minutes=10)
_JOBS_LOOKED_AT = 2_000


async def find_training(context: JobContext, job: Job) -> str | None:
    """Return the id of a finetune that can only have come from this training, or None.

    It must have the same name and parameters as far as the service tells them, not be older than the
    training, and not belong to another job. Raises `ServiceError` if the service cannot be asked.
    """
    provider = await context.gateway.provider(job.profile)
    taken = await _taken(context, job)
    candidates = []
    for finetune_id in await provider.finetune_ids():
        if finetune_id in taken:
            continue
        try:
            finetune = await provider.finetune(finetune_id)
        except NotFound:
            continue
        if _may_be(finetune, job):
            candidates.append(finetune)
    candidates.sort(key=lambda finetune: (finetune.created_at is None, str(finetune.created_at)))
    return candidates[0].id if candidates else None


async def _taken(context: JobContext, job: Job) -> set[str]:
    """Return ids that belong to other jobs, or were seen before this one was sent."""
    others = await context.journal.jobs.recent(_JOBS_LOOKED_AT)
    taken = {other.remote_id for other in others if other.remote_id and other.profile == job.profile}
    for finetune in await context.journal.finetunes.all(job.profile):
        seen = finetune.refreshed_at or finetune.created_at
        seen_before = seen is not None and job.submitted_at is not None and seen < job.submitted_at
        if seen_before or finetune.job_id not in {None, job.id}:
            taken.add(finetune.id)
    return taken


def _may_be(finetune: Finetune, job: Job) -> bool:
    if finetune.name != (job.finetune_name or job.title):
        return False
    if finetune.created_at and job.submitted_at and finetune.created_at < job.submitted_at - _CLOCKS_DIFFER:
        return False
    return all(_agrees(getattr(finetune, name), job.parameters.get(name)) for name in _COMPARED)


def _agrees(told: Any, asked: Any) -> bool:
    """Tell whether two values can be the same; one that is not known agrees with any."""
    if told is None or asked is None:
        return True
    if isinstance(told, float) or isinstance(asked, float):
        return abs(float(told) - float(asked)) <= 1e-9
    return bool(told == asked)
