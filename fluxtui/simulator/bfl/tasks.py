"""Jobs that the simulated service accepted, and how they progress with the clock."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

PENDING, REASONING, GENERATING, READY = "Pending", "Reasoning", "Generating", "Ready"
REQUEST_MODERATED, CONTENT_MODERATED = "Request Moderated", "Content Moderated"
ERROR, NOT_FOUND = "Error", "Task not found"

OUTCOME_WORDS = {
    "contentmoderated": (CONTENT_MODERATED, 200),
    "moderateme": (REQUEST_MODERATED, 200),
    "fail422me": (ERROR, 422),
    "fail503me": (ERROR, 503),
    "failme": (ERROR, 200),
}
"""Words in a prompt or a finetune's comment that decide how the job ends: status, HTTP code of the poll."""

_PENDING_SHARE, _REASONING_SHARE = 0.15, 0.35


@dataclass(slots=True)
class Task:
    """One accepted job. Times are seconds since the epoch, `duration` is seconds, `cost` is credits."""

    id: str
    key_name: str
    kind: str
    endpoint: str
    parameters: dict[str, Any]
    cost: float
    accepted_at: float
    duration: float
    outcome: str = READY
    outcome_code: int = 200
    size: tuple[int, int] | None = None
    seed: int = 0
    delivered: int = 0
    violations: list[str] = field(default_factory=list)
    input_names: list[str] = field(default_factory=list)
    reasons: bool = False
    live_seconds: float = 600.0

    @property
    def ends_at(self) -> float:
        """When the task reaches its end; a refused input is found out early."""
        early = self.outcome == REQUEST_MODERATED
        return self.accepted_at + self.duration * (_PENDING_SHARE if early else 1.0)

    @property
    def expires_at(self) -> float:
        """When the address of the result dies."""
        return self.ends_at + self.live_seconds

    def active(self, now: float) -> bool:
        """Say whether the task still counts against the limit of active tasks."""
        return now < self.ends_at

    def status(self, now: float) -> str:
        """Return the service's word for the task's state.

        Only FLUX 3 was seen to say that it reasons and generates; the others are pending until they end
        (BFL, seen live 2026-09).
        """
        if not self.active(now):
            return self.outcome
        share = self._share(now)
        if share < _PENDING_SHARE:
            return PENDING
        if not self.reasons:
            return PENDING
        return REASONING if share < _REASONING_SHARE else GENERATING

    def progress(self, now: float) -> float | None:
        """Return 0 to 1 while work is done, null while queued."""
        if self.status(now) == READY:
            return 1.0
        share = self._share(now)
        if not self.active(now) or share < _PENDING_SHARE:
            return None
        return round((share - _PENDING_SHARE) / (1 - _PENDING_SHARE), 3)

    def _share(self, now: float) -> float:
        return min(1.0, max(0.0, (now - self.accepted_at) / self.duration)) if self.duration else 1.0

    def document(self) -> dict[str, Any]:
        """Return the task as JSON-ready data, the inverse of `from_document`."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Task:
        """Rebuild a task from `document`."""
        size = document.pop("size")
        return cls(size=tuple(size) if size else None, **document)


def outcome_of(words: str) -> tuple[str, int]:
    """Return how a job ends whose prompt or comment is `words`: the status, and the HTTP code of the poll."""
    lowered = words.casefold()
    return next((end for word, end in OUTCOME_WORDS.items() if word in lowered), (READY, 200))
