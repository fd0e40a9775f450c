"""A saved result with its parameters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class Picture(BaseModel):
    """A picture on disk: `path` is relative to the data directory, sizes are pixels and bytes."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: str
    job_id: str
    path: str
    format: str
    width: int
    height: int
    size: int
    sha256: str
    prompt: str
    seed: int | None
    endpoint: str
    finetune_name: str | None = None
    parameters: dict[str, Any]
    created_at: datetime
