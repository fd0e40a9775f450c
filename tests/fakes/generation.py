"""What generating is tested with: jobs, finetunes, offers, and a service that nobody has heard of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

import pytest

from fluxtui.domain.endpoint import (
    Availability,
    Control,
    Endpoint,
    EndpointInfo,
    FinetuneBy,
    FinetuneUse,
    GenerationEndpoint,
    Group,
    Parameter,
)
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.uses import Offer
from fluxtui.domain.weights import Base
from fluxtui.providers.base import Materials, PreparedRequest
from fluxtui.providers.bfl.catalogue import GENERATION
from tests.fakes.still_provider import StillProvider, still_abilities

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def make_finetune() -> Callable[..., Finetune]:
    """Return a function that makes a finetune that is ready."""

    def make(finetune_id: str = "ft-1", **changes: object) -> Finetune:
        values = {"profile": "demo", "id": finetune_id, "name": "Lumi", "trigger_word": "LUMI", **changes}
        return Finetune.model_validate(values)

    return make


@pytest.fixture
def make_job() -> Callable[..., Job]:
    """Return a function that makes a generation."""

    def make(job_id: str = "job-1", state: JobState = JobState.DONE, **changes: object) -> Job:
        values = {
            "id": job_id,
            "kind": JobKind.GENERATION,
            "state": state,
            "profile": "demo",
            "provider": "bfl",
            "endpoint": "flux-dev",
            "title": "a lamp",
            "parameters": {"prompt": "a lamp", "steps": 20, "seed": 7},
            "estimate_credits": 2.5,
            "seed": 7,
            "created_at": START,
            "updated_at": START,
            **changes,
        }
        return Job.model_validate(values)

    return make


def _mix_price(_: Any) -> Estimate:
    return Estimate(3, "a picture")


def _live_mix_price(_: Any, price: UnitPrice) -> Estimate:
    return Estimate(price.usd * 100, "a picture")


Seed = Annotated[int | None, Parameter("Seed", "The same again.", control=Control.SEED, empty="random")]
Prompt = Annotated[str, Parameter("Prompt", "What it shows.", control=Control.PROMPT)]


class Mix(GenerationEndpoint):
    """Generates with up to two LoRAs of any origin."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="atelier/mix",
        title="FLUX.2 [dev] with a LoRA",
        summary="For tests.",
        group=Group.FINETUNED,
        price=_mix_price,
        finetunes=FinetuneUse(FinetuneBy.WEIGHTS, frozenset({Base.FLUX2_DEV}), most=2),
        live_price=_live_mix_price,
    )

    prompt: Prompt
    finetune_id: Annotated[str, Parameter("LoRA", "The first.", control=Control.FINETUNE)]
    finetune_strength: Annotated[float, Parameter("Strength", "How much it shows.", step=0.1)] = 1.0
    extra_lora: Annotated[
        str | None, Parameter("Second LoRA", "Beside the first.", control=Control.FINETUNE, advanced=True)
    ] = None
    seed: Seed = None


class OldMix(Mix):
    """The same, taken down."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="atelier/old-mix",
        title="FLUX.2 old",
        summary="For tests.",
        group=Group.FINETUNED,
        price=_mix_price,
        finetunes=FinetuneUse(FinetuneBy.WEIGHTS, frozenset({Base.FLUX2_DEV}), most=2),
        availability=Availability.HISTORIC,
    )


class Plain(GenerationEndpoint):
    """Generates without."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="atelier/plain", title="FLUX.2 plain", summary="For tests.", group=Group.BASE, price=_mix_price
    )

    prompt: Prompt
    seed: Seed = None


CANCEL_ADVICE = "A running picture is billed for the seconds it took."


class Atelier(StillProvider):
    """Paints nothing by itself."""

    id = "atelier"
    title = "Atelier"
    abilities = still_abilities(cancel_advice=CANCEL_ADVICE, price_source="its own price list")
    generation = (OldMix, Mix, Plain)

    async def prepare(self, request: Endpoint, materials: Materials) -> PreparedRequest:
        return PreparedRequest(request, {**request.wire(), "loras": sorted(materials.loras)})

    async def prices(self) -> Mapping[str, UnitPrice]:
        return {Mix.info.id: UnitPrice(0.05, "images", "2026-11-23", live=True)}


@pytest.fixture
def atelier() -> Iterator[type[Atelier]]:
    """A further provider that the program has never heard of, for the length of a test."""
    close = Atelier.open()
    yield Atelier
    close()


@pytest.fixture
def shared_profiles() -> dict[str, object]:
    """Configuration for two profiles more: another account of the same service, and the atelier's."""
    return {
        "profiles.second.provider": "bfl",
        "profiles.second.base_url": "http://127.0.0.1:9",
        "profiles.second.api_key": "sim-valid",
        "profiles.studio.provider": Atelier.id,
        "profiles.studio.base_url": "http://127.0.0.1:9",
        "profiles.studio.api_key": "anything",
    }


@pytest.fixture
def offer() -> Callable[..., Offer]:
    """Return a function that makes an endpoint of BFL or the atelier an offer of a profile."""

    def find(endpoint_id: str, profile: str = "demo") -> Offer:
        for provider, endpoints in (("bfl", GENERATION), (Atelier.id, (OldMix, Mix, Plain))):
            for endpoint in endpoints:
                if endpoint.info.id == endpoint_id:
                    return Offer(profile, provider, endpoint)
        raise LookupError(endpoint_id)

    return find


@pytest.fixture
def all_offers(offer: Callable[..., Offer]) -> tuple[Offer, ...]:
    """What the profiles demo and studio offer, the finetuned ones of each first."""
    profiles = {
        "demo": [Offer("demo", "bfl", endpoint) for endpoint in GENERATION],
        "studio": [Offer("studio", Atelier.id, endpoint) for endpoint in (OldMix, Mix, Plain)],
    }
    return tuple(
        offer
        for offers in profiles.values()
        for offer in sorted(offers, key=lambda item: not item.endpoint.takes_finetune())
    )
