"""The trainings of all profiles: those that run, then the last ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message

from fluxtui.controllers.training import wording
from fluxtui.domain.jobs import UNBILLED_STATES, Job, JobState
from fluxtui.domain.money import show_credits
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

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,delete", "cancel", "Cancel", id="trainings.cancel"),
    ]

    class CancelAsked(Message):
        """The user wants a training cancelled."""

        def __init__(self, job_id: str) -> None:
            super().__init__()
            self.job_id = job_id

    def __init__(self) -> None:
        super().__init__(_COLUMNS, empty=NO_TRAININGS, header=False, id="trainings")

        self._cancellable: frozenset[str] = frozenset()
        self._offers_cancel = False

    def on_mount(self) -> None:
        """Say what the rows are."""
        set_title(self, "Trainings")

    def show(
        self, trainings: Sequence[Job], now: datetime, left: Callable[[Job], str] = lambda _: ""
    ) -> None:
        """Show trainings in their order.

        Args:
            trainings: of all profiles.
            now: what times are reckoned to.
            left: tells how long one will still run, `''` where that is not known.
        """
        shared = len({job.profile for job in trainings}) > 1
        self._cancellable = frozenset(job.id for job in trainings if job.is_active)
        self.set_rows([_row(job, now, left(job), shared=shared) for job in trainings])
        self._offer()

    def on_row_table_highlighted(self, event: RowTable.Highlighted) -> None:
        """Offer what the training under the cursor allows."""
        self._offer()

    def _offer(self) -> None:
        """Let the footer follow, where cancelling is offered or no longer."""
        offered = self.selected_key in self._cancellable
        if offered != self._offers_cancel:
            self._offers_cancel = offered
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to cancel only what has not ended."""
        if action == "cancel":
            return self.selected_key in self._cancellable
        return super().check_action(action, parameters)

    def action_cancel(self) -> None:
        """Ask for the training under the cursor to be cancelled."""
        if self.selected_key is not None:
            self.post_message(self.CancelAsked(self.selected_key))


def _row(job: Job, now: datetime, left: str, *, shared: bool) -> Row:
    style = _STYLES.get(job.state, "" if job.is_active else "red")
    return Row(
        job.id,
        {
            "name": f"{job.finetune_name or job.title}{f' · {job.profile}' if shared else ''}",
            "state": Text(wording.training_text(job, left), style),
            "elapsed": wording.elapsed_text(job, now),
            "cost": "" if job.state in _FREE_ENDS and not job.cost_credits else show_credits(job.credits),
        },
    )
