"""Sending a job that failed, or may have, once more: always after asking, since it costs."""

from __future__ import annotations

from fluxtui.app.state import StatefulApp
from fluxtui.controllers.jobs.rows import kind_word
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.money import show_credits
from fluxtui.widgets.dialogs import ConfirmDialog, ask


async def send_again(app: StatefulApp, job: Job) -> Job | None:
    """Ask, and send the same as a new job; to be called in a worker. Returns it, None after a no."""
    in_doubt = job.state is JobState.IN_DOUBT
    doubtful = in_doubt or job.maybe_billed
    warning = ["The first one may have been accepted: then both are billed."] if doubtful else []
    dialog = ConfirmDialog(
        "Send again?",
        [f"The same {kind_word(job)} is sent as a new job: {job.title}", *warning],
        price=f"About {show_credits(job.estimate_credits)}",
        confirm_label="Send again",
        danger=doubtful,
    )
    if not await ask(app, dialog):
        return None
    act = app.services.jobs.resend if in_doubt else app.services.jobs.retry
    return await act(job.id)
