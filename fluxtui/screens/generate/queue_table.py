"""The queue: a line for each generation, newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from fluxtui.domain.jobs import Job, JobState
from fluxtui.screens.generate.queue_rows import queue_row
from fluxtui.widgets.table import Column, RowTable

_STATE = Column("state", "Queue", width=11)
_ELAPSED = Column("elapsed", "Took", width=8, align="right")
_SEED = Column("seed", "Seed", width=10, align="right")
_PROFILE = Column("profile", "Profile", width=9)
_PROMPT = Column("title", "Prompt")

WIDE_CELLS = 60
"""From this width on the prompt stands in the table as well."""
VERY_WIDE_CELLS = 72
"""From this width on there is room for the time too, where profiles have to be told apart."""


ALLOWED: dict[str, Callable[[Job], bool]] = {
    "large": lambda job: job.state is JobState.DONE,
    "copy": lambda job: job.state is JobState.DONE,
    "home": lambda job: job.state is JobState.DONE,
    "cancel": lambda job: job.is_active,
    "retry": lambda job: not job.is_active and job.state not in (JobState.DONE, JobState.IN_DOUBT),
    "move_up": lambda job: job.state is JobState.DRAFT,
    "move_down": lambda job: job.state is JobState.DRAFT,
    "to_top": lambda job: job.state is JobState.DRAFT,
    "sheet": lambda job: job.batch is not None,
    "keep_strength": lambda job: job.state is JobState.DONE and job.finetune_ref is not None,
    "keep_all": lambda job: job.state is JobState.DONE and job.finetune_ref is not None,
}
"""What can be done about which jobs; whatever else there is can be done about any."""


class QueueTable(RowTable):
    """Shows jobs; what is to be done with the marked one is told in messages."""

    HELP = """Every generation, newest first. Up and down show another picture, Enter shows it large, `y`
copies its path, `n` makes it again with a new seed, after asking, `u` puts its parameters back into the form,
`x` cancels it: at no cost before it is sent, afterwards as far as its service can, `a` sends one that failed
again, after asking. `K` and `J` move what is not sent yet, `t` sends it next. `c` makes the contact sheet of
all that was ordered with it. `b` keeps its strength as what the finetune begins with, `B` all its parameters.
Escape goes back to the prompt, and the newest picture is shown again as soon as it comes in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Enter is the grid's own key and arrives as `Chosen`; the footer names it all the same.
        Binding("f", "ask('large')", "Large", id="queue.large", key_display="Enter"),
        Binding("y", "ask('copy')", "Copy path", id="queue.copy"),
        Binding("h,H", "ask('home')", "Get it home", id="queue.home", key_display="h", show=False),
        Binding("n", "ask('another_seed')", "Another seed", id="queue.another_seed"),
        Binding("u", "ask('use_again')", "Use again", id="queue.use_again"),
        Binding("a", "ask('retry')", "Send again", id="queue.retry"),
        Binding("x,delete", "ask('cancel')", "Cancel", id="queue.cancel"),
        Binding("K", "ask('move_up')", "Earlier", id="queue.up", show=False),
        Binding("J", "ask('move_down')", "Later", id="queue.down", show=False),
        Binding("t", "ask('to_top')", "Send next", id="queue.top", show=False),
        Binding("c", "ask('sheet')", "Contact sheet", id="queue.sheet", show=False),
        Binding("b", "ask('keep_strength')", "Keep its strength", id="queue.keep_strength", show=False),
        Binding("B", "ask('keep_all')", "Keep all of it", id="queue.keep_all", show=False),
    ]

    class JobAction(Message):
        """The user wants something done with the marked job."""

        def __init__(self, wish: str, job: Job) -> None:
            super().__init__()
            self.wish = wish
            self.job = job

    def __init__(self) -> None:
        super().__init__(columns_for(0, shared=False), empty="What you generate lines up here.", id="queue")
        self._jobs: dict[str, Job] = {}
        self._offered: tuple[bool, ...] = ()
        self._shared = False

    def show(self, jobs: Sequence[Job], now: datetime, *, shared: bool) -> None:
        """Show jobs, newest first, with their profiles where `shared`; the mark stays on its job."""
        self._jobs = {job.id: job for job in jobs}
        if shared != self._shared:
            self._shared = shared
            self._fit(self.size.width)
        self.set_rows([queue_row(job, now) for job in jobs])
        self._offer()

    @property
    def marked(self) -> Job | None:
        """The job of the marked line."""
        return self._jobs.get(self.selected_key or "")

    def job(self, job_id: str | None) -> Job | None:
        """Return a job of the queue by its id."""
        return self._jobs.get(job_id or "")

    def on_resize(self, event: events.Resize) -> None:
        """Show prompts where there is room."""
        self._fit(event.size.width)

    def _fit(self, width: int) -> None:
        self.set_columns(columns_for(width, shared=self._shared))

    def on_row_table_highlighted(self, event: RowTable.Highlighted) -> None:
        """Offer what the marked job allows."""
        self._offer()

    def _offer(self) -> None:
        """Let the footer follow, where the keys that work are others than before."""
        job = self.marked
        offered = tuple(job is not None and test(job) for test in ALLOWED.values())
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    def on_row_table_chosen(self, event: RowTable.Chosen) -> None:
        """Enter, or a second click, shows the picture large."""
        event.stop()
        self.action_ask("large")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what the marked job allows."""
        if action != "ask":
            return super().check_action(action, parameters)
        job = self.marked
        if job is None:
            return False
        test = ALLOWED.get(str(parameters[0]))
        return test is None or test(job)

    def action_ask(self, wish: str) -> None:
        """Ask for something to be done with the marked job."""
        if self.marked is not None:
            self.post_message(self.JobAction(wish, self.marked))


def columns_for(width: int, *, shared: bool) -> tuple[Column, ...]:
    """Return the columns that there is room for; whose a job is goes before how long it took.

    Args:
        width: cells.
        shared: whether several profiles are in use.
    """
    profile = (_PROFILE,) if shared else ()
    time = () if shared and width < VERY_WIDE_CELLS else (_ELAPSED,)
    prompt = (_PROMPT,) if width >= WIDE_CELLS else ()
    return (_STATE, *profile, *time, _SEED, *prompt)
