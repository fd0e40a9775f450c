"""The door where services answer: every call of every provider, through the program's own HTTP layer."""

from __future__ import annotations

import math
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.errors import FluxError, InDoubt, ServiceError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import (
    Accepted,
    Account,
    LoraSource,
    Materials,
    PreparedRequest,
    Provider,
    RemoteStatus,
    RemoteTask,
    Sought,
)
from fluxtui.providers.bfl.flux1 import FluxDev
from fluxtui.providers.bfl.training import BFLTraining
from fluxtui.providers.fal.generation import Klein9BLora
from fluxtui.providers.fal.training import FastTrainer
from fluxtui.providers.fal.uploads import DATASET_LIFETIME, FalUploads
from fluxtui.providers.registry import create_provider
from fluxtui.providers.replicate.generation import FluxDevLora
from fluxtui.providers.replicate.training import FluxDevLoraTrainer
from fluxtui.services.jobs.responses import without_secrets
from fluxtui.services.journal import Journal
from fluxtui.services.journal.rows import json_text
from tests.fuzz import shapes
from tests.fuzz.campaign import Fault, check_error, check_shown
from tests.fuzz.scripted import KEYS, Asked, Reply, ScriptedAPI, ScriptedTransport, is_order
from tests.fuzz.service_documents import FAILURES, HASH, document_for

LORA = "https://huggingface.co/someone/lora/resolve/main/fox.safetensors"
_CALLS = (
    *(
        "order",
        "train",
        "status",
        "status",
        "status",
        "trained",
        "trained",
        "cancel",
        "find",
        "find_training",
    ),
    *("finetune_ids", "finetune", "delete", "account", "check_key", "prices", "serving", "download"),
    *("prepare", "prepare_training", "parts"),
)
_NAMED: Mapping[str, Any] = {
    "list of 100,000 finetunes": ("bfl", "finetune_ids", [f"id-{number}" for number in range(100_000)]),
    "rank of 2^63": ("bfl", "finetune", {"finetune_details": {"lora_rank": 2**63, "iterations": 2**64}}),
    "cost of 1e308": ("bfl", "order", {"id": "a", "cost": 1e308}),
    "cost of NaN": ("bfl", "status", {"status": "Pending", "cost": float("nan")}),
    "status twenty thousand deep": ("bfl", "status", {"status": "Ready", "result": shapes.deep(20_000)}),
    "status 900 deep": ("bfl", "status", {"status": "Ready", "result": shapes.deep(900, "{")}),
    "finetune 900 deep": ("bfl", "finetune", {"finetune_details": {"a": shapes.deep(900)}}),
    "id with an escape": ("bfl", "order", {"id": "a\x1b[2Jb"}),
    "id that is no text": ("bfl", "order", {"id": {"a": 1}}),
    "id of half a letter": ("replicate", "order", {"id": "\ud800"}),
    "echoed key": ("bfl", "order", {"detail": f"You sent {KEYS['bfl']}"}),
    "foreign polling address": ("fal", "order", {"request_id": "a", "status_url": "https://evil.example/"}),
    "cursor of half a letter": ("fal", "find", {"items": [], "has_more": True, "next_cursor": "\ud800"}),
    "endless cursor": ("fal", "find", {"items": [], "has_more": True, "next_cursor": "a" * 100_000}),
    "page of half a letter": ("replicate", "find", {"results": [], "next": "https://x/?cursor=\ud800"}),
    "endless page": ("replicate", "find", {"results": [], "next": "https://x/?cursor=" + "a" * 100_000}),
    "file at no address": (
        "replicate",
        "find_training",
        {"results": [{"input": {"input_images": "data:x"}}]},
    ),
    "place with half a bracket": ("fal", "parts", {"upload_url": "https://[::1", "file_url": "https://a"}),
    "finetune 985 deep, read in a thread": (
        "bfl",
        "finetune",
        {"finetune_details": {"a": shapes.deep(985)}, "b": " " * 300_000},
    ),
    "trainer that is a list": (
        "replicate",
        "finetune_ids",
        {"results": [{"status": "succeeded", "model": ["a"], "output": {"version": f"a/b:{HASH}"}}]},
    ),
    "deep prices": ("fal", "prices", {"prices": shapes.deep(950)}),
}


