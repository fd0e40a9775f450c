"""Spending: what was paid by day, finetune and endpoint, as a table and a plot, beside the budgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.money import show_credits
from fluxtui.domain.notices import Notice
from fluxtui.domain.spending import Allowance, SpendingRow, SpendingView, Spent
from fluxtui.domain.text import plural, safe_text
from fluxtui.widgets.bar_chart import POSSIBLE, Bar, BarChart
from fluxtui.widgets.budget import allowance_text
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.key_line import KeyLine
from fluxtui.widgets.plain import PlainLabel, PlainStatic, cell, plain
from fluxtui.widgets.quiet_screen import QuietScreen
from fluxtui.widgets.table import Column, Row, RowTable

PERIODS = (7, 30, 365)
"""Days among which the period is chosen."""
DAYS_PER_BAR = {7: 1, 30: 1, 365: 7}
REST_SECONDS = 1.0
"""For how long changes of jobs are gathered before the sums are reckoned again."""
EMPTY = "Nothing was spent in this time. p chooses another period."
NO_BUDGET = "No budget is set; F7 Settings takes one for the day and one for the month."

COLUMNS = (
    Column("label", ""),
    Column("jobs", "Jobs", width=8, align="right"),
    Column("trainings", "Trainings", width=9, align="right"),
    Column("pictures", "Pictures", width=9, align="right"),
    Column("sure", "Sure USD", width=10, align="right"),
    Column("possible", "Possible USD", width=12, align="right"),
)


class SpendingScreen(QuietScreen[None]):
    """Sums over the journal, for all profiles together."""

    CSS_PATH = "spending.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]  # noqa: RUF012
    HELP = """What was spent from here, in all profiles. *Sure* is what the services said they charged.
*Possible* are the estimates of what is queued, running, in doubt, or ended without a word about its cost.
*Jobs* are all that were sent or are queued, *pictures* those that were saved.

