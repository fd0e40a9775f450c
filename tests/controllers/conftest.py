"""The service that controllers order from: one simulator for each worker."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from fluxtui.api import retries
from fluxtui.api.retries import RetryPolicy
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator


@pytest.fixture(autouse=True)
def quick_repetitions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a request be made again as often as usual, and sooner."""
    monkeypatch.setattr(retries, "RetryPolicy", partial(RetryPolicy, first_wait=0.01))


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    """One simulator for all tests of a worker, quick at everything."""
    settings = Settings(seconds_per_image=0.05, seconds_per_training=0.2, listing_delay=0)
    with running_simulator(settings) as running:
        yield running


@pytest.fixture
def simulator(simulator_process: Simulator) -> Simulator:
    """The simulator as on its first day."""
    simulator_process.reset()
    return simulator_process
