"""A service that only trains, and that the program has never heard of: what screens are tested with."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, ClassVar

from pydantic import Field

from fluxtui.api.attachments import Progress
from fluxtui.api.service import APIService
from fluxtui.domain.dataset import CaptionRule, DatasetRules
from fluxtui.domain.endpoint import (
    Availability,
    Endpoint,
    EndpointInfo,
    GenerationEndpoint,
    Group,
    Parameter,
    TrainingEndpoint,
)
from fluxtui.domain.errors import InvalidInput, NotFound
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.weights import Base
from fluxtui.providers.base import (
    Abilities,
    Accepted,
    Account,
    CancelAnswer,
    Candidate,
    Materials,
    Phase,
    PreparedRequest,
    RemoteStatus,
    RemoteTask,
    Sought,
)
from fluxtui.providers.registry import ProviderHosts, register_provider

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


class Academy:
    """Trains nothing by itself: its tasks run until they are cancelled."""

    id = "academy"
    title = "Academy"
    abilities = Abilities(
        lists_finetunes=False,
        deletes_finetunes=False,
        adds_by_id=False,
        id_help="",
        cancels=True,
        cancel_advice=CANCEL_ADVICE,
        tells_balance=False,
        finds=frozenset(),
        price_source="the Academy's price list of 2026-11",
    )
    active_limit = 4
    ordered: ClassVar[list[Mapping[str, Any]]] = []
    """What was ordered, with the endpoint under `endpoint`."""
    hidden: ClassVar[set[str]] = set()
    """Ids of tasks that it says not to know, for now."""

    def __init__(self, api: APIService) -> None:
        self._numbers = itertools.count(1)
        self._cancelled: set[str] = set()

    def generation_endpoints(self) -> tuple[type[GenerationEndpoint], ...]:
        return ()

    def training_endpoints(self) -> tuple[type[TrainingEndpoint], ...]:
        return (Captioned, Quick, Gone)

    def endpoint(self, endpoint_id: str) -> type[Endpoint]:
        for endpoint in self.training_endpoints():
            if endpoint.info.id == endpoint_id:
                return endpoint
        raise InvalidInput("There is no such endpoint.")

    async def prepare(self, request: Endpoint, materials: Materials) -> PreparedRequest:
        return PreparedRequest(request, {**request.wire(), "endpoint": request.info.id})

    async def order(self, prepared: PreparedRequest, progress: Progress) -> Accepted:
        self.ordered.append(prepared.body)
        return Accepted(f"task-{next(self._numbers)}")

    async def status(self, task: RemoteTask) -> RemoteStatus:
        if task.remote_id in self.hidden:
            raise NotFound("There is no such task.")
        if task.remote_id in self._cancelled:
            return RemoteStatus(Phase.CANCELLED, "canceled", cost_credits=41.0)
        return RemoteStatus(Phase.RUNNING, "training", progress=0.41, log=LOG)

    async def cancel(self, task: RemoteTask) -> CancelAnswer:
        self._cancelled.add(task.remote_id)
        return CancelAnswer.ASKED

    async def find(self, sought: Sought) -> tuple[Candidate, ...]:
        return ()

    async def finetune_ids(self) -> tuple[str, ...]:
        return ()

    async def finetune(self, finetune_id: str) -> Finetune:
        raise NotFound("There is no such LoRA.")

    async def delete_finetune(self, finetune_id: str) -> str:
        raise NotFound("There is no such LoRA.")

    async def account(self) -> Account:
        return Account()

    async def check_key(self) -> Account:
        return Account()

    async def prices(self) -> Mapping[str, UnitPrice]:
        return {Quick.info.id: UnitPrice(0.05, "steps", "2026-11-23", live=True)}

    async def serving(self, endpoint_ids: Sequence[str]) -> Mapping[str, bool]:
        return {name: name != Gone.info.id for name in endpoint_ids}


@contextmanager
def opened_academy() -> Iterator[type[Academy]]:
    """Let the program know the academy, and nothing be ordered there yet."""
    hosts = ProviderHosts(
        title=Academy.title,
        default_base_url="http://127.0.0.1:9",
        trusted_hosts=(),
        key_header="x-key",
        key_variable="ACADEMY_KEY",
        maker=f"{__name__}:{Academy.__name__}",
    )
    remove: Callable[[], None] = register_provider(Academy.id, hosts)
    Academy.ordered.clear()
    Academy.hidden.clear()
    try:
        yield Academy
    finally:
        remove()


PROFILE: Mapping[str, object] = {
    "profiles.school.provider": Academy.id,
    "profiles.school.base_url": "http://127.0.0.1:9",
    "profiles.school.api_key": "anything",
}
"""Configuration of a profile there, beside others."""
