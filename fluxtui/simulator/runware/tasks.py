"""The picture tasks that the simulated Runware accepted: where each is follows from the clock."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

PROCESSING, SUCCESS, ERROR = "processing", "success", "error"

ANSWER_SECONDS = 6 * 3600.0
"""How long `getResponse` still tells of a task after its end; the archive tells of it for ever. Our guess."""
PICTURE_SECONDS = 24 * 3600.0
"""How long a picture stays at its address where the task says nothing of a `ttl`. Our guess."""

_WAITING_SHARE = 0.15


@dataclass(slots=True)
class PictureTask:
    """One accepted task. Times are seconds, `cost` credits for one run, `runs` how often it was bought.

    `sent` is the task as it came, `values` the same with defaults, `inputs` names its kept pictures.
    `failure` is the code and message of how it fails, None for well. `marked` says that the content check
    found something.
    """

    id: str
    key_name: str
    model: str
    sent: dict[str, Any]
    values: dict[str, Any]
    accepted_at: float
    duration: float
    cost: float
    picture_id: str
    seed: int
    size: tuple[int, int]
    loras: list[tuple[str, float]] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    failure: tuple[str, str] | None = None
    marked: bool = False
    runs: int = 1
    delivered: int = 0
    violations: list[str] = field(default_factory=list)

    @property
    def ends_at(self) -> float:
        """When it ends, or ended."""
        return self.accepted_at + self.duration

    def waits(self, now: float) -> bool:
        """Say whether it stands in a queue, of which nothing is told."""
        return now < self.accepted_at + self.duration * _WAITING_SHARE

    def ended(self, now: float) -> bool:
        """Say whether nothing more happens to it."""
        return now >= self.ends_at

    def status(self, now: float) -> str:
        """Return Runware's word for where it is."""
        if not self.ended(now):
            return PROCESSING
        return SUCCESS if self.failure is None else ERROR

    def told(self, now: float) -> bool:
        """Say whether `getResponse` tells of it."""
        return not self.waits(now) and now < self.ends_at + ANSWER_SECONDS

    def picture_gone(self, now: float) -> bool:
        """Say whether its picture is no longer at its address."""
        return now >= self.ends_at + (self.values.get("ttl") or PICTURE_SECONDS)

    def billed(self, now: float) -> float:
        """Return the credits that it costs in all: nothing for what failed."""
        return 0.0 if self.failure is not None and self.ended(now) else self.cost * self.runs

    def document(self) -> dict[str, Any]:
        """Return the task as JSON-ready data, the inverse of `from_document`."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> PictureTask:
        """Rebuild a task from `document`."""
        size, failure = document.pop("size"), document.pop("failure")
        loras = [(name, weight) for name, weight in document.pop("loras")]
        return cls(size=tuple(size), failure=tuple(failure) if failure else None, loras=loras, **document)
