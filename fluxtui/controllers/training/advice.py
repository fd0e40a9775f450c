"""What is said under the form: what is advised, how long it took before, and what stands in the way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from fluxtui.controllers.training.wording import (
    discontinued_text,
    trainings_of,
    trigger_text,
    undescribed_text,
)
from fluxtui.domain.durations import duration_text
from fluxtui.domain.errors import TrainingDiscontinued
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.result_uses import ResultUse, uses_text
from fluxtui.domain.text import plural
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.controllers.host import HostState
    from fluxtui.controllers.training.order import TrainingOrder
    from fluxtui.domain.errors import FluxError
    from fluxtui.domain.jobs import Job
    from fluxtui.domain.pace import Pace


def steps_of(order: TrainingOrder) -> int | None:
    """Return for how many steps it is trained, or None while no number stands there."""
    steps = order.values.get(order.endpoint.steps_field) if order.endpoint is not None else None
    return steps if isinstance(steps, int) and steps > 0 else None


def time_text(order: TrainingOrder, pace: Pace | None) -> str:
    """Return how long it will take by the user's own trainings, or `''` where there is none."""
    steps = steps_of(order)
    if pace is None or steps is None:
        return ""
    whose = "your last training" if pace.trainings == 1 else f"your {plural(pace.trainings, 'training')}"
    return f"About {duration_text(pace.seconds(steps))}, by {whose} with it."


def name_taken_text(order: TrainingOrder, taken: Collection[str]) -> str:
    """Return what to say where the name is one of those that are `taken`, whatever its case, or `''`."""
    name = order.values.get(order.endpoint.name_field) if order.endpoint is not None else None
    if not isinstance(name, str) or name.strip().casefold() not in {one.strip().casefold() for one in taken}:
        return ""
    return "You have a finetune of this name already. Both are kept, and are told apart by their ids."


def advice_texts(
    order: TrainingOrder,
    pace: Pace | None,
    taken: Collection[str] = (),
    uses: Sequence[ResultUse] | None = None,
) -> dict[str, str]:
    """Return what to say about each parameter, and under `''` about the trainer.

    Args:
        order: as it stands on the screen.
        pace: of the user's own trainings with this trainer.
        taken: names of the finetunes that there are, and of those in training.
        uses: where the result can be used, None where that is not known.
    """
    endpoint = order.endpoint
    if endpoint is None:
        return {}
    pictures = len(order.dataset.pictures) if order.dataset is not None else 0
    said: dict[str, list[str]] = {"": [endpoint.info.summary]}
    if uses is not None:
        said[""].append(uses_text(uses, most=0) or "✗ Nothing that is known here generates with its result.")
    for advice in endpoint.advice(order.values, pictures):
        said.setdefault(advice.field, []).append(advice.text)
    if nobody := undescribed_text(order):
        said.setdefault(endpoint.rules.automatic_captions or "", []).append(nobody)
    if exists := name_taken_text(order, taken):
        said.setdefault(endpoint.name_field, []).append(exists)
    if time := time_text(order, pace):
        said[""].append(time)
        said.setdefault(endpoint.steps_field, []).append(time)
    return {field: " ".join(texts) for field, texts in said.items()}


def names_in_use(known: HostState) -> list[str]:
    """Return the names of all finetunes, and of those in training."""
    in_training = (job.finetune_name for job in known.jobs if job.is_active and job.kind is JobKind.TRAINING)
    return [*(finetune.name for finetune in known.finetunes), *filter(None, in_training)]


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
