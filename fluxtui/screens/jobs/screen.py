"""The Jobs place: table, details with the whole story, and what can still be done about a job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.events import Resize

from fluxtui.app.state import guarded
from fluxtui.controllers.jobs.rows import (
    SIGNS,
    age_cell,
    cost_cell,
    ordered,
    places_of,
    progress_cell,
    state_text,
    title_cell,
)
from fluxtui.controllers.navigation import GenerateAgain, Request, ShowJob
from fluxtui.domain.errors import FluxError
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.screens.cancelling import cancel
from fluxtui.screens.jobs.details import job_details
from fluxtui.screens.jobs.queue_line import queue_line
from fluxtui.screens.sending_again import send_again
from fluxtui.screens.trained_on import Trained, TrainedOnKeys
from fluxtui.widgets.dialogs import ConfirmDialog, ask
from fluxtui.widgets.plain import PlainStatic, cell
from fluxtui.widgets.table import Column, Row, RowTable

NOTHING_YET = "Nothing has been sent yet. F2 trains a finetune, F4 makes pictures; everything appears here."

COLUMNS = (
    Column("state", "State", width=12),
    Column("title", "What"),
    Column("progress", "Progress", width=13),
    Column("age", "Made", width=8),
    Column("cost", "Cost", width=7, align="right"),
)
PROFILE = Column("profile", "Profile", width=9)
SHARED_COLUMNS = (*COLUMNS[:2], PROFILE, COLUMNS[2], COLUMNS[4])
"""The columns where jobs of several profiles are shown and there is room; the details tell the age."""
ROOMY_CELLS = 100
"""From this width of the place on the profile has room."""

NOT_FOUND = {
    JobKind.TRAINING: "A new finetune can stay hidden for a while; look again later.",
    JobKind.GENERATION: "If it does not show soon, the service most likely never got it.",
}
"""What may be thought of a lost job that its service does not know."""

ALLOWED: dict[str, Callable[[Job], bool]] = {
    "open": lambda job: job.picture is not None,
    "use_picture": lambda job: job.picture is not None,
    "cancel": lambda job: (job.is_active and job.cancel_asked_at is None) or job.state is JobState.IN_DOUBT,
    "send_again": lambda job: not job.is_active and job.state is not JobState.DONE,
    "look_again": lambda job: job.state is JobState.IN_DOUBT or job.may_be_looked_for,
    "use_again": lambda job: True,
    "show_archive": lambda job: job.dataset is not None,
    "export_archive": lambda job: job.dataset is not None,
    "copy": lambda job: True,
    "get_home": lambda job: job.picture is not None,
    "move_up": lambda job: job.state is JobState.DRAFT and not job.waits,
    "move_down": lambda job: job.state is JobState.DRAFT and not job.waits,
    "to_top": lambda job: job.state is JobState.DRAFT and not job.waits,
}
"""What can be done about which jobs; that a doubtful one can be looked for depends on its service too."""


class JobsScreen(TrainedOnKeys):
    """Everything that was paid for, active and doubtful jobs on top."""

    PLACE = "jobs"
    CSS_PATH = "jobs.tcss"
    HELP = """Every job with its state, progress, age and cost. `~` marks an estimate, `?` a cost of
which it is not known whether it was charged.

A job that was sent is cancelled by its service, where that can; what it may cost all the same is said first.

Sample pictures wait for their training; they are cancelled with it, or alone. Queued jobs are sent in the
order shown: `K` and `J` move one, `t` sends it next. `p` pauses the queue and
resumes it; what was sent goes on. A queue without credits pauses by itself and goes on when there are some.

A job *in doubt* was sent, but its answer was lost: look for it at the service, send it again or give it up.
Nothing in doubt is ever sent again by itself.

A result that was paid for and is not where it should be is looked for as long as its service may have it
(`looking`); x stops that. `l` looks for one that expired or failed again, also days later, which costs
nothing.

`F12` uses the picture of a job for another one: as a reference, to fill, to erase and so on.

