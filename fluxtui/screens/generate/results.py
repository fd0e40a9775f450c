"""The right side of the generate place: the picture, and the queue that it comes from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual import getters
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.generation.controller import GenerationController
from fluxtui.controllers.generation.picture_inputs import path_in
from fluxtui.controllers.navigation import GenerateAgain
from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.text import is_web_address
from fluxtui.screens.generate.picture_panel import PicturePanel
from fluxtui.screens.generate.queue_rows import followed, queued_generations
from fluxtui.screens.generate.queue_table import QueueTable
from fluxtui.screens.home import get_home
from fluxtui.screens.view.screen import show_pictures
from fluxtui.widgets.parameter_form.path_controls import PictureInput
from fluxtui.widgets.table import RowTable

REST_SECONDS = 0.1
"""How long the cursor must rest on a line of the queue until its picture is drawn."""


class Results(Vertical):
    """Shows the newest picture as soon as it is there, unless the user looks at another line of the queue."""

    app = getters.app(StatefulApp)

    class UsedAgain(Message):
        """The user wants the parameters of a picture in the form."""

        def __init__(self, request: GenerateAgain) -> None:
            super().__init__()
            self.request = request

    def __init__(self, generation: GenerationController) -> None:
        super().__init__(id="results")
        self._generation = generation
        self._chosen: str | None = None
        """The job that the user went to, or None while the newest picture is followed."""
        self._shown: Job | None = None
        self._shared = False
        """Whether several profiles are in use, so that it is said whose a job is."""
        self._previewing = False
        """Whether a picture that goes into a request is shown instead of one that came of one."""
        self.fault = ""
        """Why nothing can be generated, as a sentence."""

    def compose(self) -> ComposeResult:
        """Lay out the picture over the queue."""
        yield PicturePanel(self.app.terminal)
        yield QueueTable()

    def on_mount(self) -> None:
        """Follow the jobs."""
        self.app.sight.watch(self, "jobs", self._show_jobs)
        self.app.sight.watch(self, "usable_profiles", self._show_jobs, init=False)

    @property
    def shown(self) -> Job | None:
        """The job whose picture is shown, or would be without a preview."""
        return self._shown

    @property
    def picture(self) -> Path | None:
        """The file of the picture that is shown, or would be without a preview."""
        job = self._shown
        if job is None or job.state is not JobState.DONE or not job.picture:
            return None
        return self.app.services.storage.inside(job.picture)

    def preview_line(self, line: PictureInput) -> None:
        """Show the picture of a line of the form, or words about it, until `end_preview`."""
        title, text = line.field.title, line.value.strip()
        if not text:
            words = "No picture yet.\n\nType a path, or press ↓ for other ways to name one."
            self._preview(None, title, words)
        elif is_web_address(text):
            self._preview(None, title, "An address: the service fetches the picture itself.")
        elif line.found is not None:
            note = line.found.note
            path = path_in(text) if note.usable else None
            self._preview(path, title, note.text if note.usable else f"✗ {note.text}")

    def _preview(self, path: Path | None, title: str, words: str) -> None:
        self._previewing = True
        self.workers.cancel_group(self, "picture")
        self.query_one(PicturePanel).show_input(path, title, words)

    def end_preview(self) -> None:
        """Show what came of a request again."""
        if self._previewing:
            self._previewing, job = False, self._shown
            self._shown = None
            self._show(job)
            if job is None:
                self.query_one(PicturePanel).show_nothing(self.fault)

    @property
    def queue(self) -> QueueTable:
        """The queue."""
        return self.query_one(QueueTable)

    def follow_newest(self) -> None:
        """Show the newest picture from now on."""
        self.end_preview()
        self._chosen = None
        self._show_jobs()

    def show_fault(self, sentence: str) -> None:
        """Say why nothing can be generated, or take that back with an empty sentence."""
        if sentence == self.fault:
            return
        self.fault = sentence
        if self._shown is None:
            self.query_one(PicturePanel).show_nothing(sentence)

    def show_time(self) -> None:
        """Show how long the jobs have taken by now."""
        self._show_queue(queued_generations(self.app.jobs))

    def _show_queue(self, jobs: Sequence[Job]) -> None:
        self._shared = len({*self.app.usable_profiles, *(job.profile for job in jobs)}) > 1
        self.queue.show(jobs, self.app.clock(), shared=self._shared)

    def _show_jobs(self) -> None:
        jobs = queued_generations(self.app.jobs)
        self._show_queue(jobs)
        chosen = self.queue.job(self._chosen)
        self._show(chosen or followed(jobs))

    def _show(self, job: Job | None) -> None:
        if job is not None:
            self.queue.select(job.id)
        if job == self._shown:
            return
        self._shown = job
        if self._previewing:
            return
        panel = self.query_one(PicturePanel)
        if job is None:
            panel.show_nothing(self.fault)
        elif job.state is JobState.DONE and job.picture:
            guarded(self, self._show_picture(job), doing="showing a picture", group="picture", exclusive=True)
        else:
            self.workers.cancel_group(self, "picture")
            panel.show_job(job, shared=self._shared)

    async def _show_picture(self, job: Job) -> None:
        if self._chosen is not None:
            # Going through the queue quickly draws no pictures on the way.
            await asyncio.sleep(REST_SECONDS)
        path = self.app.services.storage.inside(job.picture or "")
        known = await self.app.services.gallery.made_by(job.id)
        picture = known[0] if known else None
        self.query_one(PicturePanel).show_picture(job, path, picture, shared=self._shared)

    def on_row_table_highlighted(self, event: RowTable.Highlighted) -> None:
        """Show what the user goes to; where the program put the cursor is shown already."""
        event.stop()
        shown = self._shown.id if self._shown is not None else None
        if event.key is None or event.key == shown or not self.queue.has_focus_within:
            return
        self._chosen = event.key
        self._show(self.queue.job(event.key))

    # What is done about a job of the queue

    def on_queue_table_job_action(self, event: QueueTable.JobAction) -> None:
        """Do what the user wants with a job."""
        event.stop()
        self.act_on(event.wish, event.job)

    def act_on(self, wish: str, job: Job) -> None:
        """Do what the user wants with a job; `wish` is that of `QueueTable.JobAction`."""
        queue = self._generation.queue
        match wish:
            case "large":
                show_pictures(self.app, queued_generations(self.app.jobs), job)
            case "copy":
                self._copy_path(job)
            case "home":
                self._get_home(job)
            case "use_again":
                self._use_again(job)
            case "another_seed":
                guarded(self, queue.send_another(job), doing="generating", group="send")
            case "cancel":
                guarded(self, queue.cancel(job), doing="cancelling a job", group="cancel")
            case "move_up" | "move_down" | "to_top":
                # Not exclusive: each press counts, also while the one before is being written.
                guarded(self, queue.move(job, wish), doing="moving a job", group="order")
            case "retry":
                work = queue.retry(job)
                guarded(self, work, doing="sending a job again", group="retry", exclusive=True)
            case "sheet":
                guarded(self, self._make_sheet(job), doing="making a contact sheet", group="sheet")
            case "keep_strength" | "keep_all":
                keeping = queue.keep_defaults(job, everything=wish == "keep_all")
                guarded(self, keeping, doing="keeping the defaults of a finetune", group="defaults")

    def _copy_path(self, job: Job) -> None:
        if job.picture:
            path = str(self.app.services.storage.inside(job.picture))
            self.app.copy_to_clipboard(path)
            self._generation.news.say(f"Copied the path: {path}", "success")

    def _get_home(self, job: Job) -> None:
        if job.picture:
            get_home(self.app, [ViewItem.from_job(job, self.app.services.storage.inside(job.picture))])

    def _use_again(self, job: Job) -> None:
        seed = {"seed": job.seed} if job.seed is not None else {}
        request = GenerateAgain(job.profile, job.endpoint, {**job.parameters, **seed}, job.finetune_ref)
        self._generation.news.say("The form has the parameters and the seed of that picture.")
        self.post_message(self.UsedAgain(request))

    async def _make_sheet(self, job: Job) -> None:
        self.app.copy_to_clipboard(await self._generation.queue.make_sheet(job))
