"""What a line of the table says about a job."""

from __future__ import annotations

from datetime import datetime

from rich.text import Text

from fluxtui.controllers.jobs.rows import SIGNS, age_cell, cost_cell, progress_cell, state_text, title_cell
from fluxtui.domain.jobs import Job
from fluxtui.widgets.plain import cell


def job_cells(job: Job, now: datetime, place: int | None) -> dict[str, str | Text]:
    """Return what stands in each column.

    Args:
        job: any job.
        now: the present, aware.
        place: of a queued job in its queue, if known.
    """
    return {
        "state": cell(state_text(job), SIGNS[job.state][1]),
        "title": title_cell(job),
        "profile": cell(job.profile, "dim"),
        "progress": progress_cell(job, now, place),
        "age": age_cell(job, now),
        "cost": cost_cell(job),
    }
