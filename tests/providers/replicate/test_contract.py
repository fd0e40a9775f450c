"""Every endpoint's request against the simulator, which is an independent reading of the same sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fluxtui.domain.endpoint import Control, Endpoint, Field, fields_of
from fluxtui.providers.base import LoraSource, Phase, RemoteStatus
from fluxtui.providers.replicate.catalogue import GENERATION, TRAINING
from fluxtui.simulator.running import Simulator

if TYPE_CHECKING:
    from fluxtui.providers.replicate.provider import ReplicateProvider
    from fluxtui.simulator.core.clock import ManualClock
    from tests.providers.replicate.conftest import Order

ADDRESS = "https://huggingface.co/someone/lora/resolve/main/fox.safetensors"
TEXTS = {"resolution": "512,768", "extra_lora": ADDRESS, "layers_to_optimize_regex": "single_blocks"}
ENDPOINTS: tuple[type[Endpoint], ...] = (*GENERATION, *TRAINING)


def _value(field: Field, picture: Path, finetune: str, *, largest: bool) -> Any:
    if field.choices:
        return field.choices[-1 if largest else 0]
    match field.control:
        case Control.FINETUNE:
            return finetune
        case Control.LORA_STACK:
            most = int((field.max_length or 1) if largest else 1)
            return [{"finetune": finetune, "weight": field.maximum if largest else field.minimum}] * most
        case Control.PICTURE:
            return str(picture)
        case Control.PICTURES:
            return [str(picture)] * int((field.max_length or 1) if largest else 1)
        case Control.TOGGLE:
            return not field.default
        case Control.SEED:
            return 4_000_000_000
        case Control.INTEGER:
            return int((field.maximum if largest else field.minimum) or 0)
        case Control.NUMBER:
            return field.maximum if largest else field.minimum
    return TEXTS.get(field.name, "a red fox")


@pytest.mark.parametrize("kind", ["least", "smallest", "largest"])
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.info.id)
async def test_valid_requests_are_accepted_and_end_well(
    endpoint: type[Endpoint],
    kind: str,
    provider: ReplicateProvider,
    order: Order,
    trained: RemoteStatus,
    picture: Path,
    clock: ManualClock,
    simulator: Simulator,
) -> None:
    finetune = str(trained.finetune_id)
    fields = [field for field in fields_of(endpoint) if field.required or kind != "least"]
    values = {field.name: _value(field, picture, finetune, largest=kind == "largest") for field in fields}
    if kind == "least" and "megapixels" in endpoint.model_fields:
        values["megapixels"] = "0.25"
    if kind == "largest" and "input_image" in values and "safety_tolerance" in values:
        values["safety_tolerance"] = 2
    if kind == "smallest" and "prompt_strength" in values:
        values["prompt_strength"] = 0.05
    request = endpoint.checked(values)
    task = await order(request, {finetune: LoraSource("Sheets", url=ADDRESS)})
    clock.advance(20)
    status = await provider.status(task)
    assert (status.phase, status.message) == (Phase.READY, "")
    # Where no price is published, none is told either, and the estimate stays.
    assert (status.cost_credits is None) == ("no price is published" in request.estimate().basis)
    assert len(simulator.replicate.ledger()) == 2
    assert simulator.replicate.violations() == []


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.info.id)
async def test_estimates_are_near_what_is_billed(
    endpoint: type[Endpoint],
    provider: ReplicateProvider,
    order: Order,
    trained: RemoteStatus,
    picture: Path,
    clock: ManualClock,
) -> None:
    finetune = str(trained.finetune_id)
    fields = [field for field in fields_of(endpoint) if field.required]
    request = endpoint.checked(
        {field.name: _value(field, picture, finetune, largest=False) for field in fields}
    )
    task = await order(request, {finetune: LoraSource("Sheets", url=ADDRESS)})
    clock.advance(20)
    billed = (await provider.status(task)).cost_credits or 0.0
    # The simulator's pictures take less than those that users report; dearer than estimated is none.
    assert billed <= request.estimate().credits * 1.05
