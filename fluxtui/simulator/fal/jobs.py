"""Jobs that the simulated fal accepted."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from fluxtui.simulator.fal.errors import Failure, input_failure, problem

IN_QUEUE, IN_PROGRESS, COMPLETED = "IN_QUEUE", "IN_PROGRESS", "COMPLETED"

SHORT_RUN = 0.1
"""The share of its run after which a job finds out that its input is wrong."""
CANCEL_SHARE = 0.05
"""The share of its run that a running job needs to notice that it was cancelled."""
RESULT_SECONDS = 30 * 86_400.0
"""How long a result is kept with its payload; without payload storage it is an hour."""
BARE_RESULT_SECONDS = 3600.0
OUTPUT_SECONDS = 7 * 86_400.0
"""How long output files stay where the request does not say; an old answer of fal's promised a week."""


@dataclass(slots=True)
class FalJob:
    """One accepted job. Times are seconds since the epoch, `wait` and `run` seconds, `cost` credits.

    `wait` is the least time in the queue. `sent` is the body of its request, as the list of past requests
    tells it; `{}` where no payload is kept. `failure` is how it ends, None for well. `inputs` names the blobs
    with its input pictures, `strength` says how much its LoRAs show.
    """

    id: str
    key_name: str
    kind: Literal["training", "image"]
    endpoint: str
    parameters: dict[str, Any]
    units: float
    cost: float
    accepted_at: float
    wait: float
    run: float
    failure: Failure | None = None
    seed: int = 0
    size: tuple[int, int] | None = None
    black: bool = False
    inputs: list[str] = field(default_factory=list)
    strength: float = 0.0
    archive_field: str = ""
    archive_until: float | None = None
    start_timeout: float | None = None
    output_seconds: float = OUTPUT_SECONDS
    payload_kept: bool = True
    started_at: float | None = None
    ended_at: float | None = None
    delivered: int = 0
    swept: bool = False
    violations: list[str] = field(default_factory=list)
    sent: dict[str, Any] = field(default_factory=dict)

    def state(self, now: float) -> str:
        """Return fal's word for where the job is; the line that it stands in must be up to date."""
        if self.ended_at is not None and now >= self.ended_at:
            return COMPLETED
        return IN_QUEUE if self.started_at is None else IN_PROGRESS

    def word(self, now: float) -> str:
        """Return the state, and for a failed job why it failed."""
        state = self.state(now)
        if state != COMPLETED or self.failure is None:
            return state
        return self.failure.error_type or "error"

    def begin(self, at: float) -> None:
        """Start the run at a time that has come; a job whose archive has expired by then fails soon."""
        if self.archive_until is not None and at >= self.archive_until:
            message = "The file could not be downloaded: it has expired."
            self.failure = input_failure([problem("file_download_error", message, self.archive_field)])
            self.run *= SHORT_RUN
        self.started_at, self.ended_at = at, at + self.run

    def end(self, at: float, failure: Failure) -> None:
        """Let the job end at `at` in another way than it would have."""
        self.ended_at, self.failure = at, failure

    def stop(self, now: float, failure: Failure) -> float:
        """Let a running job end a moment after `now`; return how much of its run is over."""
        if self.started_at is None or self.ended_at is None:
            raise ValueError(f"Job {self.id} does not run.")
        self.end(min(self.ended_at, now + self.run * CANCEL_SHARE), failure)
        return self.share(now)

    def share(self, now: float) -> float:
        """Return how much of the run is over, 0 to 1."""
        if self.started_at is None:
            return 0.0
        return min(1.0, max(0.0, (now - self.started_at) / self.run)) if self.run else 1.0

    @property
    def succeeded(self) -> bool:
        """Whether it ends with outputs."""
        return self.failure is None

    @property
    def count(self) -> int:
        """How many pictures it makes."""
        return int(self.parameters.get("num_images", 0))

    def result_expired(self, now: float) -> bool:
        """Say whether fal has forgotten the result."""
        kept = RESULT_SECONDS if self.payload_kept else BARE_RESULT_SECONDS
        return self.ended_at is not None and now >= self.ended_at + kept

    def outputs_expired(self, now: float) -> bool:
        """Say whether its output files are gone."""
        return self.ended_at is not None and now >= self.ended_at + self.output_seconds

    def document(self) -> dict[str, Any]:
        """Return the job as JSON-ready data, the inverse of `from_document`."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> FalJob:
        """Rebuild a job from `document`."""
        size, failure = document.pop("size"), document.pop("failure")
        return cls(
            size=tuple(size) if size else None, failure=Failure(**failure) if failure else None, **document
        )
