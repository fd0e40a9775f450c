"""Every endpoint's request against the simulator, which is an independent reading of the same reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fluxtui.domain.endpoint import Control, Field, GenerationEndpoint, fields_of
from fluxtui.domain.errors import InvalidInput, Refused
from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import Phase, RemoteTask
from fluxtui.providers.bfl.catalogue import GENERATION
from fluxtui.simulator.bfl.finetunes import OWN_LORA
from fluxtui.simulator.running import Simulator

if TYPE_CHECKING:
    from fluxtui.api.service import APIService
    from fluxtui.providers.bfl.provider import BFLProvider
    from fluxtui.simulator.core.clock import ManualClock
    from tests.providers.bfl.conftest import Train

NAMES = [endpoint.info.id for endpoint in GENERATION]


def _values(
    endpoint: type[GenerationEndpoint], picture: Path, finetune: str, *, full: bool
) -> dict[str, Any]:
    fields = [field for field in fields_of(endpoint) if full or field.required]
    meant = {"right": 32} if "right" in endpoint.model_fields else {}
    return {**meant, **{field.name: _value(field, str(picture), finetune) for field in fields}}


def _value(field: Field, picture: str, finetune: str) -> Any:
    if field.choices:
        return field.choices[-1]
    match field.control:
        case Control.FINETUNE:
            return finetune
        case Control.PICTURE:
            return picture
        case Control.PICTURES:
            return [picture, picture]
        case Control.TOGGLE:
            return not field.default
        case Control.SEED:
            return 4_000_000_000
        case Control.INTEGER:
            return 512 if field.name in ("width", "height") else int(field.maximum or 16)
        case Control.NUMBER:
            return field.maximum
    return "a red fox"


@pytest.mark.parametrize("full", [False, True], ids=["smallest", "full"])
@pytest.mark.parametrize("endpoint", GENERATION, ids=NAMES)
async def test_valid_requests_are_accepted_at_the_estimated_price(
    endpoint: type[GenerationEndpoint],
    full: bool,
    provider: BFLProvider,
    simulator: Simulator,
    clock: ManualClock,
    picture: Path,
    train: Train,
) -> None:
    finetune = OWN_LORA
    if endpoint.takes_finetune() and "klein" not in endpoint.info.id:
        finetune = await train()
    values = _values(endpoint, picture, finetune, full=full)
    request = endpoint.checked(values)
    accepted = await provider.generate(request)
    entry = simulator.ledger()[-1]
    clock.advance(2)
    task = RemoteTask(JobKind.GENERATION, endpoint.info.id, accepted.remote_id, accepted.polling_url)
    status = await provider.status(task)
    assert status.phase is Phase.READY
    told = [cost for cost in (accepted.cost_credits, status.cost_credits) if cost is not None]
    assert (entry["endpoint"], [entry["cost"]]) == (endpoint.info.id, told), "told once, with order or result"
    estimate = request.estimate()
    assert told[0] == estimate.credits if estimate.exact else told[0] <= estimate.credits


@pytest.mark.parametrize("endpoint", GENERATION, ids=NAMES)
async def test_the_service_would_refuse_what_we_refuse(
    endpoint: type[GenerationEndpoint], api: APIService, simulator: Simulator
) -> None:
    wrong = {field.name: _wrong(field) for field in fields_of(endpoint)}
    with pytest.raises(InvalidInput) as ours:
        endpoint.checked({name: value for name, value in wrong.items() if value is not None})
    with pytest.raises(Refused) as theirs:
        await api.post(f"/v1/{endpoint.info.id}", wrong)
    named = {problem.field.split(".")[0] for problem in theirs.value.problems}
    assert {problem.field for problem in ours.value.problems} <= named
    assert all(problem.reason for problem in theirs.value.problems)
    assert simulator.ledger() == []


def _wrong(field: Field) -> Any:
    """Return a value that no service takes, or None where any is taken."""
    match field.control:
        case Control.CHOICE:
            return "bogus"
        case Control.TOGGLE:
            return [1]
        case Control.INTEGER | Control.NUMBER:
            return -5 if field.maximum is None else field.maximum + 0.5
        case Control.PICTURES:
            return ["x"] * 11
        case Control.FINETUNE | Control.PICTURE | Control.PROMPT | Control.TEXT | Control.SEED:
            return [7]
    return None
