"""Jobs: what the user has said yes to, what becomes of it, and what belongs to one kind only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from fluxtui.domain.job_states import (
    ACTIVE_STATES,
    IN_FLIGHT_STATES,
    LOST_STATES,
    NOT_LOOKED_FOR,
    QUEUED_STATES,
    REMOTE_STATES,
    TERMINAL_STATES,
    TRANSITIONS,
    UNBILLED_STATES,
    IllegalTransition,
    JobKind,
    JobState,
    may_follow,
)
from fluxtui.domain.money import as_cost, show_credits
from fluxtui.domain.training_set import TrainingSet

__all__ = [
    "ACTIVE_STATES",
    "IN_FLIGHT_STATES",
    "LOST_STATES",
    "NOT_LOOKED_FOR",
    "QUEUED_STATES",
    "REMOTE_STATES",
    "TERMINAL_STATES",
    "TRANSITIONS",
    "UNBILLED_STATES",
    "WORKS",
    "GenerationWork",
    "IllegalTransition",
    "Job",
    "JobEvent",
    "JobKind",
    "JobOrder",
    "JobState",
    "TrainingWork",
    "Work",
    "may_follow",
]


def _as_estimate(value: Any) -> float:
    return as_cost(value) or 0.0


def _with_estimate(data: Any) -> Any:
    """Refuse a draft whose estimate is no number: sent, it would count as free against every budget."""
    is_text = isinstance(data, dict) and isinstance(data.get("estimate_credits"), str | bytes)
    if is_text and data.get("state") == JobState.DRAFT:
        raise ValueError("the estimate of what is not sent yet is no number")
    return data


class TrainingWork(BaseModel):
    """What belongs to a training alone.

    Attributes:
        dataset: the archive that it is sent, and what it was made of.
        finetune_name: how the user calls what shall come of it.
        finetune_id: what the service calls what came of it.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    kind: Literal[JobKind.TRAINING] = JobKind.TRAINING
    dataset: TrainingSet | None = None
    finetune_name: str | None = None
    finetune_id: str | None = None

    def again(self, parameters: Mapping[str, Any]) -> TrainingWork:
        """Return the same work without what came of it, to be done once more."""
        return self.model_copy(update={"finetune_id": None})


class GenerationWork(BaseModel):
    """What belongs to a picture alone.

    Attributes:
        batch: joins the pictures of one order.
        finetune_id: of the finetune that it is made with.
        finetune_name: of the same.
        finetune_profile: the profile that the finetune belongs to, where that is not the job's own.
        seed: what was asked for, or what the service told where nothing was.
        after: the id of the training that a draft waits for; None again once the job goes its own way.
        picture: the path of the picture that came of it, relative to the data directory.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    kind: Literal[JobKind.GENERATION] = JobKind.GENERATION
    batch: str | None = None
    finetune_id: str | None = None
    finetune_name: str | None = None
    finetune_profile: str | None = None
    seed: int | None = None
    after: str | None = None
    picture: str | None = None

    def again(self, parameters: Mapping[str, Any]) -> GenerationWork:
        """Return the same work without what came of it, to be done once more with the same parameters."""
        return self.model_copy(update={"picture": None, "seed": parameters.get("seed")})


Work = TrainingWork | GenerationWork

WORKS: Mapping[JobKind, type[TrainingWork | GenerationWork]] = {
    JobKind.TRAINING: TrainingWork,
    JobKind.GENERATION: GenerationWork,
}
"""What a job of each kind is about."""
_WORK_NAMES = frozenset({*TrainingWork.model_fields, *GenerationWork.model_fields})


def _with_work(data: Any) -> Any:
    """Return values with those of the work put together, which a row of the journal has side by side."""
    if not isinstance(data, dict) or "work" in data:
        return data
    own = WORKS[JobKind(str(data.get("kind")))].model_fields
    rest = {name: value for name, value in data.items() if name not in _WORK_NAMES}
    return {**rest, "work": {name: data[name] for name in own if name in data}}


class JobOrder(BaseModel):
    """What the user has said yes to: all that a job is made of, and none of what becomes of it.

    A job that is sent again has the same order. `parameters` is the complete recipe: the request as validated
    (pictures and archives by their path in the data directory, never their bytes).
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    profile: str
    provider: str
    endpoint: str
    title: str
    parameters: dict[str, Any]
    estimate_credits: Annotated[float, BeforeValidator(_as_estimate)]
    work: Annotated[Work, Field(discriminator="kind")]


