"""A service that only trains, and that the program has never heard of: what screens are tested with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, ClassVar

from pydantic import Field

from fluxtui.domain.dataset import CaptionRule, DatasetRules
from fluxtui.domain.endpoint import (
    Availability,
    Endpoint,
    EndpointInfo,
    Group,
    Parameter,
    TrainingEndpoint,
)
from fluxtui.domain.errors import NotFound
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.weights import Base
from fluxtui.providers.base import Materials, Phase, PreparedRequest, RemoteStatus, RemoteTask
from fluxtui.providers.published import PublishedEndpoint
from tests.fakes.still_provider import StillProvider, still_abilities

CANCEL_ADVICE = "A running training is billed for the steps it took."
CAPTION_ADVICE = "Every picture needs a caption, or the default caption stands in."
LOG = "loading the model\n\nstep 40 of 100 [/x]\nstep 41 of 100"

Name = Annotated[str, Field(min_length=1), Parameter("Name", "What it is called.", local=True)]
Word = Annotated[str | None, Parameter("Trigger word", "What calls it.", empty="none")]
Steps = Annotated[int, Field(ge=10, le=5000), Parameter("Steps", "How long it learns.", step=10)]


def _price(request: Endpoint) -> Estimate:
    return Estimate(request.given()["steps"], "by the step")


def _live_price(request: Endpoint, price: UnitPrice) -> Estimate:
    return Estimate(request.given()["steps"] * price.usd * 100, "by the step")


def _info(name: str, title: str, availability: Availability = Availability.SERVING) -> EndpointInfo:
    return EndpointInfo(
        id=f"academy/{name}",
        title=title,
        summary="For tests.",
        group=Group.TRAINING,
        price=_price,
        availability=availability,
        trains=Base.FLUX2_DEV,
        live_price=_live_price,
    )


class Captioned(TrainingEndpoint):
    """Needs captions, or one that stands in for them."""

    info: ClassVar[EndpointInfo] = _info("captioned", "FLUX.2 [dev] LoRA")
    rules: ClassVar[DatasetRules] = DatasetRules(
        min_pictures=4,
        advised_pictures=10,
        max_pictures=50,
        formats=("JPEG", "PNG"),
        max_pixels=1024 * 1024,
        captions=CaptionRule.NEEDED,
        default_caption="default_caption",
        caption_advice=CAPTION_ADVICE,
        max_bytes=100_000_000,
    )

    name: Name
    trigger_word: Word = None
    default_caption: Annotated[str | None, Parameter("Default caption", "For missing ones.")] = None
    steps: Steps = 1000


class Quick(TrainingEndpoint):
    """Takes few pictures and no captions."""

    info: ClassVar[EndpointInfo] = _info("quick", "FLUX.2 quick LoRA", Availability.BETA)
    rules: ClassVar[DatasetRules] = DatasetRules(1, 4, 5, ("PNG",), 1024 * 1024)

    name: Name
    trigger_word: Word = None
    steps: Steps = 100


class Gone(TrainingEndpoint):
    """Is described, but the service no longer has it."""

    info: ClassVar[EndpointInfo] = _info("gone", "FLUX.2 old LoRA")
    rules: ClassVar[DatasetRules] = Quick.rules

    name: Name
    steps: Steps = 100


class Academy(StillProvider):
    """Trains nothing by itself, and knows no task that it is told to hide."""

    id = "academy"
    title = "Academy"
    abilities = still_abilities(
        cancel_advice=CANCEL_ADVICE, price_source="the Academy's price list of 2026-11"
    )
    training = (Captioned, Quick, Gone)
    cancelled_cost = 41.0
    running = RemoteStatus(Phase.RUNNING, "training", progress=0.41, log=LOG)
    hidden: ClassVar[set[str]] = set()
    """Ids of tasks that it says not to know, for now."""

    async def prepare(self, request: Endpoint, materials: Materials) -> PreparedRequest:
        return PreparedRequest(request, {**request.wire(), "endpoint": request.info.id})

    async def status(self, task: RemoteTask) -> RemoteStatus:
        if task.remote_id in self.hidden:
            raise NotFound("There is no such task.")
        return await super().status(task)

    async def prices(self) -> Mapping[str, UnitPrice]:
        return {Quick.info.id: UnitPrice(0.05, "steps", "2026-11-23", live=True)}

    def example_body(self, request: Endpoint) -> Mapping[str, Any]:
        """Return what stands in the request."""
        return request.given()

    async def published(self, endpoint_ids: Sequence[str]) -> Mapping[str, PublishedEndpoint]:
        """Return nothing: it publishes nothing."""
        return {}

    async def serving(self, endpoint_ids: Sequence[str]) -> Mapping[str, bool]:
        return {name: name != Gone.info.id for name in endpoint_ids}


@contextmanager
def opened_academy() -> Iterator[type[Academy]]:
    """Let the program know the academy, and nothing be ordered there yet."""
    close = Academy.open()
    Academy.hidden.clear()
    try:
        yield Academy
    finally:
        close()


PROFILE: Mapping[str, object] = {
    "profiles.school.provider": Academy.id,
    "profiles.school.base_url": "http://127.0.0.1:9",
    "profiles.school.api_key": "anything",
}
"""Configuration of a profile there, beside others."""
