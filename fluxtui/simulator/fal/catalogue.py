"""All endpoints of fal."""

from __future__ import annotations

from functools import cache

from fluxtui.simulator.fal.endpoints import Generator, Trainer
from fluxtui.simulator.fal.generators import generators
from fluxtui.simulator.fal.trainers import trainers


@cache
def endpoints() -> dict[str, Trainer | Generator]:
    """Return every endpoint by its id."""
    known: tuple[Trainer | Generator, ...] = (*trainers(), *generators())
    return {endpoint.id: endpoint for endpoint in known}
