"""What a training's log tells of how it goes: the loss and the learning rate, step by step."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from fluxtui.system.dataclass import dataclass

_STEP: Final = re.compile(r"(?<![\d/.])(\d{1,7})\s*/\s*(\d{1,7})(?![\d/])")
_NUMBER: Final = r"([0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)"
_LOSS: Final = re.compile(rf"\bloss\s*[:=]?\s*{_NUMBER}", re.IGNORECASE)
_RATE: Final = re.compile(rf"\b(?:lr|learning[ _]rate)\s*[:=]?\s*{_NUMBER}", re.IGNORECASE)
"""As fal's trainers print them (`step 25/1000, loss 0.4511`) and tqdm bars of ai-toolkit do.

Sources: logs of fal's simulated trainers after its documentation; ostris/ai-toolkit, read 2026-11.
"""


@dataclass(frozen=True)
class CurvePoint:
    """The loss after a step."""

    step: int
    loss: float


@dataclass(frozen=True)
class TrainingCurve:
    """What is known of how a training went.

    Attributes:
        points: in the order of their steps, one for each.
        steps: how many there will be, None where that is not told.
        rate: the learning rate that was told last.
    """

    points: tuple[CurvePoint, ...] = ()
    steps: int | None = None
    rate: float | None = None

    @property
    def last(self) -> CurvePoint | None:
        """The newest point."""
        return self.points[-1] if self.points else None


def curve_of(log: str) -> TrainingCurve:
    """Return what a log tells; lines that tell no loss are passed over.

    A step that is told again counts as told last: a training that begins anew writes over what it was.
    """
    points: dict[int, float] = {}
    steps: int | None = None
    rate: float | None = None
    for line in log.splitlines():
        found = _LOSS.search(line)
        place = _STEP.search(line)
        told = _RATE.search(line)
        if told is not None:
            rate = float(told[1])
        if found is None or place is None:
            continue
        step, steps = int(place[1]), int(place[2])
        loss = float(found[1])
        if math.isfinite(loss):
            for later in [known for known in reversed(points) if known >= step]:
                del points[later]
            points[step] = loss
    return TrainingCurve(tuple(CurvePoint(*point) for point in points.items()), steps, rate)


def thinned(lines: list[str], most: int) -> Iterator[str]:
    """Yield at most so many of some lines, evenly, the last one among them."""
    every = max(1, -(-len(lines) // most))
    for number, line in enumerate(lines, 1):
        if number % every == 0 or number == len(lines):
            yield line
