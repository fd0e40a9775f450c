"""The training under the cursor: how far it is, its loss as a curve, and the last lines of its log."""

from __future__ import annotations

from textual import getters
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.training.monitor import TrainingView
from fluxtui.controllers.training.trainings import Trainings
from fluxtui.domain.durations import progress_text
from fluxtui.domain.money import show_credits
from fluxtui.domain.training_curve import TrainingCurve
from fluxtui.widgets.braille_chart import braille_line
from fluxtui.widgets.plain import plain

LABEL_CELLS = 7
"""What the values beside the curve take."""
MOST_CURVE_ROWS = 10
LEAST_CURVE_ROWS = 2
LOG_ROWS = 3
"""How many lines of the log stay below a curve that has the room."""


class TrainingMonitor(Widget):
    """Follows one training; hidden where nothing is known of it. In one row it is the log's last line."""

    app = getters.app(StatefulApp)

    view: reactive[TrainingView | None] = reactive(None)

    def __init__(self, trainings: Trainings) -> None:
        super().__init__(id="training-monitor")
        self._trainings = trainings

    def follow(self, job_id: str | None) -> None:
        """Show a training as it is by now."""
        work = self._read(job_id)
        guarded(self, work, doing="reading a training's log", group="log", exclusive=True, leads=False)

    async def _read(self, job_id: str | None) -> None:
        self.view = await self._trainings.view(job_id)

    def watch_view(self, view: TrainingView | None) -> None:
        """Take room only where there is something to see."""
        self.set_class(view is not None, "-shown")
        self.set_class(view is not None and view.is_live, "-live")

    def render(self) -> RenderResult:
        """Draw as much as there is room for."""
        if self.view is None:
            return Content()
        return monitor_text(self.view, self.content_size.width, self.content_size.height)


def monitor_text(view: TrainingView, width: int, height: int) -> Content:
    """Return what is known of a training as lines, the most telling where there is little room.

    Args:
        view: the training.
        width: cells.
        height: lines.
    """
    if height <= 1:
        return plain(view.log[-1], "$foreground-muted") if view.log else Content()
    head = [_heading(view, width), _progress(view, width)]
    facts = [_facts(view.curve)] if view.curve.points else []
    room = height - len(head) - len(facts)
    rows = 0
    if view.curve.points:
        rows = min(MOST_CURVE_ROWS, max(0, room - LOG_ROWS))
        rows = rows if rows >= LEAST_CURVE_ROWS else 0
    curve = _curve(view.curve, width, rows) if rows else []
    left = room - len(curve)
    log = [plain(line, "$foreground-muted", limit=width) for line in view.log[-left:]] if left > 0 else []
    return Content("\n").join([*head, *curve, *facts, *log][:height])


def _heading(view: TrainingView, width: int) -> Content:
    job = view.job
    price = show_credits(job.credits)
    words = f"{job.finetune_name or job.title} · {job.endpoint} · {job.profile}"
    title = plain(words, "bold", limit=max(1, width - len(price) - 2))
    gap = max(1, width - title.cell_length - len(price))
    return Content.assemble(title, " " * gap, (price, "$text-accent"))


def _progress(view: TrainingView, width: int) -> Content:
    job, last = view.job, view.curve.last
    told = [f"step {last.step:,} of {view.curve.steps:,}"] if last is not None and view.curve.steps else []
    told += [view.left] if view.left else []
    if not job.is_active:
        return Content.assemble(plain(" · ".join([job.state.value, *told]), "$foreground-muted"))
    words = " · ".join(told)
    share = job.progress if job.progress is not None else _share(view.curve)
    bar = progress_text(share, max(5, min(40, width - len(words) - 8)))
    return Content.assemble((bar, "$text-accent"), f"  {words}" if bar else words)


def _share(curve: TrainingCurve) -> float | None:
    return curve.last.step / curve.steps if curve.last is not None and curve.steps else None


def _curve(curve: TrainingCurve, width: int, rows: int) -> list[Content]:
    points = [(float(point.step), point.loss) for point in curve.points]
    lines = braille_line(points, width - LABEL_CELLS, rows, float(curve.steps or points[-1][0]))
    losses = [loss for _, loss in points]
    labels = {0: f"{max(losses):.3g}", len(lines) - 1: f"{min(losses):.3g}"}
    return [
        Content.assemble(
            (f"{labels.get(row, ''):>{LABEL_CELLS - 1}} ", "$foreground-muted"), (line, "$text-success")
        )
        for row, line in enumerate(lines)
    ]


def _facts(curve: TrainingCurve) -> Content:
    """Return the newest loss, beside the best one, and the learning rate."""
    losses = [point.loss for point in curve.points]
    words = f"loss {losses[-1]:.4g} · lowest {min(losses):.4g}"
    if curve.rate is not None:
        words += f" · learning rate {curve.rate:g}"
    return plain(words)