`u` takes the values of a job into the form that it came from, to be changed and sent anew. Of a training,
`i` shows the pictures that were sent, and `e` exports them. `$` shows what was spent by day, finetune and
endpoint."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "open", "View", id="jobs.open"),
        Binding("x,delete", "cancel", "Cancel", id="jobs.cancel"),
        Binding("a", "send_again", "Send again", id="jobs.send"),
        Binding("l", "look_again", "Look for it", id="jobs.look"),
        Binding("u", "use_again", "Use parameters", id="jobs.use"),
        Binding("y", "copy", "Copy", id="jobs.copy"),
        Binding("h,H", "get_home", "Get it home", id="jobs.home", key_display="h", show=False),
        Binding("f12", "use_picture", "Use this picture", id="jobs.use_picture", show=False),
        Binding("K", "move_up", "Earlier", id="jobs.up", show=False),
        Binding("J", "move_down", "Later", id="jobs.down", show=False),
        Binding("t", "to_top", "Send next", id="jobs.top", show=False),
        Binding("p", "pause", "Pause or resume", id="jobs.pause", show=False),
        Binding(
            "dollar_sign", "app.show_spending", "Spending", id="jobs.spending", key_display="$", show=False
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._finds: dict[str, frozenset[JobKind]] = {}
        """The kinds of lost jobs that can be looked for, by profile, as far as it is known."""

    def compose_place(self) -> ComposeResult:
        """Lay out table and details."""
        yield PlainStatic("", id="jobs-queue")
        with Container(id="jobs"):
            yield RowTable(COLUMNS, empty=NOTHING_YET, id="jobs-table")
            with VerticalScroll(id="jobs-details"):
                yield PlainStatic("", id="jobs-story")

    def on_mount(self) -> None:
        """Follow the jobs."""
        self.watch(self.app, "queues", self._show_queues)
        self.watch(self.app, "jobs", self._show_jobs)
        self.query_one(RowTable).focus()

    def follow(self, request: Request) -> None:
        """Select a job that another place names."""
        if isinstance(request, ShowJob):
            self.query_one(RowTable).select(request.job_id)

    def _show_queues(self) -> None:
        line = queue_line(self.app.queues)
        queue = self.query_one("#jobs-queue", PlainStatic)
        queue.display = bool(line.plain)
        queue.show(line)
        self._show_rows()

    def on_resize(self, event: Resize) -> None:
        """Show whose the jobs are where there is room."""
        self._show_rows()

    def on_screen_resume(self) -> None:
        """Begin with the newest or active job, unless the user has gone to another one."""
        for table in self.query(RowTable):
            if not table.was_moved:
                table.select_first()

    def show_time(self) -> None:
        """Show the ages and how long jobs have taken by now."""
        self._show_rows()

    def _show_jobs(self) -> None:
        self._show_rows()
        self._show_details()

    def _show_rows(self) -> None:
        now = self.app.clock()
        table = self.query_one(RowTable)
        shared = len({job.profile for job in self.app.jobs}) > 1 and self.app.size.width >= ROOMY_CELLS
        table.set_columns(SHARED_COLUMNS if shared else COLUMNS)
        places = places_of(queue.order for queue in self.app.queues)
        table.set_rows(
            [
                Row(
                    job.id,
                    {
                        "state": cell(state_text(job), SIGNS[job.state][1]),
                        "title": title_cell(job),
                        "profile": cell(job.profile, "dim"),
                        "progress": progress_cell(job, now, places.get(job.id)),
                        "age": age_cell(job, now),
                        "cost": cost_cell(job),
                    },
                )
                for job in ordered(self.app.jobs, places)
            ]
        )

    def on_row_table_highlighted(self, event: RowTable.Highlighted) -> None:
        """Show the story of the job under the cursor."""
        self._show_details()

    def on_row_table_chosen(self, event: RowTable.Chosen) -> None:
        """Open the picture of the job, as `v` does."""
        self.action_open()

    def _show_details(self) -> None:
        guarded(self, self._read_story(), doing="reading a job's story", group="story", exclusive=True)

    async def _read_story(self) -> None:
        job = self._selected()
        story = self.query_one("#jobs-story", PlainStatic)
        if job is None:
            story.show("")
            return
        journal = self.app.services.journal
        events, log = await journal.jobs.story(job.id), await journal.logs.get(job.id)
        kept = await self.app.services.training_sets.kept(job.dataset)
        findable = job.state is not JobState.IN_DOUBT or await self._can_be_found(job)
        story.show(job_details(job, events, log=log, can_be_found=findable, kept=kept, now=self.app.clock()))
        self.refresh_bindings()

    async def _can_be_found(self, job: Job) -> bool:
        """Tell whether a job's service can be asked for it; one that cannot be used now is worth a try."""
        try:
            self._finds[job.profile] = (await self.app.services.account.abilities(job.profile)).finds
        except FluxError:
            self._finds.pop(job.profile, None)
        return self._is_findable(job)

    def _is_findable(self, job: Job) -> bool:
        return job.kind in self._finds.get(job.profile, frozenset(JobKind))

    async def trained(self) -> Trained | None:
        """Return the training under the cursor."""
        job = self._selected()
        if job is None or job.kind is not JobKind.TRAINING:
            return None
        return Trained(job.finetune_name or job.title, job.dataset, job)

    def _selected(self) -> Job | None:
        key = self.query_one(RowTable).selected_key
        return next((job for job in self.app.jobs if job.id == key), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what the selected job allows."""
        test = ALLOWED.get(action)
        if test is None:
            return True
        job = self._selected() if self.is_mounted else None
        if action == "look_again" and job is not None and job.state is JobState.IN_DOUBT:
            return self._is_findable(job)
        return job is not None and test(job)

    def action_open(self) -> None:
        """Show the picture in the whole terminal."""
        job = self._selected()
        if job is not None and job.picture:
            from fluxtui.screens.view.opening import show_pictures

            places = places_of(queue.order for queue in self.app.queues)
            show_pictures(self.app, ordered(self.app.jobs, places), job)

    def action_use_picture(self) -> None:
        """Ask what the picture is to be used for, and open Generate with it."""
        job = self._selected()
        if job is not None and job.picture:
            from fluxtui.screens.using_pictures import use_picture

            path = self.app.services.storage.inside(job.picture)
            guarded(self, use_picture(self.app, path), doing="using a picture", group="use", exclusive=True)

    def action_cancel(self) -> None:
        """Take the job back, or give a doubtful one up."""
        job = self._selected()
        if job is not None:
            self.query_one(RowTable).stay()
            guarded(self, self._cancel(job), doing="cancelling a job", group="act", exclusive=True)

    async def _cancel(self, job: Job) -> None:
        if job.state is JobState.IN_DOUBT:
            dialog = ConfirmDialog(
                "Give it up?",
                [
                    "The service may have accepted and billed this job.",
                    "Given up, it is no longer looked for.",
                ],
                confirm_label="Give up",
                danger=True,
            )
            if await ask(self.app, dialog):
                await self.app.services.jobs.give_up(job.id)
            return
        told = await cancel(self.app, job)
        self.app.tell(told.text, severity=told.severity)

    def action_send_again(self) -> None:
        """Send the same as a new job, after asking, since it costs."""
        job = self._selected()
        if job is not None:
            self.query_one(RowTable).stay()
            guarded(self, self._send_again(job), doing="sending a job again", group="act", exclusive=True)

    async def _send_again(self, job: Job) -> None:
        new = await send_again(self.app, job)
        if new is not None:
            self.app.tell(f"Sent again as a new job: {new.title}")

    def action_look_again(self) -> None:
        """Look for a doubtful job at the service, or for a result that was paid for and did not come."""
        job = self._selected()
        if job is not None:
            self.query_one(RowTable).stay()
            guarded(self, self._look_again(job), doing="looking for a job", group="act", exclusive=True)

    async def _look_again(self, job: Job) -> None:
        self.app.tell(f"Looking for “{job.title}” at the service …")
        doubtful = job.state is JobState.IN_DOUBT
        found = await self.app.services.jobs.look_again(job.id)
        if found.state is JobState.IN_DOUBT:
            abilities = await self.app.services.account.abilities(job.profile)
            advice = abilities.find_advice or NOT_FOUND[job.kind]
            self.app.tell(f"It was not found. {advice}", severity="warning")
        elif doubtful:
            self.app.tell(f"Found: “{found.title}” goes on.", severity="success")

    def action_use_again(self) -> None:
        """Put the job's parameters into the form that it came from."""
        job = self._selected()
        if job is not None and job.kind is JobKind.TRAINING:
            self.train_again()
        elif job is not None:
            work = self.app.go(GenerateAgain.from_job(job))
            self.run_worker(work, name="going", group="go", exit_on_error=False)

    def action_move_up(self) -> None:
        """Send the job one place earlier."""
        self._move(self.app.services.jobs.move_up)

    def action_move_down(self) -> None:
        """Send the job one place later."""
        self._move(self.app.services.jobs.move_down)

    def action_to_top(self) -> None:
        """Send the job before all others."""
        self._move(self.app.services.jobs.to_top)

    def _move(self, move: Callable[[str], Awaitable[Job]]) -> None:
        job = self._selected()
        if job is not None:
            # Not exclusive: each press counts, also while the one before is being written.
            guarded(self, self._moved(move, job.id), doing="moving a job", group="order")

    async def _moved(self, move: Callable[[str], Awaitable[Job]], job_id: str) -> None:
        await move(job_id)

    def action_pause(self) -> None:
        """Pause the queue of the selected queued job, else of the active profile, or resume it."""
        job = self._selected()
        profile = job.profile if job is not None and job.state is JobState.DRAFT else self.app.profile
        guarded(self, self._pause(profile), doing="pausing the queue", group="act", exclusive=True)

    async def _pause(self, profile: str) -> None:
        jobs = self.app.services.jobs
        if await jobs.resume(profile):
            self.app.tell(f"The queue of {profile} goes on.", severity="success")
        elif await jobs.pause(profile):
            self.app.tell(f"The queue of {profile} is paused; what was sent goes on. p resumes it.")

    def action_get_home(self) -> None:
        """Offer the ways to get the picture home."""
        job = self._selected()
        if job is not None and job.picture:
            from fluxtui.controllers.pictures.item import ViewItem
            from fluxtui.screens.home import get_home

            get_home(self.app, [ViewItem.from_job(job, self.app.services.storage.inside(job.picture))])

    def action_copy(self) -> None:
        """Copy the picture's path, or the id at the service, or the job's id."""
        job = self._selected()
        if job is None:
            return
        if job.picture:
            what, text = "path", str(self.app.services.storage.inside(job.picture))
        else:
            what, text = ("remote id", job.remote_id) if job.remote_id else ("job id", job.id)
        self.app.copy_to_clipboard(text)
        self.app.tell(f"Copied the {what}: {text}")
