"""What the program asks of a provider, whichever it is; screens and services ask this and never its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from fluxtui.api.attachments import Progress as Progress
from fluxtui.domain.endpoint import Endpoint, GenerationEndpoint, TrainingEndpoint
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import JobKind


class Phase(StrEnum):
    """What a service says of a task, in our words."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    MODERATED = "moderated"
    MISSING = "missing"


@dataclass(frozen=True)
class Accepted:
    """The service has taken a job: its id there, where to ask for it, and the cost in credits if told.

    `answer` is all that it said, secrets among it: never logged, shown or stored as it is.
    """

    remote_id: str
    polling_url: str | None = None
    cost_credits: float | None = None
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class RemoteTask:
    """What is needed to ask a service about a job."""

    kind: JobKind
    endpoint: str
    remote_id: str
    polling_url: str | None


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
    """

    phase: Phase
    word: str
    progress: float | None = None
    result_url: str | None = field(default=None, repr=False)
    message: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class DatasetRules:
    """What a trainer takes: counts of pictures, Pillow format names, and the pixels it scales down to."""

    min_pictures: int
    advised_pictures: int
    max_pictures: int
    formats: tuple[str, ...]
    max_pixels: int


class Provider(Protocol):
    """A service under one profile. Every method that asks the network raises `ServiceError`s only."""

    id: str
    title: str
    dataset_rules: DatasetRules
    active_limit: int

    def generation_endpoints(self) -> tuple[type[GenerationEndpoint], ...]:
        """Return what it generates with, finetuned ones first."""
        ...

    def training_endpoints(self) -> tuple[type[TrainingEndpoint], ...]:
        """Return what it trains with."""
        ...

    def endpoint(self, endpoint_id: str) -> type[Endpoint]:
        """Return an endpoint by its id. Raises `InvalidInput` for an unknown one."""
        ...

    async def generate(self, request: GenerationEndpoint) -> Accepted:
        """Submit a generation; pictures are parameters that hold paths, read and encoded here.

        Raises:
            InDoubt: it may have been accepted without an answer.
            PictureError: a picture cannot be read; nothing was sent.
        """
        ...

    async def train(self, request: TrainingEndpoint, archive: Path, progress: Progress) -> Accepted:
        """Submit a training with the archive at a path. Raises `InDoubt`, `TrainingDiscontinued`."""
        ...

    async def status(self, task: RemoteTask) -> RemoteStatus:
        """Ask for a task once."""
        ...

    async def finetune_ids(self) -> tuple[str, ...]:
        """Return the ids of the finetunes that the account can see here."""
        ...

    async def finetune(self, finetune_id: str) -> Finetune:
        """Return what the service knows of a finetune; its `profile` is empty. Raises `NotFound`."""
        ...

    async def delete_finetune(self, finetune_id: str) -> str:
        """Delete a finetune at the service and return its message."""
        ...

    async def balance(self) -> float:
        """Return the credits that are left."""
        ...

    async def check_key(self) -> float:
        """Check the key without cost and return the credits left. Raises `NotAuthenticated`."""
        ...
