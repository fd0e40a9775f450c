"""Sending a job that failed, or may have, once more: always after asking, since it costs."""

from __future__ import annotations

from fluxtui.controllers.host import Host
from fluxtui.controllers.jobs.rows import kind_word
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.money import show_credits


async def send_again(host: Host, job: Job) -> Job | None:
    """Ask, and send the same as a new job. Returns it, None after a no. Raises `FluxError`."""
    in_doubt = job.state is JobState.IN_DOUBT
    doubtful = in_doubt or job.maybe_billed
    warning = ["The first one may have been accepted: then both are billed."] if doubtful else []
    question = Confirmation(
        "Send again?",
        [f"The same {kind_word(job)} is sent as a new job: {job.title}", *warning],
        price=f"About {show_credits(job.estimate_credits)}",
        confirm_label="Send again",
        danger=doubtful,
    )
    if not await host.ask(question):
        return None
    act = host.services.jobs.resend if in_doubt else host.services.jobs.retry
    return await act(job.id)
