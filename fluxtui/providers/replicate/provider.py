"""Replicate as a provider. Source: Replicate HTTP API reference, read 2026-11."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from fluxtui.api.attachments import Progress
from fluxtui.api.limits import RESULT_BYTES
from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Endpoint, TrainingEndpoint
from fluxtui.domain.errors import InvalidInput, NotFound, Problem, ServiceError, UnexpectedAnswer
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.money import UnitPrice
from fluxtui.domain.text import safe_text
from fluxtui.providers.base import (
    Abilities,
    Accepted,
    Account,
    CancelAnswer,
    Candidate,
    Keeping,
    Materials,
    PartOfList,
    Phase,
    PreparedRequest,
    RemoteStatus,
    RemoteTask,
    Sought,
)
from fluxtui.providers.catalogue import CatalogueProvider
from fluxtui.providers.published import PublishedEndpoint
from fluxtui.providers.replicate import catalogue
from fluxtui.providers.replicate.destinations import username
from fluxtui.providers.replicate.finding import found
from fluxtui.providers.replicate.finetunes import finetune_at, still_there, trained_versions
from fluxtui.providers.replicate.generation import ReplicateGeneration
from fluxtui.providers.replicate.lists import PREDICTIONS, TRAININGS
from fluxtui.providers.replicate.names import ID_HELP, ID_PATTERN, Reference, reference, unknown_finetune
from fluxtui.providers.replicate.ordering import accepted_in, order_failure
from fluxtui.providers.replicate.preparing import (
    PATH,
    example_body,
    ordered_body,
    prepared_generation,
    prepared_training,
)
from fluxtui.providers.replicate.prices import READ_ON
from fluxtui.providers.replicate.publishing import published_endpoints
from fluxtui.providers.replicate.statuses import cancel_answer_of, status_of


class ReplicateProvider(CatalogueProvider):
    """Trains LoRAs for FLUX.1 [dev], generates with them and manages them at Replicate, through `api`."""

    id = "replicate"
    title = "Replicate"
    abilities = Abilities(
        lists_finetunes=True,
        deletes_finetunes=True,
        adds_by_id=True,
        id_help=f"{ID_HELP}.",
        cancels=True,
        cancel_advice="What has not begun costs nothing; what runs is stopped, and the seconds that it ran "
        "are billed.",
        tells_balance=False,
        finds=frozenset({JobKind.TRAINING, JobKind.GENERATION}),
        price_source=f"Replicate's price list of {READ_ON}; each answer tells the seconds that were used",
        id_pattern=ID_PATTERN,
        # What a prediction made is erased an hour after its end (Replicate HTTP API reference, read 2026-11);
        # for trained versions no such time is told.
        keeping=Keeping(
            pictures=timedelta(minutes=65),
            weights=timedelta(days=2),
            generations=timedelta(hours=2),
            trainings=timedelta(days=2),
        ),
    )
    active_limit = 20
    generation_module = catalogue.__name__
    training = catalogue.TRAINING

    def __init__(self, api: APIService) -> None:
        super().__init__(api)
        self._trained: Mapping[str, Mapping[str, Any]] | None = None

    async def prepare(self, request: Endpoint, materials: Materials) -> PreparedRequest:
        """Upload what the request needs, make the model that a training ends in, look the trainer up.

        Raises:
            TrainingDiscontinued: the trainer is gone.
            PictureError: a picture cannot be read.
            InvalidInput: a LoRA is at no address that Replicate could fetch it from.
        """
        if isinstance(request, TrainingEndpoint):
            return await prepared_training(self._api, request, materials)
        if not isinstance(request, ReplicateGeneration):
            raise InvalidInput(f"{request.info.title} neither trains nor generates here.")
        return await prepared_generation(self._api, request, materials)

    async def order(self, prepared: PreparedRequest, progress: Progress) -> Accepted:
        """Send the one request that is billed.

        Raises:
            InDoubt: it may have been accepted without an answer.
            NotFound: the version or the model that a training ends in is gone.
        """
        try:
            answer = await self._api.post(str(prepared.details[PATH]), ordered_body(self._api, prepared))
        except ServiceError as error:
            failure = order_failure(error, prepared.request)
        else:
            return accepted_in(answer.data)
        raise failure

    async def status(self, task: RemoteTask) -> RemoteStatus:
        """Ask once for a task. Raises `NotFound` where Replicate does not know it.

        A training that is known only by the version it made is finished as long as that is there.
        """
        named = reference(task.remote_id)
        if task.kind is JobKind.TRAINING and named is not None:
            await finetune_at(self._api, named, {})
            return RemoteStatus(Phase.READY, "succeeded", progress=1.0, finetune_id=str(named))
        return status_of((await self._api.get(_path(task), longest=RESULT_BYTES)).data, task)

    async def cancel(self, task: RemoteTask) -> CancelAnswer:
        """Ask Replicate to stop a task."""
        try:
            answer = await self._api.post(f"{_path(task)}/cancel", {}, paid=False)
        except NotFound:
            return CancelAnswer.UNKNOWN
        return cancel_answer_of(answer.data)

    async def find(self, sought: Sought) -> tuple[Candidate, ...]:
        """Return the trainings or predictions that may be a sought job."""
        return await found(self._api, sought)

    async def finetune_ids(self) -> tuple[str, ...]:
        """Return the versions that trainings of the account have made and that are still there."""
        cuts: list[bool] = []
        self._trained = await trained_versions(self._api, cut=lambda: cuts.append(True))
        found = await still_there(self._api, self._trained)
        return PartOfList(found) if cuts else found

    async def finetune(self, finetune_id: str) -> Finetune:
        """Return what Replicate knows of a version; its `profile` is empty. Raises `NotFound`."""
        named = _named(finetune_id)
        if named.version is not None and finetune_id not in (self._trained or {}):
            # How it was trained is good to know; a list that is out of order must not hold it up.
            with suppress(UnexpectedAnswer):
                self._trained = await trained_versions(self._api, cut=lambda: None)
        return await finetune_at(self._api, named, (self._trained or {}).get(finetune_id, {}))

    async def delete_finetune(self, finetune_id: str) -> str:
        """Delete a version and return what comes of it; its model stays. Raises `NotFound`."""
        named = _named(finetune_id)
        if named.version is None:
            raise InvalidInput(
                f"{safe_text(finetune_id, limit=80)} names a model and no version; nothing was deleted.",
                next_step="Delete the model at replicate.com.",
            )
        try:
            await self._api.delete(named.path)
        except NotFound:
            raise unknown_finetune(finetune_id) from None
        return "Replicate deletes the version within minutes, and its pictures there with it."

    async def account(self) -> Account:
        """Return the name of the account; Replicate tells no balance."""
        return Account(name=await username(self._api))

    async def check_key(self) -> Account:
        """Check the token without cost and return the account's name. Raises `NotAuthenticated`."""
        return await self.account()

    async def prices(self) -> Mapping[str, UnitPrice]:
        """Return nothing: no answer of Replicate names a price."""
        return {}

    async def serving(self, endpoint_ids: Sequence[str]) -> Mapping[str, bool]:
        """Return which trainers and official models there are; one's own versions are not asked for."""
        named = [name for name in endpoint_ids if reference(name) is not None]
        return dict(zip(named, await asyncio.gather(*map(self._is_there, named)), strict=True))

    def example_body(self, request: Endpoint) -> Mapping[str, Any]:
        """Return the input that an order would have, with examples where addresses would be."""
        return example_body(request)

    async def published(self, endpoint_ids: Sequence[str]) -> Mapping[str, PublishedEndpoint]:
        """Return what the newest version of each model says of its input."""
        return await published_endpoints(self._api, endpoint_ids)

    async def _is_there(self, model: str) -> bool:
        try:
            await self._api.get(f"/v1/models/{model}")
        except NotFound:
            return False
        return True


def _path(task: RemoteTask) -> str:
    """Return where a task is asked for: every task by its id, whatever addresses its answers name."""
    family = TRAININGS if task.kind is JobKind.TRAINING else PREDICTIONS
    return f"{family}/{quote(task.remote_id, safe='')}"


def _named(finetune_id: str) -> Reference:
    named = reference(finetune_id)
    if named is None:
        shown = safe_text(finetune_id, limit=80)
        raise InvalidInput("Nothing was sent.", (Problem("finetune_id", f"{shown} must be {ID_HELP}"),))
    return named
