"""Every endpoint's request against the simulator, which is an independent reading of the same sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.endpoint import Availability, Control, Endpoint, Field, TrainingEndpoint, fields_of
from fluxtui.domain.weights import Base
from fluxtui.providers.base import LoraSource, Phase
from fluxtui.providers.fal.catalogue import GENERATION, TRAINING
from fluxtui.providers.fal.generation import FalGeneration
from fluxtui.providers.fal.provider import FalProvider
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.weights import (
    FLUX_1,
    FLUX_2,
    FLUX_3_KLEIN,
    KLEIN_4B,
    KLEIN_9B,
    KONTEXT,
    KREA_2,
    QWEN_IMAGE,
    Z_IMAGE,
    BaseModel,
    lora_file,
)
from fluxtui.simulator.fal.catalogue import endpoints as simulated
from fluxtui.simulator.running import ServiceView
from tests.providers.fal.conftest import LORA, Order, Prepare

ENDPOINTS: tuple[type[Endpoint], ...] = (
    *GENERATION,
    *(trainer for trainer in TRAINING if trainer.info.availability is not Availability.HISTORIC),
)
SIZE = frozenset({"image_size", "width", "height"})
BASES: dict[Base, BaseModel] = {
    Base.KLEIN_9B: KLEIN_9B,
    Base.KLEIN_4B: KLEIN_4B,
    Base.FLUX2_DEV: FLUX_2,
    Base.FLUX1_DEV: FLUX_1,
    Base.FLUX1_KREA: FLUX_1,
    Base.FLUX1_KONTEXT: KONTEXT,
    Base.FLUX3_KLEIN: FLUX_3_KLEIN,
    Base.KREA_2: KREA_2,
    Base.Z_IMAGE: Z_IMAGE,
    Base.QWEN_IMAGE: QWEN_IMAGE,
}


def _value(field: Field, picture: Path, *, largest: bool) -> Any:
    if field.name == "image_size":
        return "custom"
    if field.name in ("width", "height"):
        return int(field.minimum or 0)
    if field.choices:
        return field.choices[-1 if largest else 0]
    match field.control:
        case Control.LORA_STACK:
            weight = field.maximum if largest else field.minimum
            return [{"finetune": LORA, "weight": weight}] * ((field.max_length or 1) if largest else 1)
        case Control.FINETUNE:
            return LORA
        case Control.PICTURE:
            return str(picture)
        case Control.TOGGLE:
            return not field.default
        case Control.SEED:
            return 4_000_000_000
        case Control.INTEGER:
            return int((field.maximum if largest else field.minimum) or 0)
        case Control.NUMBER:
            return field.maximum if largest else field.minimum
    return "a red fox"


def _loras(endpoint: type[Endpoint], folder: Path) -> dict[str, LoraSource]:
    """Return a LoRA on disk that fits an endpoint, if it takes any."""
    use = endpoint.info.finetunes
    if use is None:
        return {}
    path = folder / "red.safetensors"
    path.write_bytes(lora_file(BASES[next(iter(use.bases))], "red", rank=1))
    return {LORA: LoraSource(name="Red", path=path)}


@pytest.mark.parametrize("kind", ["least", "largest"])
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.info.id)
async def test_valid_requests_are_accepted_and_end_well(
    endpoint: type[Endpoint],
    kind: str,
    provider: FalProvider,
    order: Order,
    picture: Path,
    clock: ManualClock,
    fal: ServiceView,
    tmp_path: Path,
) -> None:
    least = [field for field in fields_of(endpoint) if field.required or field.name in SIZE]
    fields = least if kind == "least" else fields_of(endpoint)
    values = {field.name: _value(field, picture, largest=kind == "largest") for field in fields}
    if issubclass(endpoint, TrainingEndpoint) and endpoint.rules.default_caption:
        values[endpoint.rules.default_caption] = "a red sheet"
    fal.refill(100_000, "valid")
    task = await order(endpoint.checked(values), _loras(endpoint, tmp_path))
    clock.advance(30)
    status = await provider.status(task)
    assert (status.phase, status.message) == (Phase.READY, "")
    assert status.result_url if issubclass(endpoint, FalGeneration) else status.weights_url
    assert fal.violations() == []


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.info.id)
async def test_nothing_is_sent_that_the_service_does_not_know(
    endpoint: type[Endpoint], prepare: Prepare, picture: Path, tmp_path: Path
) -> None:
    values = {field.name: _value(field, picture, largest=True) for field in fields_of(endpoint)}
    prepared = await prepare(endpoint.checked(values), _loras(endpoint, tmp_path))
    known = {field.name: field for field in simulated()[endpoint.info.id].fields}
    assert isinstance(prepared.body, dict)
    assert prepared.body.keys() <= known.keys()
    assert {name for name, field in known.items() if field.required} <= prepared.body.keys()


@pytest.mark.parametrize("endpoint", GENERATION, ids=lambda endpoint: endpoint.info.id)
def test_defaults_are_those_of_the_service(endpoint: type[FalGeneration]) -> None:
    known = {field.name: field for field in simulated()[endpoint.info.id].fields}
    needed = {field.name: "-" for field in fields_of(endpoint) if field.required}
    sent = endpoint.checked(needed).plain_input()
    for name, value in sent.items():
        if name not in ("prompt", "seed"):
            assert value == known[name].default, name
