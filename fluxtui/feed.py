"""Keeps the state in step with the journal, and tells the user what came in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.timer import Timer

from fluxtui.domain.errors import FluxError
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.state import Balance, StatefulApp, guarded

if TYPE_CHECKING:
    from fluxtui.services.bundle import Services
    from fluxtui.services.jobs.changes import Change

JOBS_SHOWN = 500
"""How many of the newest jobs the state holds; active ones are always among them."""
STATE_REST = 0.2
"""Seconds for which changes of the journal are gathered before the state follows."""
BALANCE_REST = 1.0
"""Seconds for which reasons to ask for the balance are gathered."""


class StateFeed:
    """Follows one set of services on behalf of the application.

    Args:
        app: whose state follows.
        services: what it follows.
    """

    def __init__(self, app: StatefulApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._stale: set[str] = set()
        self._timer: Timer | None = None

    async def start(self) -> None:
        """Fill the state, then follow every change."""
        self._services.jobs.subscribe(self._changed)
        self.follow_config()
        await self._follow({"jobs", "finetunes"})
        self._app.set_interval(1, self._tick)

    def follow_config(self) -> None:
        """Take the profiles from the configuration."""
        name, _ = self._services.config.active()
        self._app.profile = name
        self._app.profiles = tuple(self._services.config.config.profiles)

    def refresh(self, *kinds: str) -> None:
        """Read the journal again soon; `kinds` are those of `Change`."""
        self._stale.update(kinds)
        if self._timer is None:
            self._timer = self._app.set_timer(STATE_REST, self._read)

    def ask_balance(self) -> None:
        """Ask the service for the balance soon."""
        guarded(
            self._app, self._ask_balance(), doing="asking for the balance", group="balance", exclusive=True
        )

    def _changed(self, change: Change) -> None:
        if change.kind == "pictures":
            self._app.pictures_revision += 1
        if change.kind == "finished" and change.job is not None:
            self._announce(change.job)
            self.ask_balance()
        self.refresh(change.kind)

    def _read(self) -> None:
        self._timer = None
        stale, self._stale = self._stale, set()
        guarded(self._app, self._follow(stale), doing="reading the journal", group="state")

    async def _follow(self, stale: set[str]) -> None:
        self._app.jobs = await self._jobs()
        self._app.spent_today = await self._services.account.spent_today()
        self._app.allowances = await self._services.budget.allowances()
        if stale & {"finetunes", "finished"}:
            self._app.finetunes = await self._services.models.list(self._app.profile)

    async def _jobs(self) -> tuple[Job, ...]:
        recent = await self._services.journal.jobs.recent(JOBS_SHOWN)
        known = {job.id for job in recent}
        older = [job for job in await self._services.journal.jobs.active() if job.id not in known]
        return (*recent, *sorted(older, key=lambda job: job.created_at, reverse=True))

    async def _ask_balance(self) -> None:
        await asyncio.sleep(BALANCE_REST)
        try:
            credits = await self._services.account.balance(self._app.profile)
        except FluxError as error:
            # Not worth an interruption: the top line shows the balance as unknown or old.
            self._app.log.warning(f"balance: {error.title}")
            return
        self._app.balance = Balance(credits, self._app.clock())

    def _tick(self) -> None:
        if any(job.is_active for job in self._app.jobs):
            self._app.seconds += 1

    def _announce(self, job: Job) -> None:
        title, text = ending_of(job)
        succeeded = job.state in {JobState.DONE, JobState.CANCELLED}
        if text:
            self._app.tell(text, title=title, severity="success" if succeeded else "error")
        if self._services.config.config.interface.bell:
            self._app.bell()


def ending_of(job: Job) -> tuple[str, str]:
    """Return title and sentence for the end of a job."""
    kind = "training" if job.kind is JobKind.TRAINING else "picture"
    if job.state is JobState.DONE and job.kind is JobKind.TRAINING:
        name = job.finetune_name or job.title
        return "Training finished", f"The finetune {name} is trained. F3 shows it, F4 generates with it."
    if job.state is JobState.DONE:
        return "Picture", f"Saved {job.picture}"
    if job.state is JobState.CANCELLED:
        return "Cancelled", f"The {kind} “{job.title}” is cancelled."
    reason = job.error or "F6 Jobs has its story."
    return job.error_title or job.state.value.capitalize(), f"The {kind} “{job.title}”: {reason}"
