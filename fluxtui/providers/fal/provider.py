"""fal.ai as a provider. Source: fal.ai API reference, read 2026-11."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fluxtui.api.answers import JSONAnswer, error_of
from fluxtui.api.attachments import Progress
from fluxtui.api.limits import RESULT_BYTES
from fluxtui.api.options import RequestOptions
from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Availability, Endpoint, TrainingEndpoint
from fluxtui.domain.errors import InvalidInput, NotFound, ServiceDown, ServiceError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.money import UnitPrice
from fluxtui.providers.base import (
    Abilities,
    Accepted,
    Account,
    CancelAnswer,
    Candidate,
    Keeping,
    Materials,
    PreparedRequest,
    RemoteStatus,
    RemoteTask,
    Sought,
)
from fluxtui.providers.catalogue import CatalogueProvider
from fluxtui.providers.fal import catalogue, platform, statuses
from fluxtui.providers.fal.finding import FOUND_WITHIN, found
from fluxtui.providers.fal.generation import FalGeneration
from fluxtui.providers.fal.ordering import CANCEL, NO_RETRY, RESULT, accepted_in, discontinued, order_failure
from fluxtui.providers.fal.preparing import example_body, prepared_generation, prepared_training
from fluxtui.providers.fal.prices import READ_ON
from fluxtui.providers.fal.training import FalTraining
from fluxtui.providers.published import PublishedEndpoint
from fluxtui.providers.task_queries import asked_at

_NO_LIST = "fal.ai keeps no list of finetunes: a LoRA there is a file, and its file here is what counts."


class FalProvider(CatalogueProvider):
    """Trains LoRAs and generates with them at fal.ai, through `api`."""

    id = "fal"
    title = "fal.ai"
    abilities = Abilities(
        lists_finetunes=False,
        deletes_finetunes=False,
        adds_by_id=False,
        id_help="",
        cancels=True,
        cancel_advice="What waits in fal's queue is taken out and costs nothing; what runs is only asked "
        "to stop, and may run on and be billed in full.",
        tells_balance=True,
        finds=frozenset({JobKind.TRAINING, JobKind.GENERATION}),
        found_within=FOUND_WITHIN,
        find_advice="fal.ai may list a request only once it has ended: one that runs is found later.",
        price_source="fal.ai's own prices, asked once a day, or the higher one where they are far from "
        f"its model pages of {READ_ON}",
        # Answers are kept for 30 days, files at least for days unless the account says otherwise (fal.ai
        # queue reference and FAQ, read 2026-11).
        keeping=Keeping(
            pictures=timedelta(days=2),
            weights=timedelta(days=14),
            generations=timedelta(hours=6),
            trainings=timedelta(days=7),
        ),
    )
    active_limit = 40
    generation_module = catalogue.__name__
    training = catalogue.TRAINING

    def __init__(self, api: APIService) -> None:
        super().__init__(api)
        self._told: Mapping[str, UnitPrice] | None = None

    async def prepare(self, request: Endpoint, materials: Materials) -> PreparedRequest:
        """Upload what a request needs; a trainer that may be gone is looked for first.

        Raises:
            TrainingDiscontinued: the trainer is gone.
            PictureError: a picture cannot be read.
            InvalidInput: a LoRA is neither here nor at an address.
        """
        if isinstance(request, FalTraining):
            await self._check_serving(request)
            return await prepared_training(self._api, request, materials)
        if not isinstance(request, FalGeneration):
            raise InvalidInput(f"{request.info.title} neither trains nor generates here.")
        return await prepared_generation(self._api, request, materials)

    async def _check_serving(self, request: FalTraining) -> None:
        if request.info.availability is Availability.SERVING:
            return
        if not (await self.serving([request.info.id])).get(request.info.id, True):
            raise discontinued(request)

    async def order(self, prepared: PreparedRequest, progress: Progress) -> Accepted:
        """Send the one request that is billed; fal is told not to run a training again by itself.

        Raises:
            InDoubt: it may have been accepted without an answer.
            TrainingDiscontinued: the trainer is gone.
            NotFound: the endpoint is gone.
        """
        request = prepared.request
        options = RequestOptions(headers=NO_RETRY if isinstance(request, TrainingEndpoint) else {})
        try:
            answer = await self._api.post(f"/{request.info.id}", prepared.body, options)
        except ServiceError as error:
            failure = order_failure(error, request)
        else:
            return accepted_in(answer.data)
        raise failure

    async def status(self, task: RemoteTask) -> RemoteStatus:
        """Ask once for a task, and for its result where it is completed, which may be a failure.

        Raises:
            NotFound: fal does not know it (any more).
            UnexpectedAnswer: also where an address is on a host that may not have the key, and the task is
                not known by its id.
        """

        async def ask(address: str) -> JSONAnswer:
            return await self._api.get(address, {"logs": "1"})

        said = (await asked_at(self._api, task.polling_url, f"{_path(task)}/status", ask)).data
        if statuses.word_of(said) != statuses.COMPLETED:
            return statuses.unfinished(said, task)
        return await self._ended(said, task)

    async def _ended(self, said: Any, task: RemoteTask) -> RemoteStatus:
        fails = statuses.told_failure(said)

        async def ask(address: str) -> JSONAnswer:
            return await self._api.get(
                address, accept_statuses=statuses.RESULT_STATUSES, any_body=True, longest=RESULT_BYTES
            )

        try:
            result = await asked_at(self._api, task.addresses.get(RESULT), _path(task), ask)
        except ServiceError as error:
            if fails and (isinstance(error, NotFound) or not error.retryable):
                return statuses.failed(said, None)
            raise
        if result.status < 300:
            return statuses.succeeded(said, result, task, await self._price_of(task.endpoint))
        is_its_own = statuses.is_told_failure(said, result)
        failed = statuses.failed(said, result if is_its_own or not fails else None)
        return failed if is_its_own else replace(failed, unsure=_may_pass(result))

    async def _price_of(self, endpoint_id: str) -> UnitPrice | None:
        """Return what fal told of an endpoint's price, asked now unless it was asked before."""
        if self._told is None:
            try:
                await self.prices()
            except ServiceError:
                # What the result cost is then reckoned by the dated table, and the result itself comes first.
                self._told = {}
        return (self._told or {}).get(endpoint_id)

    async def cancel(self, task: RemoteTask) -> CancelAnswer:
        """Ask fal to stop a task."""

        async def ask(address: str) -> JSONAnswer:
            return await self._api.put(address, accept_statuses=statuses.CANCEL_STATUSES)

        try:
            answer = await asked_at(self._api, task.addresses.get(CANCEL), f"{_path(task)}/cancel", ask)
        except NotFound:
            return CancelAnswer.UNKNOWN
        return statuses.cancel_answer_of(answer.data)

    async def find(self, sought: Sought) -> tuple[Candidate, ...]:
        """Return the past requests that were sent with the body of a sought job."""
        return await found(self._api, sought)

    async def finetune_ids(self) -> tuple[str, ...]:
        """Return nothing: fal lists no finetunes."""
        return ()

    async def finetune(self, finetune_id: str) -> Finetune:
        """Raise `NotFound`: fal knows files and no finetunes."""
        raise NotFound(_NO_LIST)

    async def delete_finetune(self, finetune_id: str) -> str:
        """Raise `InvalidInput`: at fal there is nothing to delete."""
        raise InvalidInput(_NO_LIST)

    async def account(self) -> Account:
        """Return what is left, in credits, where the key may know that: it needs Admin scope."""
        return await platform.account(self._api)

    async def check_key(self) -> Account:
        """Check the key without cost. Raises `NotAuthenticated`."""
        return await platform.check_key(self._api, catalogue.TRAINING[0].info.id)

    async def prices(self) -> Mapping[str, UnitPrice]:
        """Return what fal charges now for the unit of each endpoint."""
        known = tuple(
            endpoint.info.id for endpoint in (*self.generation_endpoints(), *self.training_endpoints())
        )
        self._told = told = await platform.prices(self._api, known)
        return told

    async def serving(self, endpoint_ids: Sequence[str]) -> Mapping[str, bool]:
        """Return whether endpoints are offered now."""
        return await platform.serving(self._api, endpoint_ids)

    def example_body(self, request: Endpoint) -> Mapping[str, Any]:
        """Return the body that an order would have, with examples where addresses would be."""
        return example_body(request)

    async def published(self, endpoint_ids: Sequence[str]) -> Mapping[str, PublishedEndpoint]:
        """Return what the OpenAPI documents of some endpoints say."""
        return await platform.published(self._api, endpoint_ids)


def _may_pass(result: JSONAnswer) -> bool:
    """Tell whether an answer in the place of a result may be a passing fault of the host that has the result.

    With 400 that host says that the task is still in progress (fal.ai queue reference, read 2026-11), which
    it may do when it lags behind the status.
    """
    return result.status == HTTPStatus.BAD_REQUEST or isinstance(error_of(result, "fal.ai"), ServiceDown)


def _path(task: RemoteTask) -> str:
    """Return where a task is asked for whose addresses are not known: by owner and application alone."""
    app = "/".join(task.endpoint.split("/")[:2])
    return f"/{app}/requests/{quote(task.remote_id, safe='')}"
