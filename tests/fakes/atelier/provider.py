"""The Atelier in our words: what it is asked, and what its answers mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fluxtui.api.attachments import Progress
from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Endpoint, GenerationEndpoint, TrainingEndpoint
from fluxtui.domain.errors import InDoubt, InvalidInput, NotFound, UnexpectedAnswer
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.money import UnitPrice, credits
from fluxtui.domain.weights import Base
from fluxtui.providers.base import (
    Abilities,
    Accepted,
    Account,
    CancelAnswer,
    Candidate,
    LoraSource,
    Materials,
    Phase,
    PreparedRequest,
    RemoteStatus,
    RemoteTask,
    Sought,
)
from fluxtui.providers.published import PublishedEndpoint
from fluxtui.providers.reading import as_identifier, as_mapping, as_moment, as_number, as_text
from fluxtui.providers.registry import ProviderHosts
from tests.fakes.atelier.endpoints import GENERATION, TRAINING, Plain

ID = "atelier"
HOSTS = ProviderHosts(
    title="Atelier",
    default_base_url="https://atelier.example",
    trusted_hosts=(),
    key_header="x-studio-pass",
    key_variable="ATELIER_PASS",
    maker=f"{__name__}:AtelierProvider",
    key_prefix="Pass ",
    key_help="a pass of the Atelier",
    summary="trains and generates, in tests",
)
_KEPT_FOR = timedelta(days=7)
_PHASES = {
    "in line": Phase.QUEUED,
    "working": Phase.RUNNING,
    "done": Phase.READY,
    "spoilt": Phase.FAILED,
    "stopped": Phase.CANCELLED,
}
_STOPPING = {"gone": CancelAnswer.GONE, "asked": CancelAnswer.ASKED, "late": CancelAnswer.TOO_LATE}


class AtelierProvider:
    """The Atelier under one profile."""

    id = ID
    title = HOSTS.title
    abilities = Abilities(
        lists_finetunes=True,
        deletes_finetunes=True,
        adds_by_id=False,
        id_help="",
        cancels=True,
        cancel_advice="What waits is not billed; what is begun is.",
        tells_balance=True,
        finds=frozenset(JobKind),
        price_source="the Atelier's board",
    )
    active_limit = 3

    def __init__(self, api: APIService) -> None:
        self._api = api

    def generation_endpoints(self) -> tuple[type[GenerationEndpoint], ...]:
        return GENERATION

    def training_endpoints(self) -> tuple[type[TrainingEndpoint], ...]:
        return TRAINING

    def endpoint(self, endpoint_id: str) -> type[Endpoint]:
        for endpoint in (*GENERATION, *TRAINING):
            if endpoint.info.id == endpoint_id:
                return endpoint
        raise InvalidInput("The Atelier has no such endpoint.")

    async def prepare(self, request: Endpoint, materials: Materials) -> PreparedRequest:
        body = {"what": request.info.id, **request.wire()}
        if isinstance(request, TrainingEndpoint):
            if materials.archive is None:
                raise InvalidInput("A training needs its pictures.")
            body["pictures"] = await self._handed_in(
                materials.archive, materials.archive_sha256, "application/zip", materials
            )
        for source in materials.loras.values():
            body["finetune_id"] = await self._lora(source, materials)
        return PreparedRequest(request, body)

    async def _lora(self, source: LoraSource, materials: Materials) -> str:
        if source.path is None:
            if source.url is None:
                raise InvalidInput("The LoRA is neither here nor at an address.")
            return source.url
        return await self._handed_in(source.path, source.sha256, "application/octet-stream", materials)

    async def _handed_in(self, path: Path, sha256: str, content_type: str, materials: Materials) -> str:
        known = await materials.uploads.known(sha256)
        if known is not None:
            return known
        url = f"{self._api.base_url}/files/{sha256}"
        await self._api.upload(url, path, content_type=content_type, progress=materials.progress)
        await materials.uploads.remember(sha256, url, datetime.now(UTC) + _KEPT_FOR)
        return url

    async def order(self, prepared: PreparedRequest, progress: Progress) -> Accepted:
        answer = as_mapping((await self._api.post("/orders", prepared.body)).data)
        remote_id = as_identifier(answer.get("number"))
        if remote_id is None:
            raise InDoubt("The Atelier took the order without giving it a number.")
        return Accepted(remote_id, answer=answer)

    async def status(self, task: RemoteTask) -> RemoteStatus:
        answer = as_mapping((await self._api.get(f"/orders/{task.remote_id}")).data)
        word = as_text(answer.get("state"))
        if word is None:
            raise UnexpectedAnswer("The Atelier's answer about an order has no state.")
        cost = as_number(answer.get("usd"))
        return RemoteStatus(
            _PHASES.get(word, Phase.RUNNING),
            word,
            result_url=answer.get("picture"),
            weights_url=answer.get("weights"),
            finetune_id=as_identifier(answer.get("graduate")),
            message=as_text(answer.get("why")) or "",
            log=as_text(answer.get("diary"), limit=2000),
            cost_credits=None if cost is None else credits(cost),
            answer=answer,
        )

    async def cancel(self, task: RemoteTask) -> CancelAnswer:
        answer = as_mapping((await self._api.put(f"/orders/{task.remote_id}/stop")).data)
        return _STOPPING.get(str(answer.get("stop")), CancelAnswer.UNKNOWN)

    async def find(self, sought: Sought) -> tuple[Candidate, ...]:
        orders = as_mapping((await self._api.get("/orders")).data).get("orders")
        found = [_candidate(as_mapping(item)) for item in (orders if isinstance(orders, list) else [])]
        return tuple(item for item in found if item.may_be(sought))

    async def finetune_ids(self) -> tuple[str, ...]:
        found = as_mapping((await self._api.get("/graduates")).data).get("graduates")
        ids = (as_identifier(item) for item in (found if isinstance(found, list) else []))
        return tuple(item for item in ids if item)

    async def finetune(self, finetune_id: str) -> Finetune:
        told = as_mapping((await self._api.get(f"/graduates/{finetune_id}")).data)
        word, made = as_text(told.get("trigger_word")), as_moment(told.get("made"))
        return Finetune(
            profile="", id=finetune_id, name="", trigger_word=word, created_at=made, base=Base.FLUX2_DEV
        )

    async def delete_finetune(self, finetune_id: str) -> str:
        await self._api.delete(f"/graduates/{finetune_id}")
        return "The Atelier has forgotten it."

    async def account(self) -> Account:
        told = as_mapping((await self._api.get("/purse")).data)
        usd = as_number(told.get("usd"))
        return Account(None if usd is None else credits(usd), as_text(told.get("name")) or "")

    async def check_key(self) -> Account:
        return await self.account()

    async def prices(self) -> Mapping[str, UnitPrice]:
        usd = as_number(as_mapping((await self._api.get("/board")).data).get("picture"))
        if usd is None:
            return {}
        return {Plain.info.id: UnitPrice(usd, "images", datetime.now(UTC).date().isoformat(), live=True)}

    def example_body(self, request: Endpoint) -> Mapping[str, Any]:
        """Return what stands in the request."""
        return request.given()

    async def published(self, endpoint_ids: Sequence[str]) -> Mapping[str, PublishedEndpoint]:
        """Return nothing: it publishes nothing."""
        return {}

    async def serving(self, endpoint_ids: Sequence[str]) -> Mapping[str, bool]:
        return {}


def _candidate(order: Mapping[str, Any]) -> Candidate:
    remote_id = as_identifier(order.get("number"))
    if remote_id is None:
        raise NotFound("The Atelier lists an order without a number.")
    asked = as_mapping(order.get("asked"))

    def may_be(sought: Sought) -> bool:
        wanted = sought.request.wire()
        finetune = wanted.pop("finetune_id", None)
        same_file = finetune is None or "finetune_id" in asked
        return (
            same_file
            and asked.get("what") == sought.request.info.id
            and all(asked.get(name) == value for name, value in wanted.items())
        )

    return Candidate(remote_id, as_moment(order.get("taken")), may_be)
