"""Every endpoint's request against the simulator, which is an independent reading of the same sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.domain.endpoint import fields_of
from fluxtui.providers.base import Phase
from fluxtui.providers.runware.catalogue import GENERATION
from fluxtui.providers.runware.generation import RunwareGeneration
from fluxtui.simulator.running import Simulator
from tests.providers.runware.conftest import SECONDS, value_of

if TYPE_CHECKING:
    from fluxtui.providers.runware.provider import RunwareProvider
    from fluxtui.simulator.core.clock import ManualClock
    from tests.providers.runware.conftest import Order


@pytest.mark.parametrize("kind", ["least", "smallest", "largest"])
@pytest.mark.parametrize("endpoint", GENERATION, ids=lambda endpoint: endpoint.info.id)
async def test_valid_requests_are_accepted_end_well_and_cost_no_more_than_estimated(
    endpoint: type[RunwareGeneration],
    kind: str,
    provider: RunwareProvider,
    order: Order,
    picture: Path,
    clock: ManualClock,
    simulator: Simulator,
) -> None:
    largest = kind == "largest"
    fields = [field for field in fields_of(endpoint) if field.required or kind != "least"]
    values = {field.name: value_of(endpoint, field, picture, largest=largest) for field in fields}
    request = endpoint.checked(values)
    task = await order(request)
    clock.advance(SECONDS)
    status = await provider.status(task)
    assert (status.phase, status.message) == (Phase.READY, "")
    (entry,) = simulator.runware.ledger()
    assert entry["endpoint"] == endpoint.model
    assert status.cost_credits == pytest.approx(entry["cost"], abs=1e-4)
    assert entry["cost"] <= request.estimate().credits
    assert simulator.violations() == []
