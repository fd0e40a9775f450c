"""The trainings of all profiles: those that run, then the last ones."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import getters
from textual.binding import Binding, BindingType

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.training import wording
from fluxtui.controllers.training.trainings import Trainings
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

    app = getters.app(StatefulApp)

    def __init__(self, trainings: Trainings) -> None:
        super().__init__(_COLUMNS, empty=NO_TRAININGS, header=False, bare=True, id="trainings")
        self._trainings = trainings
        self._cancellable: frozenset[str] = frozenset()
        self._offers_cancel = False

    def on_mount(self) -> None:
        """Say what the rows are."""
        set_title(self, "Trainings")

    def show(self) -> None:
        """Show the trainings as they are by now."""
        trainings, now = self._trainings.all, self.app.clock()
        shared = len({job.profile for job in trainings}) > 1
        self._cancellable = frozenset(job.id for job in trainings if job.is_active)
        left = self._trainings.time_left
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
        """Cancel the training under the cursor, after asking where it may cost all the same."""
        if self.selected_key is not None:
            work = self._trainings.cancel(self.selected_key)
            guarded(self, work, doing="cancelling a training", group="cancel", exclusive=True)

    async def on_row_table_chosen(self, event: RowTable.Chosen) -> None:
        """Go where a training leads."""
        event.stop()
        destination = self._trainings.destination(event.key)
        if destination is not None:
            await self.app.go(destination)


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
