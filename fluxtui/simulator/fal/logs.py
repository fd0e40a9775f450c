"""The lines that a job logs while it runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fluxtui.simulator.fal.jobs import FalJob
from fluxtui.simulator.painter.randomness import seeded

_LINES = 40


def log_lines(job: FalJob, now: float) -> list[dict[str, Any]]:
    """Return what has been logged up to `now`, oldest first, in fal's form."""
    if job.started_at is None:
        return []
    share = job.share(now)
    written = [(at, words) for at, words in _script(job) if at <= share]
    return [
        {
            "message": words,
            "level": "INFO",
            "source": "USER",
            "timestamp": datetime.fromtimestamp(job.started_at + at * job.run, UTC).isoformat(),
        }
        for at, words in written
    ]


def _script(job: FalJob) -> list[tuple[float, str]]:
    """Return every line with the share of the run at which it is written."""
    if job.kind == "image":
        steps = int(job.parameters.get("num_inference_steps") or 1)
        return [(step / steps, f"step {step}/{steps}") for step in range(steps + 1)]
    if job.failure is not None and job.failure.status == 422:
        return [(0.0, "Downloading the archive")]
    steps = int(job.parameters["steps"])
    chance = seeded("loss", job.id)
    lines = [(0.0, "Downloading the archive"), (0.02, "Preparing the images")]
    for number in range(1, min(_LINES, steps) + 1):
        step = steps * number // min(_LINES, steps)
        loss = 0.18 + 0.5 / (1 + 8 * number / _LINES) + chance.uniform(-0.03, 0.03)
        lines.append((0.05 + 0.93 * number / min(_LINES, steps), f"step {step}/{steps}, loss {loss:.4f}"))
    return [*lines, (1.0, "Saving the LoRA")]
