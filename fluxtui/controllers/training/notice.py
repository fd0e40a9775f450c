"""What stands between the form and the button that trains: a fault, or what the trigger word lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fluxtui.controllers.training.order import TrainingOrder
from fluxtui.controllers.training.wording import discontinued_text, trainings_of, trigger_text
from fluxtui.domain.errors import FluxError, TrainingDiscontinued
from fluxtui.domain.jobs import Job


@dataclass(frozen=True)
class TrainingNotice:
    """A notice: `heading` is marked, and is the sign alone where nothing heads it.

    `is_hint` tells that it does not stop the training. Without a text there is nothing to be said.
    """

    heading: str = ""
    text: str = ""
    is_hint: bool = False


def training_notice(order: TrainingOrder, fault: FluxError | None, jobs: Sequence[Job]) -> TrainingNotice:
    """Return why nothing can be trained, or that the trainer has ended, or what the trigger word lacks.

    Args:
        order: what is asked for.
        fault: why there is nothing to train with, or None.
        jobs: all that are known.
    """
    if fault is not None:
        return TrainingNotice("✗ ", fault.sentence())
    if ended := discontinued_text(trainings_of(jobs), order.trainer):
        return TrainingNotice(f"✗ {TrainingDiscontinued.title}. ", ended)
    hint = trigger_text(order)
    return TrainingNotice("! ", hint, is_hint=True) if hint else TrainingNotice()