Days are those of the local time. `x` writes the table as a CSV file into the data directory."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", id="spending.back"),
        Binding("d", "show('day')", "By day", id="spending.day"),
        Binding("f", "show('finetune')", "By finetune", id="spending.finetune"),
        Binding("e", "show('endpoint')", "By endpoint", id="spending.endpoint"),
        Binding("p", "next_period", "Period", id="spending.period"),
        Binding("x", "export", "Export CSV", id="spending.export"),
        Binding("r", "reckon", "Refresh", id="spending.refresh", show=False),
    ]

    app = getters.app(StatefulApp)

    def __init__(self) -> None:
        super().__init__()
        self._view = SpendingView.DAY
        self._days = 30
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out sums, budgets, plot and table."""
        yield PlainLabel("Spending", id="spending-title")
        yield PlainStatic("", id="spending-sums")
        yield PlainStatic("", id="spending-budgets")
        yield BarChart(show_credits, id="spending-chart")
        yield RowTable(COLUMNS, empty=EMPTY)
        yield Flash()
        yield KeyLine()

    def on_mount(self) -> None:
        """Follow jobs, budgets and news."""
        self.app.sight.watch(self, "allowances", self._show_budgets)
        self.app.sight.watch(self, "jobs", self._reckon_soon, init=False)
        self.watch(self.app, "notices", self._flash_news, init=False)
        self.query_one(RowTable).focus()
        self.action_reckon()

    def _flash_news(self, notices: tuple[Notice, ...]) -> None:
        if notices and self.app.screen is self:
            self.query_one(Flash).show(notices[0].text, notices[0].severity)

    def _show_budgets(self, allowances: tuple[Allowance, ...]) -> None:
        words = [allowance_text(allowance) for allowance in allowances]
        self.query_one("#spending-budgets", PlainStatic).show(
            Content(" · ").join(words) if words else plain(NO_BUDGET, "$foreground-muted")
        )

    def action_show(self, view: str) -> None:
        """Sum up by `day`, `finetune` or `endpoint`."""
        self._view = SpendingView(view)
        self.action_reckon()

    def action_next_period(self) -> None:
        """Take the next of the periods."""
        self._days = PERIODS[(PERIODS.index(self._days) + 1) % len(PERIODS)]
        self.action_reckon()

    def _reckon_soon(self) -> None:
        if self._rest is None:
            self._rest = self.set_timer(REST_SECONDS, self.action_reckon)

    def action_reckon(self) -> None:
        """Sum up the journal as it is now."""
        self._rest = None
        guarded(self, self._reckon(), doing="summing up what was spent", group="reckon", exclusive=True)

    async def _reckon(self) -> None:
        spending = self.app.services.spending
        days = await spending.history(SpendingView.DAY, self._days)
        rows = days if self._view is SpendingView.DAY else await spending.history(self._view, self._days)
        with self.app.batch_update():
            self._show_sums(days)
            self._show_plot(days)
            self._show_rows(rows)

    def _show_sums(self, days: Sequence[SpendingRow]) -> None:
        sure = sum(row.spent.sure for row in days)
        possible = sum(row.spent.possible for row in days)
        counts = (
            plural(sum(row.jobs for row in days), "job"),
            plural(sum(row.trainings for row in days), "training"),
            plural(sum(row.pictures for row in days), "picture"),
        )
        bars = " · bars are weeks" if DAYS_PER_BAR[self._days] > 1 else ""
        self.query_one("#spending-title", PlainLabel).show(
            f"Spending · last {self._days} days by {self._view} · all profiles{bars}"
        )
        self.query_one("#spending-sums", PlainStatic).show(
            Content.assemble(
                (f"█ {show_credits(sure)} sure", "$text-accent"),
                "  ",
                (f"{POSSIBLE} {show_credits(possible)} possible", "$text-warning"),
                (f"  {', '.join(counts)}", "$foreground-muted"),
            ),
            layout=False,
        )

    def _show_plot(self, days: Sequence[SpendingRow]) -> None:
        today = self.app.clock().astimezone().date()
        bars = bars_of(days, today, self._days, DAYS_PER_BAR[self._days])
        self.query_one(BarChart).bars = bars

    def _show_rows(self, rows: Sequence[SpendingRow]) -> None:
        table = self.query_one(RowTable)
        title = self._view.capitalize()
        table.set_columns((Column("label", title), *COLUMNS[1:]))
        table.set_rows([_row(row, self._view) for row in rows])

    def action_export(self) -> None:
        """Write the table into a file."""
        guarded(self, self._export(), doing="exporting the spending", group="export", exclusive=True)

    async def _export(self) -> None:
        path = await self.app.services.spending.export(self._view, self._days)
        self.app.tell(
            f"Exported as {path.name} to {safe_text(path.parent)}.", title="Spending", severity="success"
        )


def bars_of(rows: Sequence[SpendingRow], today: date, days: int, days_per_bar: int) -> tuple[Bar, ...]:
    """Return the bars of the last days, the last one ending today; each is labelled with its first day."""
    spent = {row.key: row.spent for row in rows}
    bars = []
    for last in range(0, days, days_per_bar):
        dates = [today - timedelta(days=back) for back in range(last, min(last + days_per_bar, days))]
        amounts = [spent.get(day.isoformat(), Spent()) for day in dates]
        sure, possible = sum(item.sure for item in amounts), sum(item.possible for item in amounts)
        bars.append(Bar(dates[-1].strftime("%m-%d"), sure, possible))
    return tuple(reversed(bars))


def _row(row: SpendingRow, view: SpendingView) -> Row:
    label = cell(row.label) if row.label else cell(f"no {view}", "dim")
    return Row(
        row.key,
        {
            "label": label,
            "jobs": f"{row.jobs:,}",
            "trainings": f"{row.trainings:,}",
            "pictures": f"{row.pictures:,}",
            "sure": show_credits(row.spent.sure),
            "possible": show_credits(row.spent.possible) if row.spent.possible else "",
        },
        sort={
            "label": row.label,
            "jobs": row.jobs,
            "trainings": row.trainings,
            "pictures": row.pictures,
            "sure": row.spent.sure,
            "possible": row.spent.possible,
        },
    )
