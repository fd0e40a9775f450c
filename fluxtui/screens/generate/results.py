"""The right side of the generate place: the picture, and the queue that it comes from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual import getters
from textual.app import ComposeResult
from textual.containers import Vertical

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.jobs import Job, JobState
from fluxtui.screens.generate.picture_panel import PicturePanel
from fluxtui.screens.generate.queue_rows import followed, queued_generations
from fluxtui.screens.generate.queue_table import QueueTable
from fluxtui.widgets.table import RowTable

REST_SECONDS = 0.1
"""How long the cursor must rest on a line of the queue until its picture is drawn."""


class Results(Vertical):
    """Shows the newest picture as soon as it is there, unless the user looks at another line of the queue."""

    app = getters.app(StatefulApp)

    def __init__(self) -> None:
        super().__init__(id="results")
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
        self.watch(self.app, "jobs", self._show_jobs)
        self.watch(self.app, "usable_profiles", self._show_jobs, init=False)

    @property
    def shown(self) -> Job | None:
        """The job whose picture is shown, or would be without a preview."""
        return self._shown

    def preview(self, path: Path | None, title: str, words: str) -> None:
        """Show a picture that goes into a request, or words about it, until `end_preview`."""
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
