"""How the program is left: by the user, by a signal, to the shell; what is active then is handed over."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.worker import Worker, WorkerCancelled

from fluxtui.app.job_control import can_be_resumed
from fluxtui.app.shutdown import Shutdown, words_before_leaving
from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.errors import StorageError

if TYPE_CHECKING:
    from fluxtui.app.opening import Opening
    from fluxtui.services.bundle import Services

NO_SHELL = "Ctrl+Z does nothing here: there is no shell to bring the program back."
LEAVE_SECONDS = 2.0
"""Within how many seconds Ctrl+C has to be pressed again."""


class Leaving:
    """Drives the jobs until the program is left, and sees to it that none is lost then.

    Args:
        app: that is left.
        opening: knows what was opened, and so is to be closed.
        shutdown: starts the collector, and limits the end.
    """

    def __init__(self, app: StatefulApp, opening: Opening, shutdown: Shutdown) -> None:
        self._app = app
        self._opening = opening
        self._shutdown = shutdown
        self._own_loop: asyncio.AbstractEventLoop | None = None
        self._runner: Worker[None] | None = None
        self._interrupted = False
        self._closing = False

    def get_ready(self) -> None:
        """Know the event loop: a signal may come at any time from now on."""
        self._own_loop = asyncio.get_running_loop()

    def drive_jobs(self) -> None:
        """Drive the jobs, unless the program is being left."""
        if not self._closing:
            self._runner = guarded(
                self._app,
                self._app.services.jobs.run(),
                doing="driving the jobs",
                group="runner",
                leads=False,
            )

    async def _stop_runner(self) -> None:
        """Let the requests on their way end, within bounds, and release every job."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.cancel()
            with suppress(WorkerCancelled):
                await runner.wait()

    @property
    def _has_active_jobs(self) -> bool:
        return any(job.is_active for job in self._app.jobs)

    # By the user

    def leave_twice(self) -> None:
        """Leave at the second press within two seconds, at the first while there is nothing to lose yet."""
        if self._interrupted or self._opening.services is None:
            self.leave()
            return
        self._interrupted = True
        self._app.set_timer(LEAVE_SECONDS, self._forget_interrupt)
        self._app.tell("Press Ctrl+C again to quit.")

    def _forget_interrupt(self) -> None:
        self._interrupted = False

    def leave(self) -> None:
        """Leave; asks first if jobs are still active."""
        guarded(self._app, self._leave(), doing="leaving", group="leave", exclusive=True)

    async def _leave(self) -> None:
        active = sum(job.is_active for job in self._app.jobs)
        if active:
            if not await self._is_sure_to_leave(active):
                return
            self._app.tell("Finishing the requests on their way …")
            self._shutdown.end_soon(0)
            await self._stop_runner()
        self._app.exit(0)

    async def _is_sure_to_leave(self, active: int) -> bool:
        from fluxtui.widgets.dialogs import ConfirmDialog, ask

        words = words_before_leaving(active, collected=self._shutdown.leaves_collector)
        try:
            await self._app.services.session.check()
        except StorageError as error:
            # A collector would begin a new journal, and know nothing of these jobs.
            self._shutdown.leave_nothing()
            words = [error.sentence(), "Nothing that is active now can be written down or collected."]
        dialog = ConfirmDialog(
            "Leave while jobs are active?",
            words,
            confirm_label="Leave",
            cancel_label="Stay",
        )
        sure: bool | None = await ask(self._app, dialog)
        return bool(sure)

    def may_suspend(self) -> bool:
        """Get ready for a suspension to the shell, or say why there can be none.

        A collector goes on meanwhile, since nothing moves in a suspended program.
        """
        if not can_be_resumed():
            self._app.tell(NO_SHELL, severity="warning")
            return False
        if self._has_active_jobs:
            self._shutdown.leave_collector()
        return True

    # By a signal

    def hang_up_soon(self, number: int) -> None:
        """End because of a signal; may be called by its handler. Raises `SystemExit` before the start."""
        if self._own_loop is None:
            raise SystemExit(128 + number)
        self._own_loop.call_soon_threadsafe(self.hang_up, number)

    def hang_up(self, number: int) -> None:
        """End without a question: nobody is there to answer. The collector starts before anything else."""
        if not self._shutdown.hang_up(number):
            return
        if self._has_active_jobs:
            self._shutdown.leave_collector()
        self._app.exit(128 + number, return_code=128 + number)

    # At the end

    async def close(self) -> None:
        """Let go of the jobs, the journal and the connections."""
        self._closing = True
        await self._stop_runner()
        if self._opening.services is not None:
            await self._hand_over(self._opening.services)
            await self._opening.program.close()
        self._shutdown.rest_only(self._app.return_code or 0)

    async def _hand_over(self, services: Services) -> None:
        """Leave what is still active to a collector."""
        from fluxtui.collector.collector import jobs_to_collect

        if self._opening.feed is not None:
            await self._opening.feed.note_presence()
        try:
            going_on = bool(await jobs_to_collect(services))
        except StorageError:
            going_on = self._has_active_jobs
        if going_on:
            self._shutdown.leave_collector()
