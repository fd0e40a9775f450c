"""The pictures of predictions: painted from acceptance on, kept until they are erased."""

from __future__ import annotations

import asyncio

from fluxtui.simulator.core.state import StateStore
from fluxtui.simulator.core.studio import Studio
from fluxtui.simulator.core.weights import TrainedWeights
from fluxtui.simulator.painter.order import Order
from fluxtui.simulator.replicate.jobs import SUCCEEDED, Job
from fluxtui.simulator.replicate.ordering import order_of

MOST_OUTPUTS = 4


class Gallery:
    """Orders pictures from the studio that all services share."""

    def __init__(self, studio: Studio, store: StateStore, weights: TrainedWeights) -> None:
        self._studio, self._store, self._weights = studio, store, weights

    def begin(self, job: Job) -> None:
        """Start on the pictures of a prediction, unless it will not end well."""
        if job.outcome == SUCCEEDED:
            for number in pictures_of(job):
                self._studio.begin(_canvas(job, number), self._making(job, number))

    async def picture(self, job: Job, number: int) -> bytes:
        """Return a picture of a prediction that has succeeded."""
        return await self._studio.picture(_canvas(job, number), self._making(job, number))

    def _making(self, job: Job, number: int) -> _Making:
        return _Making(job, number, self._store, self._weights)

    async def forget(self, job: Job) -> None:
        """Delete what a prediction took in and painted."""
        for owner in (job.id, *(_canvas(job, number) for number in range(MOST_OUTPUTS))):
            await asyncio.to_thread(self._store.forget_blobs, owner)


class _Making:
    """Makes the order of one picture, in the painter's thread."""

    def __init__(self, job: Job, number: int, store: StateStore, weights: TrainedWeights) -> None:
        self._job, self._number, self._store, self._weights = job, number, store, weights

    def __call__(self) -> Order:
        return order_of(self._job, self._number, self._store.blobs(self._job.id), self._weights)


def pictures_of(job: Job) -> list[int]:
    """Return the numbers of the pictures that a prediction delivers."""
    return [number for number in range(int(job.parameters["num_outputs"])) if number not in job.dropped]


def _canvas(job: Job, number: int) -> str:
    return f"{job.id}-{number}"
