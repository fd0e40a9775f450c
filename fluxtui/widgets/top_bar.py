"""The top line of every place: whose account, what is left, what is spent, what is going on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.money import show_credits
from fluxtui.domain.spending import Allowance
from fluxtui.state import Balance, StatefulApp
from fluxtui.widgets.budget import allowance_warning, allowance_words, most_pressing
from fluxtui.widgets.plain import plain

NAME = "FluxTUI"
_WAITING = frozenset({JobState.DRAFT, JobState.SUBMITTING, JobState.WAITING})


@dataclass(frozen=True)
class JobCounts:
    """How many jobs are in which part of their life."""

    running: int = 0
    waiting: int = 0
    in_doubt: int = 0

    @classmethod
    def of(cls, jobs: tuple[Job, ...]) -> JobCounts:
        """Count jobs."""
        return cls(
            running=sum(job.is_active and job.state not in _WAITING for job in jobs),
            waiting=sum(job.state in _WAITING for job in jobs),
            in_doubt=sum(job.state is JobState.IN_DOUBT for job in jobs),
        )

    def words(self) -> str:
        """Return the counts for people: `'3 running, 2 waiting'`, or an empty string."""
        parts = [(self.running, "running"), (self.waiting, "waiting"), (self.in_doubt, "in doubt")]
        return ", ".join(f"{count} {word}" for count, word in parts if count)


class TopBar(Widget):
    """One line that follows the application's state and shortens itself to the width."""

    DEFAULT_CSS = """
    TopBar { width: 1fr; height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    place: reactive[str] = reactive("")
    profile: reactive[str] = reactive("")
    balance: reactive[float | None] = reactive(None)
    """Credits left; None where not known."""
    spent_today: reactive[float] = reactive(0.0)
    """Credits."""
    allowances: reactive[tuple[Allowance, ...]] = reactive(())
    """The budgets that are set."""
    counts: reactive[JobCounts] = reactive(JobCounts())
    connected: reactive[bool] = reactive(True)

    def on_mount(self) -> None:
        """Follow the application."""
        app = self.app
        if isinstance(app, StatefulApp):
            self.watch(app, "profile", self._take_profile)
            self.watch(app, "balances", self._take_balances)
            self.watch(app, "spent_today", self._take_spent)
            self.watch(app, "allowances", self._take_allowances)
            self.watch(app, "jobs", self._take_jobs)
            self.watch(app, "connected", self._take_connected)

    def _take_profile(self, profile: str) -> None:
        self.profile = profile

    def _take_balances(self, balances: Mapping[str, Balance]) -> None:
        balance = balances.get(self.profile)
        self.balance = None if balance is None else balance.credits

    def _take_spent(self, spent: float) -> None:
        self.spent_today = spent

    def _take_allowances(self, allowances: tuple[Allowance, ...]) -> None:
        self.allowances = allowances

    def _take_jobs(self, jobs: tuple[Job, ...]) -> None:
        self.counts = JobCounts.of(jobs)

    def _take_connected(self, connected: bool) -> None:
        self.connected = connected

    def render(self) -> RenderResult:
        """Draw the fullest wording that fits."""
        width = self.content_size.width
        right = self._connection()
        for parts in self._wordings():
            left = Content("  ").join(part for part in parts if part.plain)
            gap = width - left.cell_length - right.cell_length
            if gap >= 1:
                return Content.assemble(left, " " * gap, right)
        return right if right.cell_length <= width else right.truncate(width, ellipsis=True)

    def _wordings(self) -> list[list[Content]]:
        """Return what to show, from the fullest to the shortest."""
        name = Content.styled(NAME, "bold $text-primary")
        place = Content.styled(self.place, "bold")
        money = "balance unknown" if self.balance is None else f"{show_credits(self.balance)} left"
        short_money = "" if self.balance is None else show_credits(self.balance)
        spent, warning = self._spent()
        jobs = self.counts.words()
        short_jobs = f"{self.counts.running}+{self.counts.waiting} jobs" if jobs else ""
        style = "bold $text-warning" if self.counts.in_doubt else "$text-accent"
        return [
            [name, place, plain(self.profile), Content(money), spent, plain(jobs, style)],
            [name, plain(self.profile, limit=16), Content(money), spent, plain(jobs, style)],
            [name, plain(self.profile, limit=12), Content(short_money), spent, plain(jobs, style)],
            [name, Content(short_money), warning, plain(jobs, style)],
            [name, Content(short_money), warning, plain(short_jobs, style)],
            [name, warning],
            [name],
        ]

    def _spent(self) -> tuple[Content, Content]:
        """Return what is spent, beside the budget where there is one, and the shortest form of a warning."""
        allowance = most_pressing(self.allowances)
        if allowance is not None:
            return allowance_words(allowance), allowance_warning(allowance)
        words = f"{show_credits(self.spent_today)} today" if self.spent_today else ""
        return Content.styled(words, "$foreground-muted"), Content()

    def _connection(self) -> Content:
        if self.connected:
            return Content.styled("●", "$text-success")
        return Content.styled("○ no connection", "bold $text-error")
