"""Models that accounts made, and the versions that trainings put there."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from typing import Any

MODEL_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,254}")
VERSION_ID = re.compile(r"[0-9a-f]{64}")
VISIBILITIES = ("private", "public")
LINKS = ("github_url", "paper_url", "license_url", "cover_image_url")
CHANGEABLE = ("description", "readme", *LINKS)


@dataclass(slots=True)
class Model:
    """One model of an account, made at `created_at` (epoch seconds); `texts` hold description and links."""

    owner: str
    name: str
    visibility: str
    hardware: str
    created_at: float
    texts: dict[str, str | None]
    run_count: int = 0

    @property
    def full_name(self) -> str:
        """Owner and name with a slash between."""
        return f"{self.owner}/{self.name}"

    def document(self) -> dict[str, Any]:
        """Return the model as JSON-ready data."""
        return asdict(self)


@dataclass(slots=True)
class Version:
    """What a training puts on its destination: visible from `created_at` until `gone_at` (epoch seconds).

    `id` is 64 hexadecimal digits, `job` the training, whose pictures the version paints with.
    """

    id: str
    model: str
    job: str
    created_at: float
    gone_at: float | None = None

    def visible(self, now: float) -> bool:
        """Say whether the version exists by now, and still."""
        return self.created_at <= now and (self.gone_at is None or now < self.gone_at)

    def document(self) -> dict[str, Any]:
        """Return the version as JSON-ready data."""
        return asdict(self)


def version_of_training(job_id: str) -> str:
    """Return the id of the version that a training makes."""
    return hashlib.sha256(f"version of {job_id}".encode()).hexdigest()