class Job(JobOrder):
    """One paid unit of remote work, from the moment the user says yes.

    Money is in credits; what cannot be a cost (`as_cost`) counts as not told, also in what old versions
    wrote; times are aware UTC datetimes. `work` is what belongs to its kind alone; its values can be given
    beside the others with the `kind`, as the journal has them. `maybe_billed` tells that it was put in doubt
    and not found since, so that the service may have charged its estimate. `response` is what the service
    said, without secrets. `position` is the place in the queue that the user chose; drafts without one come
    after those with one. `addresses` are where the service wants to be asked about it, by purpose.
    `cancel_asked_at` tells that the user wants it cancelled, `cancel_answer` what the service said to that.
    `running_at` is when the service was first seen at work on it, `ready_at` when it first said that the
    result is there. `missing_since` tells since when it says that it does not know a job that it has
    accepted. While something fails, `next_try_at` is when the service will be asked again, and `tries_until`
    until when a result that is not there is looked for before the job ends as expired; None where nothing but
    the user ends it. `clock_ahead` is by how many seconds the clock here was ahead of the service's when it
    was sent, where that was known and more than a little.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)
    _check_estimate = model_validator(mode="before")(_with_estimate)
    _gather_work = model_validator(mode="before")(_with_work)

    id: str
    state: JobState
    remote_id: str | None = None
    polling_url: str | None = None
    cost_credits: Annotated[float | None, BeforeValidator(as_cost)] = None
    progress: float | None = None
    remote_status: str | None = None
    error_title: str | None = None
    error: str | None = None
    maybe_billed: bool = False
    response: dict[str, Any] | None = None
    position: int | None = None
    addresses: dict[str, str] | None = None
    cancel_asked_at: datetime | None = None
    cancel_answer: str | None = None
    running_at: datetime | None = None
    ready_at: datetime | None = None
    missing_since: datetime | None = None
    clock_ahead: float | None = None
    next_try_at: datetime | None = None
    tries_until: datetime | None = None
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None = None
    finished_at: datetime | None = None

    @classmethod
    def columns(cls) -> frozenset[str]:
        """Return the names of all values that a job of either kind can have, side by side."""
        return frozenset(cls.model_fields) - {"work"} | _WORK_NAMES

    def values(self) -> dict[str, Any]:
        """Return all values of the job by their names, those of its work beside the others."""
        own = {name: getattr(self, name) for name in type(self).model_fields if name != "work"}
        return own | {name: getattr(self.work, name) for name in type(self.work).model_fields}

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some values changed, those of its work too. Raises `TypeError` for others."""
        given = dict(update or {})
        own = {name: given.pop(name) for name in _WORK_NAMES & given.keys()}
        wrong = own.keys() - (type(self.work).model_fields.keys() - {"kind"})
        if wrong:
            raise TypeError(f"a {self.kind} has no {', '.join(sorted(wrong))} that could be changed")
        if own:
            given["work"] = self.work.model_copy(update=own)
        return super().model_copy(update=given, deep=deep)

    def again(self, job_id: str, now: datetime) -> Job:
        """Return a new draft with the order of this one, and nothing of what became of it."""
        order = {name: getattr(self, name) for name in JobOrder.model_fields}
        work = self.work.again(self.parameters)
        fresh = {"id": job_id, "state": JobState.DRAFT, "created_at": now, "updated_at": now}
        return Job.model_validate(order | fresh | {"work": work})

    @property
    def kind(self) -> JobKind:
        """What it pays for."""
        return self.work.kind

    @property
    def dataset(self) -> TrainingSet | None:
        """What a training was sent, else None."""
        return self.work.dataset if isinstance(self.work, TrainingWork) else None

    @property
    def finetune_id(self) -> str | None:
        """Of the finetune that a training made or that a picture is made with."""
        return self.work.finetune_id

    @property
    def finetune_name(self) -> str | None:
        """Of the finetune that a training makes or that a picture is made with."""
        return self.work.finetune_name

    @property
    def finetune_profile(self) -> str | None:
        """The profile that the finetune belongs to, where that is not the job's own."""
        return self.work.finetune_profile if isinstance(self.work, GenerationWork) else None

    @property
    def batch(self) -> str | None:
        """What joins the pictures of one order, else None."""
        return self.work.batch if isinstance(self.work, GenerationWork) else None

    @property
    def seed(self) -> int | None:
        """Of a picture, where one was asked for or told."""
        return self.work.seed if isinstance(self.work, GenerationWork) else None

    @property
    def picture(self) -> str | None:
        """The path of the picture that came of it, relative to the data directory."""
        return self.work.picture if isinstance(self.work, GenerationWork) else None

    @property
    def after(self) -> str | None:
        """The id of the training that a draft waits for."""
        return self.work.after if isinstance(self.work, GenerationWork) else None

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent by the service's clock, as far as that is known, else by the one here."""
        if self.submitted_at is None or self.clock_ahead is None:
            return self.submitted_at
        try:
            return self.submitted_at - timedelta(seconds=self.clock_ahead)
        except (OverflowError, ValueError):
            # No clock is ahead by so much: a damaged journal says so.
            return self.submitted_at

    @property
    def is_active(self) -> bool:
        """Whether the program still has something to do for it."""
        return self.state in ACTIVE_STATES

    @property
    def waits(self) -> bool:
        """Whether it is not to be sent before its training is done."""
        return self.state is JobState.DRAFT and self.after is not None

    @property
    def is_looked_for(self) -> bool:
        """Whether its result is not where it should be, and is looked for until `tries_until`."""
        return self.state in REMOTE_STATES and self.tries_until is not None

    @property
    def may_be_looked_for(self) -> bool:
        """Whether it ended without what was paid for, and its service can be asked for it again."""
        return self.state in LOST_STATES and self.remote_id is not None

    @property
    def finetune_ref(self) -> str | None:
        """What names its finetune among all finetunes: `profile/id`, or None where it has none."""
        if self.finetune_id is None:
            return None
        return f"{self.finetune_profile or self.profile}/{self.finetune_id}"

    @property
    def price_words(self) -> str:
        """What it cost, for a sentence: `'$0.04'`, or `'about $0.04'` where the service has not told it."""
        return ("about " if self.cost_credits is None else "") + show_credits(self.credits)

    @property
    def credits(self) -> float:
        """The true cost where known, else the estimate."""
        return self.estimate_credits if self.cost_credits is None else self.cost_credits


class JobEvent(BaseModel):
    """One line of a job's story: when it entered a state, and what was to be said about it."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    job_id: str
    at: datetime
    state: JobState
    note: str = ""
