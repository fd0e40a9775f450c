"""The trainings of the active profile: those that run, then the last ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.text import Text

from fluxtui.domain.jobs import UNBILLED_STATES, Job, JobState
from fluxtui.domain.money import show_credits
from fluxtui.screens.finetune import words
from fluxtui.widgets.plain import set_title
from fluxtui.widgets.table import Column, Row, RowTable

NO_TRAININGS = "No trainings yet. What you train shows its progress here."

_COLUMNS = (
    Column("name", "Name"),
    Column("state", "State", 28),
    Column("elapsed", "Time", 10, "right"),
    Column("cost", "Cost", 7, "right"),
)

_FREE_ENDS = UNBILLED_STATES - {JobState.DRAFT}
_STYLES = {JobState.DONE: "green", JobState.IN_DOUBT: "yellow", JobState.CANCELLED: "dim"}


class TrainingsPanel(RowTable):
    """One row a training; Enter on one goes where it leads."""

    def __init__(self) -> None:
        super().__init__(_COLUMNS, empty=NO_TRAININGS, header=False, id="trainings")

    def on_mount(self) -> None:
        """Say what the rows are."""
        set_title(self, "Trainings")

    def show(self, trainings: Sequence[Job], now: datetime) -> None:
        """Show trainings in their order; times are reckoned to `now`."""
        self.set_rows([_row(job, now) for job in trainings])


def _row(job: Job, now: datetime) -> Row:
    style = _STYLES.get(job.state, "" if job.is_active else "red")
    return Row(
        job.id,
        {
            "name": job.finetune_name or job.title,
            "state": Text(words.training_text(job), style),
            "elapsed": words.elapsed_text(job, now),
            "cost": "" if job.state in _FREE_ENDS else show_credits(job.credits),
        },
    )
