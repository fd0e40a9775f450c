"""Amounts over time as upright bars of block characters, with both axes labelled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from fluxtui.system.dataclass import dataclass
from fluxtui.widgets.plain import plain

_EIGHTHS = " ▁▂▃▄▅▆▇█"
POSSIBLE = "▒"
"""Stands for amounts that are only possible; told from the others without colour."""
WIDEST_SLOT = 8
_LEAST = 1e-12
"""Of an amount that is drawn; the scale of a smaller one has no numbers."""
_MOST = 1e12
_STYLES = {"sure": "$text-accent", "possible": "$text-warning", "axis": "$foreground-muted"}


@dataclass(frozen=True)
class Bar:
    """One bar: what stands below it, and two amounts of one unit, the second on top of the first."""

    label: str
    sure: float
    possible: float = 0.0


class BarChart(Widget):
    """Draws bars as wide as there is room for; it is drawn anew only when they change.

    Args:
        show: turns an amount into the words at the upright axis.
    """

    DEFAULT_CSS = "BarChart { width: 1fr; height: 6; padding: 0 1; }"

    bars: reactive[tuple[Bar, ...]] = reactive(())

    def __init__(self, show: Callable[[float], str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._show = show

    def render(self) -> RenderResult:
        """Draw the bars over the axis."""
        return chart(self.bars, self.content_size.width, self.content_size.height, self._show)


def chart(bars: Sequence[Bar], width: int, height: int, show: Callable[[float], str]) -> Content:
    """Return bars as lines of text; nothing where there is no room for them.

    Args:
        bars: from left to right; as many of the last ones as fit are drawn.
        width: cells.
        height: lines, the one with the labels below among them.
        show: turns an amount into the words at the upright axis.
    """
    bars = [Bar(bar.label, _drawable(bar.sure), _drawable(bar.possible)) for bar in bars]
    top = _round_up(max((bar.sure + bar.possible for bar in bars), default=0.0))
    rows = height - 1
    marks = {rows - 1: show(top), 0: show(0.0)}
    if rows >= 5 and rows % 2:
        marks[rows // 2] = show(top / 2)
    margin = max(len(mark) for mark in marks.values())
    room = width - margin - 2
    if rows < 2 or room < 1:
        return Content()
    shown = bars[-room:]
    slot = min(room // max(len(shown), 1), WIDEST_SLOT)
    lines = [
        Content.assemble(
            plain(f"{marks.get(row, ''):>{margin}} {'┤' if row in marks else '│'}", _STYLES["axis"]),
            *(_cell(bar, top, row, rows, slot) for bar in shown),
        )
        for row in reversed(range(rows))
    ]
    labels = plain(" " * (margin + 2) + _labels([bar.label for bar in shown], slot), _STYLES["axis"])
    return Content("\n").join([*lines, labels])


def _drawable(amount: float) -> float:
    """Return an amount that can be drawn: nothing for what is none, the most for what is beyond it."""
    return min(amount, _MOST) if amount > _LEAST else 0.0


def _cell(bar: Bar, top: float, row: int, rows: int, slot: int) -> Content:
    """Return what one bar has in one row, rows counted from below, with the gap to the next bar."""
    filled = max(slot - 1, 1)
    possible = _at_least_one(bar.possible / top * rows, bar.possible)
    # What is only possible is never hidden by what is sure.
    sure = min(_at_least_one(bar.sure / top * rows * 8, bar.sure), (rows - possible) * 8)
    whole = math.ceil(sure / 8)
    if row < whole:
        mark, style = _EIGHTHS[min(sure - 8 * row, 8)], _STYLES["sure"]
    elif row < whole + possible:
        mark, style = POSSIBLE, _STYLES["possible"]
    else:
        return Content(" " * slot)
    return Content.assemble((mark * filled, style), " " * (slot - filled))


def _at_least_one(size: float, amount: float) -> int:
    return max(round(size), 1) if amount > 0 else 0


def _labels(labels: Sequence[str], slot: int) -> str:
    """Return labels under their bars, counted back from the last one, none of them touching another."""
    longest = max((len(label) for label in labels), default=0)
    every = max(math.ceil((longest + 1) / slot), 1) if slot else 1
    line = [" "] * (len(labels) * slot)
    free = len(line)
    for index in reversed(range(len(labels))):
        if (len(labels) - 1 - index) % every:
            continue
        start = index * slot + max(slot - 1, 1) - len(labels[index])
        if start >= 0 and start + len(labels[index]) <= free:
            line[start : start + len(labels[index])] = labels[index]
            free = start - 1
    return "".join(line).rstrip()


def _round_up(amount: float) -> float:
    """Return the next plain amount of which half is plain as well; 1 for nothing."""
    if amount <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(amount))
    return next(
        step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if amount <= step * power * (1 + 1e-9)
    )
