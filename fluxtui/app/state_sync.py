"""Keeps the state in step with the journal, and tells the user what came in."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from textual.timer import Timer

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.errors import FluxError, StorageError
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.notices import Balance, Severity
from fluxtui.domain.outcome import BAD_STATES, outcome_of
from fluxtui.domain.spending import Period
from fluxtui.domain.text import shorten

if TYPE_CHECKING:
    from fluxtui.services.bundle import Services
    from fluxtui.services.jobs.changes import Change

JOBS_SHOWN = 500
"""How many of the newest jobs the state holds; active ones are always among them."""
STATE_REST = 0.2
"""Seconds for which changes of the journal are gathered before the state follows."""
BALANCE_REST = 1.0
"""Seconds for which reasons to ask for the balance are gathered."""
PRESENCE_SECONDS = 20.0
"""Seconds between two notes that the user has a screen; what ends without one is told at the next start."""
_NAMED = 3
"""How many jobs that ended badly are named when it is told what came in."""


class StateSync:
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
        self._today = Period.DAY.start(app.clock())
        self._announced: set[tuple[str, JobState]] = set()

    async def start(self) -> None:
        """Fill the state, then follow every change."""
        self._services.jobs.subscribe(self._changed)
        self.follow_config()
        self._app.set_interval(1, self._tick)
        self._app.set_interval(PRESENCE_SECONDS, self._stay_present)
        self._app.prices = await self._services.prices.known()
        await self._follow({"jobs", "finetunes"})

    async def note_presence(self) -> None:
        """Remember that the user has had a screen until now."""
        try:
            await self._services.session.note_presence(self._app.clock())
        except StorageError as error:
            # Not worth an interruption every few seconds: whatever matters more fails too, and is told.
            self._app.log.warning(f"presence: {error.title}")

    def _stay_present(self) -> None:
        work = self.note_presence()
        guarded(self._app, work, doing="noting the time", group="presence", exclusive=True, leads=False)

    async def tell_of_absence(self) -> None:
        """Tell what ended since the user last had a screen. Raises `StorageError`."""
        seen = await self._services.session.last_seen()
        await self.note_presence()
        if seen is None:
            return
        since = await self._services.jobs.ended_since(seen)
        ended = [job for job in since if (job.id, job.state) not in self._announced]
        self._announced.update((job.id, job.state) for job in ended)
        if ended:
            bad = any(job.state in BAD_STATES for job in ended)
            text = absence_of(ended)
            text = f"While you were away: {text}"
            self._app.tell(text, title="Jobs", severity="warning" if bad else "success")

    def follow_config(self) -> None:
        """Take the profiles from the configuration."""
        config = self._services.config
        name, _ = config.active()
        self._app.profile = name
        self._app.profiles = tuple(config.config.profiles)
        self._app.usable_profiles = usable = config.usable_profiles()
        self._app.balances = {name: known for name, known in self._app.balances.items() if name in usable}
        self._app.silent_profiles = self._app.silent_profiles.intersection(usable)

    def refresh(self, *kinds: str) -> None:
        """Read the journal again soon; `kinds` are those of `Change`."""
        self._stale.update(kinds)
        if self._timer is None:
            self._timer = self._app.set_timer(STATE_REST, self._read)

    def ask_balance(self) -> None:
        """Ask the services of all profiles with a key for balances and prices soon."""
        work = self._ask_balances()
        guarded(self._app, work, doing="asking for the balance", group="balance", exclusive=True, leads=False)

    def _changed(self, change: Change) -> None:
        if change.kind == "pictures":
            self._app.pictures_revision += 1
        if change.kind == "finished" and change.job is not None:
            self._announce(change.job)
        if change.notice:
            severity: Severity = "warning" if change.kind == "trouble" else "information"
            self._app.tell(change.notice, title=change.title, severity=severity)
        self.refresh(change.kind)

    def _read(self) -> None:
        self._timer = None
        stale, self._stale = self._stale, set()
        guarded(self._app, self._follow(stale), doing="reading the journal", group="state", leads=False)

    async def _follow(self, stale: set[str]) -> None:
        before = {job.id for job in self._app.jobs if job.is_active}
        self._app.queues = await self._services.jobs.queues(self._app.profile)
        self._app.jobs = await self._services.jobs.newest(JOBS_SHOWN)
        if self._announce_others(before):
            stale = stale | {"finished"}
            self._app.pictures_revision += 1
        self._app.spent_today = await self._services.account.spent_today()
        self._app.allowances = await self._services.budget.allowances()
        if stale & {"finetunes", "finished"}:
            self._app.finetunes = await self._services.models.list()
        self._app.unreadable = self._services.jobs.unreadable

    async def _ask_balances(self) -> None:
        await asyncio.sleep(BALANCE_REST)
        await asyncio.gather(*(self._ask_account(profile) for profile in self._app.usable_profiles))

    async def _ask_account(self, profile: str) -> None:
        """Ask one service for balance and prices."""
        try:
            credits = await self._services.account.balance(profile)
            self._take_balance(profile, credits)
            self._app.prices = await self._services.prices.refresh(profile)
        except FluxError as error:
            # Not worth an interruption: the top line shows the balance as unknown or old.
            self._app.log.warning(f"account of {profile}: {error.title}")

    def _take_balance(self, profile: str, credits: float | None) -> None:
        if credits is None:
            self._app.silent_profiles |= {profile}
        else:
            self._app.silent_profiles -= {profile}
            known = Balance(credits, self._app.clock())
            self._app.balances = {**self._app.balances, profile: known}

    def _tick(self) -> None:
        today = Period.DAY.start(self._app.clock())
        if today != self._today:
            self._today = today
            self.refresh("jobs")
        self._app.seconds += 1

    def _announce_others(self, before: Collection[str]) -> bool:
        """Tell of jobs that were active and have ended in another program; return whether there are any."""
        ended = [job for job in self._app.jobs if job.id in before and not job.is_active]
        others = [job for job in ended if (job.id, job.state) not in self._announced]
        for job in others:
            self._announce(job)
        return bool(others)

    def _announce(self, job: Job) -> None:
        if (job.id, job.state) in self._announced:
            return
        self._announced.add((job.id, job.state))
        self.ask_balance()
        title, text = ending_of(job)
        succeeded = job.state in {JobState.DONE, JobState.CANCELLED}
        if text:
            self._app.tell(text, title=title, severity="success" if succeeded else "error")
        if self._services.config.config.interface.bell:
            self._app.bell()


def absence_of(ended: Sequence[Job]) -> str:
    """Return what became of jobs while there was no screen; those that ended badly are named."""
    bad = [job for job in ended if job.state in BAD_STATES]
    named = ", ".join(f"“{shorten(job.title, 40)}” {job.state}" for job in bad[:_NAMED])
    more = f" and {len(bad) - _NAMED:,} more" if len(bad) > _NAMED else ""
    outcome = f"{outcome_of(ended)}."
    return f"{outcome} {named}{more}: F6 Jobs has the story." if bad else outcome


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
