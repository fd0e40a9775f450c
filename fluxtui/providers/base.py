"""What the program asks of a provider, whichever it is; screens and services ask this and never its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from fluxtui.api.attachments import Progress as Progress
from fluxtui.domain.endpoint import Endpoint, GenerationEndpoint, TrainingEndpoint
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.money import UnitPrice, as_balance, as_cost
from fluxtui.providers.published import PublishedEndpoint
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Keeping:
    """For how long a service may still have what was paid for; what is away is looked for so long.

    Attributes:
        pictures: after it was first said to be ready.
        weights: the same for the file of a trained LoRA.
        generations: since the service began to say that it does not know a generation which it has accepted.
        trainings: the same for a training.
    """

    pictures: timedelta = timedelta(hours=1)
    weights: timedelta = timedelta(days=7)
    generations: timedelta = timedelta(hours=2)
    trainings: timedelta = timedelta(days=2)


@dataclass(frozen=True)
class Abilities:
    """What a service can do at all, so that nothing is promised that it cannot keep.

    Attributes:
        lists_finetunes: it tells which finetunes the account has.
        deletes_finetunes: it deletes one when asked.
        adds_by_id: a finetune that it does not list can be named by hand.
        id_help: what such an id looks like, for people.
        cancels: a job that it has accepted can be called back.
        cancel_advice: what may become of a cancelled job and its price, as a sentence for people.
        tells_balance: it says what is left on the account.
        finds: the kinds of jobs that can be looked for when the answer to their submission was lost.
        price_source: where its prices come from, in a few words.
        found_within: how long after it was sent a job may first become visible to `Provider.find`.
        find_advice: why a job that was accepted may not be found yet, as a sentence for people, or `''`.
        id_pattern: a regular expression that every such id matches as a whole.
        keeping: for how long it may still have what was paid for.
    """

    lists_finetunes: bool
    deletes_finetunes: bool
    adds_by_id: bool
    id_help: str
    cancels: bool
    cancel_advice: str
    tells_balance: bool
    finds: frozenset[JobKind]
    price_source: str
    id_pattern: str = r"\S+"
    keeping: Keeping = Keeping()
    found_within: timedelta = timedelta(days=1)
    find_advice: str = ""


class Phase(StrEnum):
    """What a service says of a task, in our words.

    `MISSING` is a task that it does not know, perhaps for now; `ERASED` one whose result it says to have
    deleted.
    """

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    MODERATED = "moderated"
    CANCELLED = "cancelled"
    MISSING = "missing"
    ERASED = "erased"


@dataclass(frozen=True)
class Account:
    """An account at a service: the credits left and its name there, where the service tells them.

    Here, in `Accepted` and in `RemoteStatus`, an amount that can be none counts as not told (`domain/money`).
    """

    balance: float | None = None
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "balance", as_balance(self.balance))


@dataclass(frozen=True)
class LoraSource:
    """Where the file of a LoRA is.

    Attributes:
        name: for people.
        url: an address that any service can fetch it from; not a secret, yet not shown either.
        path: here, absolute, or None where it is not here.
        sha256: of the file here.
        size: bytes of the file here.
    """

    name: str
    url: str | None = field(default=None, repr=False)
    path: Path | None = None
    sha256: str = ""
    size: int = 0


class UploadMemory(Protocol):
    """Remembers where files were uploaded to, so that none is sent twice while the service keeps it."""

    def turn(self, sha256: str) -> AbstractAsyncContextManager[None]:
        """Let one at a time look for a file and upload it; the others find it known then."""
        ...

    async def known(self, sha256: str) -> str | None:
        """Return the address of a file at this service that will last for a while yet, or None."""
        ...

    async def remember(self, sha256: str, url: str, expires_at: datetime) -> None:
        """Keep the address of an uploaded file until the service drops it."""
        ...


@dataclass(frozen=True)
class Materials:
    """What a request refers to beside its pictures, which it names by path.

    Attributes:
        archive: the training archive, absolute; None for a generation.
        archive_sha256: of the archive.
        loras: where the LoRAs are that the request names, by the value that stands in it.
        uploads: what was uploaded before.
        progress: told of the bytes of uploads, done and in all.
        job_id: of the job that the request is of: in the journal before anything is sent, and no other's. A
            service that lets its client choose a task's id is given one that is made of it.
    """

    uploads: UploadMemory
    archive: Path | None = None
    archive_sha256: str = ""
    loras: Mapping[str, LoraSource] = field(default_factory=dict)
    progress: Progress | None = None
    job_id: str = ""


@dataclass(frozen=True)
class PreparedRequest:
    """A request that is ready to be ordered: all that can be done without cost is done.

    `body` is what will be sent and `details` what the provider itself needs beside it; neither is logged.
    """

    request: Endpoint
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    archive: Path | None = None


@dataclass(frozen=True)
class Accepted:
    """The service has taken a job: its id there, where to ask for it, and the cost in credits if told.

    `addresses` are further ones that it gave, by purpose. `answer` is all that it said, secrets among it:
    never logged, shown or stored as it is.
    """

    remote_id: str
    polling_url: str | None = None
    cost_credits: float | None = None
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)
    addresses: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cost_credits", as_cost(self.cost_credits))


@dataclass(frozen=True)
class RemoteTask:
    """What is needed to ask a service about a job; `parameters` are those of its request."""

    kind: JobKind
    endpoint: str
    remote_id: str
    polling_url: str | None
    addresses: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Packing(StrEnum):
    """How the weights of a trained LoRA are delivered."""

    FILE = "file"
    TAR = "tar"


@dataclass(frozen=True)
class RemoteStatus:
    """One answer about a task.

    Attributes:
        phase: in our words.
        word: the service's own status, made safe for display.
        progress: 0 to 1, where the service tells.
        result_url: signed address of the picture; secret, never logged, shown or stored.
        message: why it failed, where the service tells.
        details: what else it told that is worth keeping (seed, duration, prompt), without secrets.
        answer: all that it said, secrets among it: never logged, shown or stored as it is.
        queue_position: how many wait before it, where the service tells.
        log: all that the task itself has printed so far, as the service tells it, safe; None: not told.
        finetune_id: the id of the finetune that was trained, where that is not the task's own.
        weights_url: where the trained weights can be fetched without the key.
        weights_packing: how they come.
        weights_lasting: whether the service keeps them at that address for long, for whoever knows it.
        cost_credits: what it cost, once that is known; None: not told.
        unbilled: for a task that was cancelled: whether it surely cost nothing.
        remark: something that the user should know of a result that came all the same.
        more_urls: signed addresses of further pictures of the same task, secret like `result_url`.
        unsure: whether a failure may be a passing fault, so that it is believed only after a while.
    """

    phase: Phase
    word: str
    progress: float | None = None
    result_url: str | None = field(default=None, repr=False)
    message: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)
    queue_position: int | None = None
    log: str | None = field(default=None, repr=False)
    finetune_id: str | None = None
    weights_url: str | None = field(default=None, repr=False)
    weights_packing: Packing = Packing.FILE
    weights_lasting: bool = False
    cost_credits: float | None = None
    unbilled: bool = False
    remark: str = ""
    more_urls: tuple[str, ...] = field(default=(), repr=False)
    unsure: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "cost_credits", as_cost(self.cost_credits))


class CancelAnswer(StrEnum):
    """What a service says to the wish to cancel a task."""

    GONE = "taken out of the service's queue; not billed"
    ASKED = "the service was asked to stop it; it may finish and be billed"
    TOO_LATE = "it had ended already"
    UNKNOWN = "the service does not know it any more"


@dataclass(frozen=True)
class Sought:
    """A job whose submission got no answer, as the service would know it.

    Attributes:
        request: as it was sent.
        name: of the finetune it trains, or `''`.
        submitted_at: when it was sent, aware.
        archive_url: where its training archive was uploaded to, or None where that is not known any more.
        addresses: where the service fetches its pictures and LoRAs from, by the value in the request that
            names each; what is not known any more is absent.
        job_id: as in `Materials`.
    """

    request: Endpoint
    name: str
    submitted_at: datetime | None
    archive_url: str | None = field(default=None, repr=False)
    addresses: Mapping[str, str] = field(default_factory=dict, repr=False)
    job_id: str = ""


@dataclass(frozen=True)
class Candidate:
    """A task at the service that may be a sought job.

    Attributes:
        remote_id: as in `Accepted`, like `polling_url` and `addresses`.
        created_at: when the service says it began, aware, or None.
        may_be: tells whether it can be another sought job as well.
        exact: whether its input is the sought one's in every value, one among them that was made for that job
            alone (a drawn seed, the address of an upload): then it is this one, whatever the clocks say.
    """

    remote_id: str
    created_at: datetime | None
    may_be: Callable[[Sought], bool]
    polling_url: str | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)
    exact: bool = False


class PartOfList(tuple[str, ...]):
    """Ids from a list that was not read to its end: what is not among them may be there all the same."""

    __slots__ = ()


class Provider(Protocol):
    """A service under one profile. Every method that asks the network raises `ServiceError`s only."""

    id: str
    title: str
    abilities: Abilities
    active_limit: int

    def generation_endpoints(self) -> tuple[type[GenerationEndpoint], ...]:
        """Return what it generates with, finetuned ones first."""
        ...

    def training_endpoints(self) -> tuple[type[TrainingEndpoint], ...]:
        """Return what it trains with, the one to be offered first in front."""
        ...

    def endpoint(self, endpoint_id: str) -> type[Endpoint]:
        """Return an endpoint by its id. Raises `InvalidInput` for an unknown one."""
        ...

    async def prepare(self, request: Endpoint, materials: Materials) -> PreparedRequest:
        """Do all that a request needs and that costs nothing, such as uploads; may be done again.

        Raises:
            PictureError: a picture cannot be read.
            InvalidInput: a LoRA is neither here nor anywhere the service could fetch it.
        """
        ...

    async def order(self, prepared: PreparedRequest, progress: Progress) -> Accepted:
        """Send the one request that is billed; `progress` is told of the bytes of an upload within it.

        Raises:
            InDoubt: it may have been accepted without an answer.
            TrainingDiscontinued: the service does not train any more.
        """
        ...

    async def status(self, task: RemoteTask) -> RemoteStatus:
        """Ask for a task once."""
        ...

    async def cancel(self, task: RemoteTask) -> CancelAnswer:
        """Ask the service to stop a task. Raises `InvalidInput` where it cannot."""
        ...

    async def find(self, sought: Sought) -> tuple[Candidate, ...]:
        """Return the tasks and finetunes at the service that may be a sought job; only looks."""
        ...

    async def finetune_ids(self) -> tuple[str, ...]:
        """Return the ids of the finetunes that the account can see; `PartOfList` where there are more."""
        ...

    async def finetune(self, finetune_id: str) -> Finetune:
        """Return what the service knows of a finetune; its `profile` is empty. Raises `NotFound`."""
        ...

    async def delete_finetune(self, finetune_id: str) -> str:
        """Delete a finetune at the service and return its message."""
        ...

    async def account(self) -> Account:
        """Return what the service tells of the account."""
        ...

    async def check_key(self) -> Account:
        """Check the key without cost. Raises `NotAuthenticated`."""
        ...

    async def prices(self) -> Mapping[str, UnitPrice]:
        """Return the prices that the service itself tells now, by endpoint; empty where it tells none."""
        ...

    async def serving(self, endpoint_ids: Sequence[str]) -> Mapping[str, bool]:
        """Return whether some endpoints are offered now, as far as the service tells."""
        ...

    def example_body(self, request: Endpoint) -> Mapping[str, Any]:
        """Return the body that an order of a request would have, with examples where addresses would be.

        Nothing is read, uploaded or sent.
        """
        ...

    async def published(self, endpoint_ids: Sequence[str]) -> Mapping[str, PublishedEndpoint]:
        """Return what the service publishes of some endpoints today, as far as it does; costs nothing."""
        ...
