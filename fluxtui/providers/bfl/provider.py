"""Black Forest Labs as a provider. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fluxtui.api.attachments import Attachment, Progress
from fluxtui.api.limits import RESULT_BYTES
from fluxtui.domain.endpoint import Availability, Endpoint, GenerationEndpoint, TrainingEndpoint
from fluxtui.domain.errors import (
    InDoubt,
    InvalidInput,
    NotFound,
    ServiceError,
    TrainingDiscontinued,
    UnexpectedAnswer,
)
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.money import UnitPrice, as_balance, as_cost
from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import SHARED_NAME
from fluxtui.providers.base import (
    Abilities,
    Accepted,
    Account,
    CancelAnswer,
    Candidate,
    Keeping,
    Materials,
    Phase,
    PreparedRequest,
    RemoteStatus,
    RemoteTask,
    Sought,
)
from fluxtui.providers.bfl.bodies import body_of, example_body
from fluxtui.providers.bfl.finding import candidate_of
from fluxtui.providers.bfl.finetunes import finetune_ids, finetune_of
from fluxtui.providers.bfl.publishing import published_endpoints
from fluxtui.providers.bfl.statuses import ERROR_STATUSES, MISSING, status_of
from fluxtui.providers.bfl.training import TRAINING
from fluxtui.providers.catalogue import CatalogueProvider
from fluxtui.providers.published import PublishedEndpoint
from fluxtui.providers.reading import as_identifier, as_mapping, as_number, as_text
from fluxtui.providers.task_queries import asked_at

_FINETUNE_UNKNOWN = "finetune not found"
_TASK_UNKNOWN = "task not found"
_LOOK_FIRST = "Look in the service's dashboard before you send it again."


class BFLProvider(CatalogueProvider):
    """Trains (where the service still does), generates and manages finetunes at BFL, through `api`."""

    id = "bfl"
    title = "Black Forest Labs"
    abilities = Abilities(
        lists_finetunes=True,
        deletes_finetunes=True,
        adds_by_id=True,
        id_help="Its id; of a LoRA its name in the dashboard, or organisation/name if it is shared.",
        cancels=False,
        cancel_advice="Once it is sent it cannot be cancelled: the service has no way to stop it.",
        tells_balance=True,
        finds=frozenset({JobKind.TRAINING}),
        price_source="BFL's price list of 2026-10; a picture's true cost comes with the order or the result",
        id_pattern=rf"[A-Za-z0-9_-]+|{SHARED_NAME}",
        # Results are kept for ten minutes (BFL API reference, read 2026-10). For how long a task that was
        # taken may be hidden is said nowhere: far longer than a picture takes.
        keeping=Keeping(
            pictures=timedelta(minutes=11), generations=timedelta(minutes=45), trainings=timedelta(days=2)
        ),
    )
    active_limit = 24
    generation_module = "fluxtui.providers.bfl.catalogue"
    training = TRAINING

    async def prepare(self, request: Endpoint, materials: Materials) -> PreparedRequest:
        """Return the request as it is: the service takes pictures and archives within the order itself."""
        return PreparedRequest(request, archive=materials.archive)

    async def order(self, prepared: PreparedRequest, progress: Progress) -> Accepted:
        """Submit a generation or a training. Raises like `generate` and `train`."""
        request = prepared.request
        if isinstance(request, GenerationEndpoint):
            return await self.generate(request)
        if not isinstance(request, TrainingEndpoint) or prepared.archive is None:
            raise InvalidInput(f"{request.info.title} neither trains nor generates.")
        return await self.train(request, prepared.archive, progress)

    async def generate(self, request: GenerationEndpoint) -> Accepted:
        """Submit a generation.

        Raises:
            NotFound: the finetune is not known here, or the endpoint is no longer offered.
            InDoubt: it may have been accepted without an answer.
            PictureError: a picture cannot be read; nothing was sent.
        """
        body = await body_of(request)
        try:
            answer = await self._api.post(f"/v1/{request.info.id}", body)
        except ServiceError as error:
            failure = _generation_failure(error, request)
        else:
            return _accepted(answer.data, ("id",))
        raise failure

    async def train(self, request: TrainingEndpoint, archive: Path, progress: Progress) -> Accepted:
        """Submit a training with the ZIP at `archive`; `progress` is told of the bytes of the upload.

        Raises:
            TrainingDiscontinued: the service does not train any more.
            InDoubt: it may have been accepted without an answer.
            StorageError: the archive cannot be read.
        """
        body = await body_of(request)
        try:
            answer = await self._api.post(
                f"/v1/{request.info.id}", body, attachment=Attachment("file_data", archive), progress=progress
            )
        except NotFound as error:
            failure = _no_training(error)
        else:
            return _accepted(answer.data, ("finetune_id", "id"))
        raise failure

    async def status(self, task: RemoteTask) -> RemoteStatus:
        """Ask once for a task, at the address that the service gave for it.

        A training whose record the service has dropped is finished if its finetune is known.

        Raises:
            UnexpectedAnswer: also where the address is on a host that may not have the key, and the task is
                not known by its id.
        """
        status = await self._polled(task)
        if status.phase is Phase.MISSING and task.kind is JobKind.TRAINING:
            try:
                await self.finetune(task.remote_id)
            except NotFound:
                return status
            return RemoteStatus(Phase.READY, "Ready", progress=1.0)
        return status

    async def _polled(self, task: RemoteTask) -> RemoteStatus:
        by_id = f"/v1/get_result?{urlencode({'id': task.remote_id})}"

        async def ask(address: str) -> RemoteStatus:
            answer = await self._api.get(address, accept_statuses=ERROR_STATUSES, longest=RESULT_BYTES)
            status = status_of(answer.data, task.kind)
            if status.phase is Phase.MISSING:
                raise _unknown_task()
            return status

        try:
            return await asked_at(self._api, task.polling_url, by_id, ask)
        except NotFound as error:
            if _TASK_UNKNOWN not in error.detail.casefold():
                raise
            return MISSING

    async def cancel(self, task: RemoteTask) -> CancelAnswer:
        """Raise `InvalidInput`: the service stops nothing that it has accepted."""
        raise InvalidInput(self.abilities.cancel_advice)

    async def find(self, sought: Sought) -> tuple[Candidate, ...]:
        """Return the finetunes that a training may have made; generations cannot be looked for."""
        if not isinstance(sought.request, TrainingEndpoint):
            return ()
        found = []
        for finetune_id in await self.finetune_ids():
            try:
                candidate = candidate_of(await self.finetune(finetune_id))
            except NotFound:
                continue
            if candidate.may_be(sought):
                found.append(candidate)
        return tuple(found)

    async def finetune_ids(self) -> tuple[str, ...]:
        """Return the ids of the finetunes that the account can see in this region."""
        return finetune_ids((await self._api.get("/v1/my_finetunes")).data)

    async def finetune(self, finetune_id: str) -> Finetune:
        """Return what the service knows of a finetune; its `profile` is empty. Raises `NotFound`."""
        try:
            answer = await self._api.get("/v1/finetune_details", {"finetune_id": finetune_id})
        except ServiceError as error:
            failure = _finetune_failure(error, finetune_id) or error
        else:
            return finetune_of(finetune_id, answer.data)
        raise failure

    async def delete_finetune(self, finetune_id: str) -> str:
        """Delete a finetune at the service and return its message. Raises `NotFound`."""
        try:
            answer = await self._api.post("/v1/delete_finetune", {"finetune_id": finetune_id}, paid=False)
        except ServiceError as error:
            failure = _finetune_failure(error, finetune_id) or error
        else:
            return as_text(as_mapping(answer.data).get("message")) or "The finetune was deleted."
        raise failure

    async def account(self) -> Account:
        """Return the credits that are left."""
        answer = await self._api.get("/v1/credits")
        credits = as_balance(as_number(as_mapping(answer.data).get("credits")))
        if credits is None:
            raise UnexpectedAnswer("The service's answer about the balance cannot be read.")
        return Account(credits)

    async def check_key(self) -> Account:
        """Check the key without cost and return the credits left. Raises `NotAuthenticated`."""
        return await self.account()

    async def prices(self) -> Mapping[str, UnitPrice]:
        """Return nothing: the service tells a price only with the answer to an order."""
        return {}

    async def serving(self, endpoint_ids: Sequence[str]) -> Mapping[str, bool]:
        """Return nothing: the service tells only by refusing."""
        return {}

    def example_body(self, request: Endpoint) -> Mapping[str, Any]:
        """Return the body that an order would have, with examples where pictures would be."""
        return example_body(request)

    async def published(self, endpoint_ids: Sequence[str]) -> Mapping[str, PublishedEndpoint]:
        """Return what BFL's OpenAPI document says of some endpoints."""
        return await published_endpoints(self._api, endpoint_ids)


