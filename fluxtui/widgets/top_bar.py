"""The top line of every place: whose accounts, what is left, what is spent, what is going on."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from fluxtui.app.state import StatefulApp
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.money import show_credits
from fluxtui.domain.spending import Allowance
from fluxtui.domain.text import shown_text
from fluxtui.system.dataclass import dataclass
from fluxtui.widgets.budget import allowance_text, allowance_warning, most_pressing
from fluxtui.widgets.plain import plain

NAME = "FluxTUI"
WIDE_ENOUGH = 60
"""From this width on the profiles without a connection are named."""
_WAITING = frozenset({JobState.DRAFT, JobState.SUBMITTING, JobState.WAITING})


@dataclass(frozen=True)
class JobCounts:
    """How many jobs are in which part of their life."""

    running: int = 0
    waiting: int = 0
    in_doubt: int = 0
    unreadable: int = 0

    @classmethod
    def of(cls, jobs: tuple[Job, ...], unreadable: int = 0) -> JobCounts:
        """Count jobs; `unreadable` rows of the journal may be some too."""
        return cls(
            running=sum(job.is_active and job.state not in _WAITING for job in jobs),
            waiting=sum(job.state in _WAITING for job in jobs),
            in_doubt=sum(job.state is JobState.IN_DOUBT for job in jobs),
            unreadable=unreadable,
        )

    def words(self) -> str:
        """Return the counts for people: `'3 running, 2 waiting'`, or an empty string."""
        parts = [
            (self.unreadable, "unreadable"),
            (self.running, "running"),
            (self.waiting, "waiting"),
            (self.in_doubt, "in doubt"),
        ]
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
    balances: reactive[Mapping[str, float | None]] = reactive({})
    """Credits left by usable profile, the active one first; None where not known."""
    silent: reactive[bool] = reactive(False)
    """Whether the service of the active profile does not tell what is left."""
    spent_today: reactive[float] = reactive(0.0)
    """Credits."""
    allowances: reactive[tuple[Allowance, ...]] = reactive(())
    """The budgets that are set."""
    counts: reactive[JobCounts] = reactive(JobCounts())
    connected: reactive[bool] = reactive(True)
    disconnected: reactive[tuple[str, ...]] = reactive(())
    """The profiles without a connection, where it is told of which."""

    def on_mount(self) -> None:
        """Follow the application."""
        app = self.app
        if isinstance(app, StatefulApp):
            for source in ("profile", "usable_profiles", "balances", "silent_profiles"):
                app.sight.watch(self, source, self._take_money)
            app.sight.watch(self, "spent_today", self._take_spent)
            app.sight.watch(self, "allowances", self._take_allowances)
            app.sight.watch(self, "jobs", self._take_jobs)
            app.sight.watch(self, "unreadable", self._take_jobs)
            app.sight.watch(self, "connected", self._take_connected)
            app.sight.watch(self, "disconnected", self._take_disconnected)

    def _take_money(self) -> None:
        app = self.app
        if isinstance(app, StatefulApp):
            known = {
                name: app.balance_of(name) for name in dict.fromkeys((app.profile, *app.usable_profiles))
            }
            credits = {name: None if balance is None else balance.credits for name, balance in known.items()}
            self.profile, self.balance = app.profile, credits[app.profile]
            self.balances, self.silent = credits, app.profile in app.silent_profiles

    def _take_spent(self, spent: float) -> None:
        self.spent_today = spent

    def _take_allowances(self, allowances: tuple[Allowance, ...]) -> None:
        self.allowances = allowances

    def _take_jobs(self) -> None:
        app = self.app
        if isinstance(app, StatefulApp):
            self.counts = JobCounts.of(app.jobs, app.unreadable)

    def _take_connected(self, connected: bool) -> None:
        self.connected = connected

    def _take_disconnected(self, profiles: tuple[str, ...]) -> None:
        self.disconnected = profiles

    def render(self) -> RenderResult:
        """Draw the fullest wording that fits."""
        width = self.content_size.width
        right = self._connection(named=width >= WIDE_ENOUGH)
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
        short_money = "" if self.balance is None else show_credits(self.balance)
        unknown = "" if self.silent else "balance unknown"
        money = f"{short_money} left" if short_money else unknown
        spent, warning = self._spent()
        jobs = self.counts.words()
        short_jobs = f"{self.counts.running}+{self.counts.waiting} jobs" if jobs else ""
        troubled = self.counts.in_doubt or self.counts.unreadable
        style = "bold $text-warning" if troubled else "$text-accent"
        accounts = self._accounts()
        together = [
            [name, place, accounts, spent, plain(jobs, style)],
            [name, accounts, spent, plain(jobs, style)],
        ]
        return [
            *(together if accounts.plain else []),
            [name, place, plain(self.profile), Content(money), spent, plain(jobs, style)],
            [name, plain(self.profile, limit=16), Content(money), spent, plain(jobs, style)],
            [name, plain(self.profile, limit=12), Content(short_money), spent, plain(jobs, style)],
            [name, Content(short_money), warning, plain(jobs, style)],
            [name, Content(short_money), warning, plain(short_jobs, style)],
            [name, warning],
            [name],
        ]

    def _accounts(self) -> Content:
        """Return all profiles with what is left of each, nothing where there is only one."""
        if len(self.balances) < 2:
            return Content()
        parts = []
        for profile, credits in self.balances.items():
            money = "" if credits is None else f" {show_credits(credits)}"
            parts.append(Content.assemble(plain(profile, "bold" if profile == self.profile else ""), money))
        return Content(" · ").join(parts)

    def _spent(self) -> tuple[Content, Content]:
        """Return what is spent, beside the budget where there is one, and the shortest form of a warning."""
        allowance = most_pressing(self.allowances)
        if allowance is not None:
            return allowance_text(allowance), allowance_warning(allowance)
        words = f"{show_credits(self.spent_today)} today" if self.spent_today else ""
        return Content.styled(words, "$foreground-muted"), Content()

    def _connection(self, *, named: bool) -> Content:
        if self.connected:
            return Content.styled("●", "$text-success")
        some = 0 < len(self.disconnected) < len(self.balances)
        names = ", ".join(shown_text(profile, limit=16) for profile in self.disconnected)
        words = f"○ no connection: {names}" if named and some else "○ no connection"
        return Content.styled(words, "bold $text-error")
