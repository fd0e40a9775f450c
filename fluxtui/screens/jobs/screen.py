"""The Jobs place: table, details with the whole story, and what can still be done about a job."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.events import Resize, ScreenResume

from fluxtui.app.state import guarded
from fluxtui.controllers.jobs.controller import JobsController
from fluxtui.controllers.jobs.trained_on import Trained
from fluxtui.controllers.navigation import GenerateAgain, Request, ShowJob
from fluxtui.domain.jobs import Job
from fluxtui.screens.jobs.details import job_details
from fluxtui.screens.jobs.job_rows import job_cells
from fluxtui.screens.jobs.queue_line import queue_line
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.trained_on import TRAINED_ON_KEYS, show_archive
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.table import Column, LateRow, RowTable

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


class JobsScreen(PlaceScreen):
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
        *TRAINED_ON_KEYS,
        Binding("v", "open", "View", id="jobs.open"),
        Binding("x,delete", "cancel", "Cancel", id="jobs.cancel"),
        Binding("a", "send_again", "Send again", id="jobs.send"),
        Binding("l", "look_again", "Look for it", id="jobs.look"),
        Binding("u", "use_again", "Use parameters", id="jobs.use"),
        Binding("y", "copy", "Copy", id="jobs.copy"),
        Binding("h,H", "get_home", "Get it home", id="jobs.home", key_display="h", show=False),
        Binding("f12", "use_picture", "Use this picture", id="jobs.use_picture", show=False),
        Binding("U", "upscale", "Upscale", id="jobs.upscale", show=False),
        Binding("V", "vary", "Vary, four at once", id="jobs.vary", show=False),
        Binding("K", "move_up", "Earlier", id="jobs.up", show=False),
        Binding("J", "move_down", "Later", id="jobs.down", show=False),
        Binding("t", "to_top", "Send next", id="jobs.top", show=False),
        Binding("p", "pause", "Pause or resume", id="jobs.pause", show=False),
        Binding(
            "dollar_sign", "app.show('spending')", "Spending", id="jobs.spending", key_display="$", show=False
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.controller = JobsController(self.app)

    def compose_place(self) -> ComposeResult:
        """Lay out table and details."""
        yield PlainStatic("", id="jobs-queue")
        with Container(id="jobs"):
            yield RowTable(COLUMNS, empty=NOTHING_YET, id="jobs-table")
            with VerticalScroll(id="jobs-details"):
                yield PlainStatic("", id="jobs-story")

    def on_mount(self) -> None:
        """Follow the jobs."""
        self.app.sight.watch(self, "queues", self._show_queues)
        self.app.sight.watch(self, "jobs", self._show_jobs)
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

    def on_screen_resume(self, event: ScreenResume) -> None:
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
        shared = self.app.size.width >= ROOMY_CELLS and self.controller.are_shared
        table.set_columns(SHARED_COLUMNS if shared else COLUMNS)
        places = self.controller.places
        listed = self.controller.listed
        table.set_rows([LateRow(job.id, partial(job_cells, job, now, places.get(job.id))) for job in listed])

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
        shown = self.query_one("#jobs-story", PlainStatic)
        if job is None:
            shown.show("")
            return
        shown.show(job_details(job, await self.controller.story(job), now=self.app.clock()))
        self.refresh_bindings()

    def _selected(self) -> Job | None:
        return self.controller.job(self.query_one(RowTable).selected_key)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what the selected job allows."""
        return self.controller.allows(action, self._selected() if self.is_mounted else None)

    # What the keys do

    def _act(self, command: Callable[[Job], Coroutine[Any, Any, None]], doing: str) -> None:
        """Do something about the selected job, on which the cursor then stays."""
        job = self._selected()
        if job is not None:
            self.query_one(RowTable).stay()
            guarded(self, command(job), doing=doing, group="act", exclusive=True)

    def action_cancel(self) -> None:
        """Take the job back, or give a doubtful one up."""
        self._act(self.controller.cancel, "cancelling a job")

    def action_send_again(self) -> None:
        """Send the same as a new job, after asking, since it costs."""
        self._act(self.controller.send_again, "sending a job again")

    def action_look_again(self) -> None:
        """Look for a doubtful job at the service, or for a result that was paid for and did not come."""
        self._act(self.controller.look_again, "looking for a job")

    def action_pause(self) -> None:
        """Pause the queue of the selected queued job, else of the active profile, or resume it."""
        work = self.controller.pause_or_resume(self._selected())
        guarded(self, work, doing="pausing the queue", group="act", exclusive=True)

    def action_move_up(self) -> None:
        """Send the job one place earlier."""
        self._move(self.controller.move_up)

    def action_move_down(self) -> None:
        """Send the job one place later."""
        self._move(self.controller.move_down)

    def action_to_top(self) -> None:
        """Send the job before all others."""
        self._move(self.controller.to_top)

    def _move(self, command: Callable[[Job], Coroutine[Any, Any, None]]) -> None:
        job = self._selected()
        if job is not None:
            # Not exclusive: each press counts, also while the one before is being written.
            guarded(self, command(job), doing="moving a job", group="order")

    def action_use_again(self) -> None:
        """Put the job's parameters into the form that it came from."""
        job = self._selected()
        if job is not None:
            work = self.controller.use_again(job)
            guarded(self, work, doing="taking up a job", group="go", exclusive=True)

    def action_copy(self) -> None:
        """Copy the picture's path, or the id at the service, or the job's id."""
        job = self._selected()
        if job is not None:
            what, text = self.controller.copyable(job)
            self.app.copy_to_clipboard(text)
            self.app.tell(f"Copied the {what}: {text}")

    # What else is opened

    def action_open(self) -> None:
        """Show the picture in the whole terminal."""
        job = self._selected()
        if job is not None and job.picture:
            from fluxtui.screens.view.screen import show_pictures

            show_pictures(self.app, self.controller.listed, job)

    def action_use_picture(self) -> None:
        """Ask what the picture is to be used for, and open Generate with it."""
        job = self._selected()
        if job is not None and job.picture:
            from fluxtui.screens.using_pictures import use_picture

            path = self.app.services.storage.inside(job.picture)
            guarded(self, use_picture(self.app, path), doing="using a picture", group="use", exclusive=True)

    def action_upscale(self) -> None:
        """Ask where the picture is to be made larger."""
        job = self._selected()
        if job is not None and job.picture:
            from fluxtui.screens.using_pictures import upscale_picture

            work = upscale_picture(self.app, self.app.services.storage.inside(job.picture))
            guarded(self, work, doing="upscaling a picture", group="use", exclusive=True)

    def action_vary(self) -> None:
        """Ask how the picture is to be varied."""
        job = self._selected()
        if job is not None and job.picture:
            from fluxtui.screens.using_pictures import vary_picture

            path = self.app.services.storage.inside(job.picture)
            work = vary_picture(self.app, path, GenerateAgain.from_job(job))
            guarded(self, work, doing="varying a picture", group="use", exclusive=True)

    def action_get_home(self) -> None:
        """Offer the ways to get the picture home."""
        job = self._selected()
        if job is not None and job.picture:
            from fluxtui.controllers.pictures.item import ViewItem
            from fluxtui.screens.home import get_home

            get_home(self.app, [ViewItem.from_job(job, self.app.services.storage.inside(job.picture))])

    def action_show_archive(self) -> None:
        """Show the pictures and captions that were sent for the training."""
        if (trained := self._trained()) is not None:
            work = show_archive(self.app, self.controller.trained_on, trained)
            guarded(self, work, doing="opening the pictures", group="trained", exclusive=True)

    def action_export_archive(self) -> None:
        """Copy the archive that was sent for the training to where the user wants it."""
        if (trained := self._trained()) is not None:
            work = self.controller.trained_on.export(trained)
            guarded(self, work, doing="exporting the pictures", group="trained", exclusive=True)

    def _trained(self) -> Trained | None:
        job = self._selected()
        return None if job is None else self.controller.trained(job)