def _accepted(data: Any, id_keys: tuple[str, ...]) -> Accepted:
    answer = as_mapping(data)
    remote_id = next((name for name in (as_identifier(answer.get(key)) for key in id_keys) if name), None)
    if remote_id is None:
        raise InDoubt(
            "The service accepted the request, which may have been billed, but its answer names no task.",
            next_step=_LOOK_FIRST,
        )
    polling_url = answer.get("polling_url")
    return Accepted(
        remote_id=remote_id,
        polling_url=polling_url if isinstance(polling_url, str) and polling_url else None,
        cost_credits=as_cost(answer.get("cost")),
        answer=answer,
    )


def _unknown_task() -> NotFound:
    failure = NotFound("The service does not know the task.")
    failure.detail = _TASK_UNKNOWN
    return failure


def _generation_failure(error: ServiceError, request: GenerationEndpoint) -> ServiceError:
    about_finetune = _finetune_failure(error, str(getattr(request, "finetune_id", "")))
    if about_finetune is not None or not isinstance(error, NotFound):
        return about_finetune or error
    if request.info.availability is Availability.HISTORIC:
        return NotFound(
            f"{request.info.title} is no longer offered by this service. Nothing was billed.",
            next_step="Finetunes trained before 2025-10-31 still work with FLUX 1.1 Ultra and with Fill.",
        )
    return NotFound(
        f"This service does not offer {request.info.title} ({request.info.id}). Nothing was billed.",
        next_step="Check the base URL of this profile, or choose another endpoint.",
    )


def _finetune_failure(error: ServiceError, finetune_id: str) -> NotFound | None:
    """Return the error for a finetune that is unknown here, whichever HTTP status said so."""
    unknown = _FINETUNE_UNKNOWN in error.detail.casefold()
    if not finetune_id or not unknown:
        return None
    name = safe_text(finetune_id, limit=80)
    failure = NotFound(
        f"The finetune {name} is not known here, or not ready yet. Nothing was billed.",
        next_step="A finetune exists only in the region where it was trained: if that was another one, use a "
        "profile with its base URL, such as https://api.eu.bfl.ai or https://api.us.bfl.ai.",
    )
    failure.detail = error.detail
    return failure


def _no_training(error: NotFound) -> TrainingDiscontinued:
    failure = TrainingDiscontinued(
        "This service no longer trains new finetunes: BFL ended that on 2025-10-31. Nothing was billed.",
        next_step="Finetunes trained before still work with FLUX 1.1 Ultra and with Fill. For a new one, "
        "train a LoRA for FLUX.2 [klein] elsewhere (AI-Toolkit, Diffusers, fal or Replicate), upload its "
        ".safetensors file in BFL's dashboard, and generate with the klein endpoints that take a LoRA.",
    )
    failure.detail = error.detail
    return failure