class Memory:
    """Remembers uploads for the length of a case."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def turn(self, sha256: str) -> AbstractAsyncContextManager[None]:
        """Let everybody in."""
        return nullcontext()

    async def known(self, sha256: str) -> str | None:
        """Return an address that was remembered."""
        return self.kept.get(sha256)

    async def remember(self, sha256: str, url: str, expires_at: datetime) -> None:
        """Remember one, if the journal could."""
        json_text({"url": url, "until": expires_at.isoformat()})
        self.kept[sha256] = url


def _nothing(done: int, total: int) -> None:
    """Take notice of no progress."""


class ServicesDoor:
    """Answers of the three services, each call asked through `APIService` with bent documents."""

    name = "services"
    named = tuple(_NAMED)
    bound = 15.0
    cost = 1.0

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fluxtui-fuzz-")
        self._path = Path(self._folder.name)
        self._transports = {name: ScriptedTransport(name) for name in KEYS}
        self._apis = {name: ScriptedAPI(name, transport) for name, transport in self._transports.items()}
        self._journal = Journal(self._path / "journal.sqlite3")

    async def open(self) -> None:
        """Make an archive and a journal."""
        (self._path / "set.zip").write_bytes(b"PK\x05\x06" + bytes(18))
        await self._journal.open()

    @property
    def overhead(self) -> float:
        """Seconds that went into the making of answers."""
        return sum(transport.overhead for transport in self._transports.values())

    async def close(self) -> None:
        """Give it all back."""
        await self._journal.close()
        for api in self._apis.values():
            await api.close()
        self._folder.cleanup()

    async def attempt(self, case: str, chance: Random) -> str:
        """Make one call of one provider, answered with what is out of shape."""
        if case in _NAMED:
            provider, call, document = _NAMED[case]
            answer = _always(document)
        else:
            provider, call = chance.choice(tuple(KEYS)), chance.choice(_CALLS)
            answer = _bending(provider, chance)
        transport = self._transports[provider]
        transport.begin(answer)
        one = _Call(create_provider(provider, self._apis[provider]), self._apis[provider], self._path)
        kind = await self._made(one, call, provider, chance)
        transport.check()
        orders = sum(is_order(provider, asked) for asked in transport.asked)
        if orders > (1 if call in ("order", "train") else 0):
            raise Fault(f"{orders} orders were sent by {call}")
        return kind

    async def _made(self, one: _Call, call: str, provider: str, chance: Random) -> str:
        try:
            results = [result async for result in getattr(one, call)(chance)]
        except FluxError as error:
            check_error(error, KEYS[provider])
            if isinstance(error, ServiceError):
                check_shown(error.detail, "detail", KEYS[provider])
                check_shown(error.kind, "kind", KEYS[provider])
            elif call in ("order", "train", "status", "trained", "find", "account", "prices"):
                raise Fault(f"{type(error).__name__} is no error of a service") from error
            if call in ("order", "train") and not isinstance(error, InDoubt):
                transport = self._transports[provider]
                sent = [asked for asked in transport.asked if is_order(provider, asked)]
                if sent and one.succeeded(transport):
                    raise Fault("an order that was accepted is not in doubt") from error
            return type(error).__name__
        for result in results:
            await self._check(result, provider)
        return call

    async def _check(self, result: Any, provider: str) -> None:
        key = KEYS[provider]
        if isinstance(result, Accepted | RemoteStatus):
            kept = json_text(without_secrets(result.answer))
            for secret in (key, shapes.SIGNATURE):
                if secret in kept:
                    raise Fault("what is kept of an answer holds a secret")
        if isinstance(result, Accepted):
            check_shown(result.remote_id, "an id", newlines=False)
        if isinstance(result, RemoteStatus):
            check_shown(result.word, "a word", key)
            check_shown(result.message, "a message", key, shapes.SIGNATURE)
            check_shown(result.remark, "a remark", key)
            check_shown(result.log or "", "a log", key, shapes.SIGNATURE, newlines=True)
            json_text(dict(result.details))
        if isinstance(result, Finetune):
            check_shown(result.name, "the name of a finetune", key)
            await self._journal.finetunes.put(result.model_copy(update={"profile": "p"}))
            await self._journal.finetunes.all("p")
        _check_numbers(result)


class _Call:
    """The calls of a provider, each yielding what is to be checked."""

    def __init__(self, provider: Provider, api: ScriptedAPI, folder: Path) -> None:
        self._provider, self._api, self._folder = provider, api, folder
        self._materials = Materials(
            uploads=Memory(),
            archive=folder / "set.zip",
            archive_sha256="a" * 64,
            loras={"someone/lora": LoraSource("fox", url=LORA)},
        )

    def succeeded(self, transport: ScriptedTransport) -> bool:
        """Tell whether the last answer said that all is well."""
        return transport.statuses[-1:] == [200]

    async def order(self, chance: Random) -> AsyncIterator[Any]:
        yield await self._provider.order(PreparedRequest(self._picture(), *self._sent()), _nothing)

    async def train(self, chance: Random) -> AsyncIterator[Any]:
        prepared = PreparedRequest(
            self._training(), *self._sent("trainings"), archive=self._materials.archive
        )
        yield await self._provider.order(prepared, _nothing)

    async def prepare(self, chance: Random) -> AsyncIterator[Any]:
        yield await self._provider.prepare(self._picture(), self._materials)

    async def prepare_training(self, chance: Random) -> AsyncIterator[Any]:
        yield await self._provider.prepare(self._training(), self._materials)

    async def parts(self, chance: Random) -> AsyncIterator[Any]:
        if self._provider.id == "fal":
            uploads = FalUploads(self._api, Memory(), _nothing, whole_bytes=4, part_bytes=10)
            yield await uploads.address_of(self._folder / "set.zip", DATASET_LIFETIME, sha256="a")

    async def status(self, chance: Random) -> AsyncIterator[Any]:
        yield await self._provider.status(self._task(JobKind.GENERATION, chance))

    async def trained(self, chance: Random) -> AsyncIterator[Any]:
        yield await self._provider.status(self._task(JobKind.TRAINING, chance))

    async def cancel(self, chance: Random) -> AsyncIterator[Any]:
        if self._provider.abilities.cancels:
            yield await self._provider.cancel(self._task(JobKind.GENERATION, chance))

    async def find(self, chance: Random) -> AsyncIterator[Any]:
        sought = Sought(self._picture(), "", datetime(2026, 11, 30, 12, tzinfo=UTC), None)
        for candidate in await self._provider.find(sought):
            candidate.may_be(sought)
            yield candidate

    async def find_training(self, chance: Random) -> AsyncIterator[Any]:
        when = datetime(2026, 11, 30, 12, tzinfo=UTC)
        sought = Sought(self._training(), "Fox", when, "https://v3.fal.media/a")
        for candidate in await self._provider.find(sought):
            candidate.may_be(sought)
            yield candidate

    async def finetune_ids(self, chance: Random) -> AsyncIterator[Any]:
        for finetune_id in (await self._provider.finetune_ids())[:300]:
            check_shown(finetune_id, "an id")
            yield finetune_id

    async def finetune(self, chance: Random) -> AsyncIterator[Any]:
        if self._provider.abilities.lists_finetunes:
            named = f"someone/fox:{HASH}" if self._provider.id == "replicate" else "fox-1"
            yield await self._provider.finetune(named)

    async def delete(self, chance: Random) -> AsyncIterator[Any]:
        if self._provider.abilities.deletes_finetunes:
            named = f"someone/fox:{HASH}" if self._provider.id == "replicate" else "fox-1"
            check_shown(await self._provider.delete_finetune(named), "the word on a deletion")
            yield None

    async def account(self, chance: Random) -> AsyncIterator[Any]:
        yield _shown(await self._provider.account())

    async def check_key(self, chance: Random) -> AsyncIterator[Any]:
        yield _shown(await self._provider.check_key())

    async def prices(self, chance: Random) -> AsyncIterator[Any]:
        for price in (await self._provider.prices()).values():
            check_shown(price.unit, "a unit")
            yield price

    async def serving(self, chance: Random) -> AsyncIterator[Any]:
        yield await self._provider.serving([each.info.id for each in self._provider.training_endpoints()])

    async def download(self, chance: Random) -> AsyncIterator[Any]:
        address = chance.choice((*shapes.ADDRESSES, *shapes.TEXTS, "https://delivery.example/a.png"))
        loaded = await self._api.download(address, self._folder / "picture")
        check_shown(loaded.content_type, "a content type")
        yield loaded

    def _sent(self, family: str = "predictions") -> tuple[dict[str, Any], dict[str, Any]]:
        return {"prompt": "a fox", "seed": 7}, {"path": f"/v1/{family}"}

    def _picture(self) -> Endpoint:
        asked: dict[str, Endpoint] = {
            "bfl": FluxDev.checked({"prompt": "a fox"}),
            "fal": Klein9BLora.checked({"prompt": "a fox", "finetune_id": "someone/lora"}),
            "replicate": FluxDevLora.checked({"prompt": "a fox", "finetune_id": "someone/lora"}),
        }
        return asked[self._provider.id]

    def _training(self) -> Endpoint:
        asked: dict[str, Endpoint] = {
            "bfl": BFLTraining.checked({"finetune_comment": "Fox", "mode": "character"}),
            "fal": FastTrainer.checked({"name": "Fox"}),
            "replicate": FluxDevLoraTrainer.checked({"name": "Fox", "trigger_word": "TOK", "steps": 100}),
        }
        return asked[self._provider.id]

    def _task(self, kind: JobKind, chance: Random) -> RemoteTask:
        request = self._training() if kind is JobKind.TRAINING else self._picture()
        address = None if chance.random() < 0.5 else chance.choice(shapes.ADDRESSES)
        more = {"result": chance.choice(shapes.ADDRESSES)} if chance.random() < 0.3 else {}
        return RemoteTask(kind, request.info.id, "id-1", address, more, {"steps": 100})


def _always(document: Any) -> Callable[[Asked], Reply]:
    return lambda asked: Reply(shapes.written(document))


def _bending(provider: str, chance: Random) -> Callable[[Asked], Reply]:
    """Return what answers as the service does, but for what is bent by chance."""

    def answer(asked: Asked) -> Reply:
        draw = chance.random()
        status, document = 200, document_for(provider, asked.method, asked.path)
        if draw < 0.25:
            status, document = chance.choice(FAILURES)
        if chance.random() < 0.05:
            document = f"{KEYS[provider]} {document}"
        body = shapes.bytes_of(chance, shapes.bent(chance, document))
        headers = {}
        for name in ("Date", "Retry-After", "X-Fal-Billable-Units", "Location", "ETag", "X-Fal-Error-Type"):
            if chance.random() < 0.15:
                headers[name] = shapes.header(chance)
        if chance.random() < 0.05:
            headers["Content-Type"] = shapes.header(chance)
        return Reply(body, status, headers)

    return answer


def _shown(account: Account) -> Account:
    check_shown(account.name, "the name of an account")
    return account


def _check_numbers(result: Any) -> None:
    """Check that every number of a result can be reckoned with."""
    if not is_dataclass(result):
        return
    for field in fields(result):
        told = getattr(result, field.name)
        if isinstance(told, float) and not math.isfinite(told):
            raise Fault(f"{field.name} is {told}")
