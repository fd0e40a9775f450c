"""Trainings and predictions: where they are, follows from the clock."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from fluxtui.simulator.replicate.hardware import CREDITS_PER_DOLLAR

STARTING, PROCESSING = "starting", "processing"
SUCCEEDED, FAILED, CANCELED, ABORTED = "succeeded", "failed", "canceled", "aborted"
TRAINING, PREDICTION = "training", "prediction"

KEPT_SECONDS = 3600.0
"""How long after its end a prediction keeps input, output, logs and files, and a training its weights' file.

Source: Replicate's documentation for predictions made with the API. For trainings nothing is documented; here
their documents stay and the file goes, so that a client which dawdles is found out.
"""

_STARTING_SHARE = 0.15
_MEGAPIXEL = 1024 * 1024
_FAILING_SHARE = 0.02


@dataclass(slots=True)
class Job:
    """One accepted job. Times are seconds since the epoch, `duration` is seconds.

    `billed_seconds` are what the whole run takes on hardware that costs `price` USD a second: what the bill
    says, not what the simulation takes. Official models cost, in place of the seconds, `picture_price` USD
    for each delivered picture, or `run_price`, and `output_price` and `input_price` for each megapixel.
    `single` means that the output is no list. `ends_early` fails the job right after its start. `stopped_at`
    is when somebody ends it, `deadline` when the service does. `input` is what was sent, `parameters` the
    same with defaults. `loras` are the weights that a prediction paints with or a training makes, by digest
    and scale; `dropped` the numbers of the pictures that fail the safety check. `source_file` is the upload
    that a training still needs when it begins. `number` is its place among all jobs; `swept` means that its
    erased pictures are deleted.
    """

    id: str
    key_name: str
    kind: str
    model: str
    version: str
    input: dict[str, Any]
    parameters: dict[str, Any]
    steps: int
    accepted_at: float
    duration: float
    billed_seconds: float
    price: float
    outcome: str = SUCCEEDED
    error: str | None = None
    ends_early: bool = False
    stopped_at: float | None = None
    deadline: float | None = None
    destination: str | None = None
    source_file: str | None = None
    seed: int = 0
    size: tuple[int, int] | None = None
    loras: list[tuple[str, float]] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    number: int = 0
    swept: bool = False
    picture_price: float = 0.0
    run_price: float = 0.0
    output_price: float = 0.0
    input_price: float = 0.0
    input_megapixels: float = 0.0
    single: bool = False
    delivered: int = 0
    violations: list[str] = field(default_factory=list)

    @property
    def began_at(self) -> float:
        """When a machine takes the job."""
        return self.accepted_at + self.duration * _STARTING_SHARE

    @property
    def natural_end(self) -> float:
        """When the job ends by itself."""
        if self.outcome == ABORTED:
            return self.began_at
        share = _FAILING_SHARE if self.ends_early else 1.0
        return self.began_at + self.duration * (1 - _STARTING_SHARE) * share

    @property
    def _stop(self) -> float | None:
        asked = [moment for moment in (self.stopped_at, self.deadline) if moment is not None]
        first = min(asked, default=None)
        return first if first is not None and first < self.natural_end else None

    @property
    def ends_at(self) -> float:
        """When the job ends, or ended, by itself or stopped."""
        stop = self._stop
        return self.natural_end if stop is None else stop

    def ended(self, now: float) -> bool:
        """Say whether nothing more happens to the job."""
        return now >= self.ends_at

    def began(self, now: float) -> bool:
        """Say whether a machine has taken the job by now and before it was stopped."""
        return self.began_at <= min(now, self.ends_at) and self.outcome != ABORTED

    def status(self, now: float) -> str:
        """Return Replicate's word for the state."""
        if not self.ended(now):
            return PROCESSING if now >= self.began_at else STARTING
        stop = self._stop
        if stop is None:
            return self.outcome
        overdue = stop == self.deadline and stop < self.began_at
        return ABORTED if overdue else CANCELED

    def share(self, now: float) -> float:
        """Return which part of the run is done, 0 to 1."""
        whole = self.duration * (1 - _STARTING_SHARE)
        if not self.began(now):
            return 0.0
        return min(1.0, (min(now, self.ends_at) - self.began_at) / whole) if whole else 1.0

    def predict_time(self, now: float) -> float | None:
        """Return the seconds of hardware used; None before the end and for an aborted job."""
        if not self.ended(now) or self.status(now) == ABORTED:
            return None
        return round(self.billed_seconds * self.share(now), 6)

    def cost(self, now: float) -> float:
        """Return the credits (0.01 USD each) billed by now: nothing before the end."""
        if self.is_official:
            pictures = self.delivered_pictures(now)
            usd = pictures * self.picture_price
            if pictures and not self.picture_price:
                usd = self.run_price + self.output_price * self.output_megapixels(now)
                usd += self.input_price * self.input_megapixels
            return round(usd * CREDITS_PER_DOLLAR, 6)
        return round((self.predict_time(now) or 0.0) * self.price * CREDITS_PER_DOLLAR, 6)

    @property
    def is_official(self) -> bool:
        """Whether what comes out is billed, and no seconds."""
        return any((self.picture_price, self.run_price, self.output_price))

    def delivered_pictures(self, now: float) -> int:
        """Return how many pictures have come out by now."""
        made = int(self.parameters.get("num_outputs", 1)) - len(self.dropped)
        return made if self.status(now) == SUCCEEDED else 0

    def output_megapixels(self, now: float) -> float:
        """Return how many megapixels (of 1,048,576 pixels, which is our reading) have come out by now."""
        width, height = self.size or (0, 0)
        return round(self.delivered_pictures(now) * width * height / _MEGAPIXEL, 3)

    def erased(self, now: float) -> bool:
        """Say whether the files of the job are gone, and with a prediction its input, output and logs too."""
        return now >= self.ends_at + KEPT_SECONDS

    def document(self) -> dict[str, Any]:
        """Return the job as JSON-ready data, the inverse of `from_document`."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Job:
        """Rebuild a job from `document`."""
        size = document.pop("size")
        loras = [(name, scale) for name, scale in document.pop("loras")]
        return cls(size=tuple(size) if size else None, loras=loras, **document)
