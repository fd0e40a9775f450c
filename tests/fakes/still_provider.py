"""What the services of tests have in common that do nothing by themselves: nothing is sent anywhere."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from fluxtui.api.attachments import Progress
from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Endpoint, GenerationEndpoint, TrainingEndpoint
from fluxtui.domain.errors import InvalidInput, NotFound
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.money import UnitPrice
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
from fluxtui.providers.published import PublishedEndpoint
from fluxtui.providers.registry import ProviderHosts, register_provider


class StillProvider:
    """A service whose tasks run until they are cancelled.

    A service of its own says what it is called, offers, asks and answers; each notes what was ordered there.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    abilities: ClassVar[Abilities]
    active_limit: ClassVar[int] = 4
    generation: ClassVar[tuple[type[GenerationEndpoint], ...]] = ()
    training: ClassVar[tuple[type[TrainingEndpoint], ...]] = ()
    cancelled_cost: ClassVar[float] = 1.0
    """Credits that a task has cost that was cancelled."""
    running: ClassVar[RemoteStatus] = RemoteStatus(Phase.RUNNING, "painting")
    """How a task is that was not cancelled."""
    ordered: ClassVar[list[Mapping[str, Any]]]
    """The bodies of what was ordered."""

    def __init__(self, api: APIService) -> None:
        self._numbers = itertools.count(1)
        self._cancelled: set[str] = set()

    @classmethod
    def open(cls) -> Callable[[], None]:
        """Let the program know the service, with nothing ordered yet; returns what undoes it."""
        cls.ordered = []
        hosts = ProviderHosts(
            title=cls.title,
            default_base_url="http://127.0.0.1:9",
            trusted_hosts=(),
            key_header="x-key",
            key_variable=f"{cls.id.upper()}_KEY",
            maker=f"{cls.__module__}:{cls.__name__}",
        )
        return register_provider(cls.id, hosts)

    def generation_endpoints(self) -> tuple[type[GenerationEndpoint], ...]:
        return self.generation

    def training_endpoints(self) -> tuple[type[TrainingEndpoint], ...]:
        return self.training

    def endpoint(self, endpoint_id: str) -> type[Endpoint]:
        for endpoint in (*self.generation, *self.training):
            if endpoint.info.id == endpoint_id:
                return endpoint
        raise InvalidInput("There is no such endpoint.")

    async def prepare(self, request: Endpoint, materials: Materials) -> PreparedRequest:
        return PreparedRequest(request, request.wire())

    async def order(self, prepared: PreparedRequest, progress: Progress) -> Accepted:
        self.ordered.append(prepared.body)
        return Accepted(f"task-{next(self._numbers)}")

    async def status(self, task: RemoteTask) -> RemoteStatus:
        if task.remote_id in self._cancelled:
            return RemoteStatus(Phase.CANCELLED, "canceled", cost_credits=self.cancelled_cost)
        return self.running

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
        return {}

    def example_body(self, request: Endpoint) -> Mapping[str, Any]:
        """Return what stands in the request."""
        return request.given()

    async def published(self, endpoint_ids: Sequence[str]) -> Mapping[str, PublishedEndpoint]:
        """Return nothing: it publishes nothing."""
        return {}

    async def serving(self, endpoint_ids: Sequence[str]) -> Mapping[str, bool]:
        return {}


def still_abilities(*, cancel_advice: str, price_source: str) -> Abilities:
    """Return what a still provider can do: nothing but cancel."""
    return Abilities(
        lists_finetunes=False,
        deletes_finetunes=False,
        adds_by_id=False,
        id_help="",
        cancels=True,
        cancel_advice=cancel_advice,
        tells_balance=False,
        finds=frozenset(),
        price_source=price_source,
    )
