"""Cancelling a job: free before it is sent, afterwards as far as its service can."""

from __future__ import annotations

from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.money import show_credits
from fluxtui.domain.notices import Severity
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class CancelOutcome:
    """What is to be said to the user."""

    text: str
    severity: Severity = "information"


async def cancel(host: Host, job: Job) -> CancelOutcome:
    """Cancel a job, after asking where it may cost all the same, and return what came of it.

    Raises `FluxError` where the job cannot be cancelled now.
    """
    if job.cancel_asked_at is not None:
        return CancelOutcome(f"It is being cancelled already: {job.title}")
    if job.is_looked_for:
        return await _stop_looking(host, job)
    if job.state is not JobState.DRAFT:
        abilities = await host.services.account.abilities(job.profile)
        if not abilities.cancels:
            return CancelOutcome(abilities.cancel_advice, "warning")
        if may_cost(job) and not await host.ask(question(job, abilities.cancel_advice)):
            return CancelOutcome(f"It goes on: {job.title}")
    cancelled = await host.services.jobs.cancel(job.id)
    if cancelled.state is JobState.CANCELLED:
        return CancelOutcome(f"Cancelled: {job.title}", "success")
    return CancelOutcome(f"Asked to be cancelled: {job.title}")


async def _stop_looking(host: Host, job: Job) -> CancelOutcome:
    sure = await host.ask(
        Confirmation(
            "Stop looking for it?",
            (
                job.title,
                "It was paid for, and its service may still have it.",
                "l in Jobs looks for it again, which costs nothing.",
            ),
            price=f"It cost {job.price_words}.",
            confirm_label="Stop looking",
            cancel_label="Go on looking",
        )
    )
    if not sure:
        return CancelOutcome(f"It is looked for still: {job.title}")
    await host.services.jobs.stop_looking(job.id)
    return CancelOutcome(f"Not looked for any more: {job.title}")


def may_cost(job: Job) -> bool:
    """Tell whether a job that is cancelled now may be charged all the same: the service works on it.

    A training that waited when last asked may have begun since, and is too dear for a slip of the finger.
    """
    begun = job.state is JobState.RUNNING
    return job.credits > 0 and (begun or (job.kind is JobKind.TRAINING and job.state is JobState.WAITING))


def question(job: Job, advice: str) -> Confirmation:
    """Return the question whether to cancel a job that was sent; `advice` is the service's."""
    return Confirmation(
        "Cancel it?",
        (job.title, advice),
        price=f"It was accepted at {show_credits(job.credits)}.",
        confirm_label="Cancel it",
        cancel_label="Let it go on",
    )
