"""The door where paid work comes back: whole jobs, at services whose answers are out of shape for a while.

What was paid for must never be ordered twice and never be lost: the orders are counted where they arrive.
"""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
from PIL import Image
from pydantic import SecretStr

from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import GenerationWork, Job, JobKind, JobState, TrainingWork
from fluxtui.domain.training_set import TrainingSet
from fluxtui.providers.base import Provider
from fluxtui.providers.registry import create_provider
from fluxtui.services.config import Profile
from fluxtui.services.jobs import JobService, Pacing
from fluxtui.services.jobs.pauses import Pauses
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from tests.fuzz import shapes
from tests.fuzz.campaign import Fault, check_shown
from tests.fuzz.scripted import KEYS, Asked, Reply, ScriptedAPI, ScriptedTransport, is_order
from tests.fuzz.service_documents import FAILURES, HASH, document_for

_QUICK = Pacing(
    watch=0.02,
    first_poll=0.01,
    slowest_generation=0.03,
    slowest_training=0.03,
    first_trouble=0.01,
    slowest_trouble=0.04,
    key_trouble=0.02,
    lease=4.0,
    renewal=1.0,
    first_search=0.02,
    slowest_search=0.1,
    balance=0.02,
    last_answer=1.0,
    longest_wish=0.05,
    longest_rest=0.05,
    search_factor=0.000005,
)
_PATIENCE = 30.0
_LORA = "https://huggingface.co/someone/lora/resolve/main/fox.safetensors"
_PAID_FOR = frozenset(
    {
        *(JobState.DONE, JobState.FAILED, JobState.MODERATED, JobState.EXPIRED, JobState.CANCELLED),
        JobState.IN_DOUBT,
    }
)
_NAMED: Mapping[str, tuple[str, bytes]] = {
    "the picture is a GIF": ("GIF", b""),
    "the picture is a TIFF": ("TIFF", b""),
    "the picture is a BMP": ("BMP", b""),
    "the picture is an icon": ("ICO", b""),
    "the picture is PostScript": ("", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
    "the picture is empty": ("", b""),
    "the picture is HTML": ("", b"<html>gone</html>"),
    "the picture is a ZIP": ("", b"PK\x05\x06" + bytes(18)),
}


class QuietGateway:
    """Services that answer nothing but empty objects."""

    async def provider(self, profile: str) -> Provider:
        return create_provider(profile, await self.api(profile))

    async def api(self, profile: str) -> ScriptedAPI:
        return ScriptedAPI(profile, ScriptedTransport(profile))

    def trial(self, profile: str | Profile, key: SecretStr) -> AbstractAsyncContextManager[Provider]:
        raise NotImplementedError


class _Gateway:
    """One profile for each service, all of them scripted."""

    def __init__(self, apis: Mapping[str, ScriptedAPI]) -> None:
        self._apis = apis
        self._providers = {name: create_provider(name, api) for name, api in apis.items()}

    async def provider(self, profile: str) -> Provider:
        return self._providers[profile]

    async def api(self, profile: str) -> ScriptedAPI:
        return self._apis[profile]

    def trial(self, profile: str | Profile, key: SecretStr) -> AbstractAsyncContextManager[Provider]:
        return nullcontext(self._providers[str(profile)])


class _Services:
    """What all services answer in one case: bent for some answers, then as they should."""

    def __init__(self, chance: Random, picture: bytes, bent_answers: int) -> None:
        self._chance, self._picture, self._left = chance, picture, bent_answers
        self._orders = 0
        self.accepted: dict[str, list[str]] = defaultdict(list)

    def answer(self, provider: str, asked: Asked) -> Reply:
        """Answer a request, and note of an order whether it can have been accepted."""
        reply = self._reply(provider, asked)
        if is_order(provider, asked):
            mark = _mark_in(asked.body)
            surely_not = 300 <= reply.status < 500 and reply.status != 408
            self.accepted[mark].append("no" if surely_not else "maybe")
        return reply

    def _reply(self, provider: str, asked: Asked) -> Reply:
        host = httpx.URL(asked.url).host
        is_file = host in ("delivery.example", "replicate.delivery") or (
            provider == "fal" and asked.method == "GET" and host.endswith("fal.media")
        )
        bends = self._left > 0 and self._chance.random() < 0.6
        self._left -= 1
        if is_file:
            return self._file(bends)
        document = self._named(document_for(provider, asked.method, asked.path), provider, asked)
        if not bends:
            return Reply(shapes.written(document), 200 if document else 404)
        status = 200
        if self._chance.random() < 0.35:
            status, document = self._chance.choice(FAILURES)
        body = shapes.bytes_of(self._chance, shapes.bent(self._chance, document))
        names = ("Date", "Retry-After", "X-Fal-Billable-Units", "Location")
        headers = {name: shapes.header(self._chance) for name in names if self._chance.random() < 0.15}
        return Reply(body, status, headers)

    def _file(self, bends: bool) -> Reply:
        if not bends:
            return Reply(self._picture)
        draw = self._chance.random()
        if draw < 0.3:
            return Reply(b"", self._chance.choice((403, 404, 429, 500, 503)), {"Retry-After": "999999999"})
        if draw < 0.5:
            return Reply(b"", 302, {"Location": shapes.header(self._chance)})
        return Reply(shapes.damaged(self._chance, self._picture))

    def _named(self, document: Any, provider: str, asked: Asked) -> Any:
        """Return an answer to an order with an id of its own."""
        if not is_order(provider, asked) or not isinstance(document, dict):
            return document
        self._orders += 1
        own = f"{provider}-{self._orders}"
        ids = {name: own for name in ("id", "request_id", "finetune_id") if name in document}
        urls = {
            name: url.replace("id-1", own)
            for name, url in document.items()
            if isinstance(url, str) and "id-1" in url and "://" in url
        }
        return {**document, **ids, **urls}


class JobsDoor:
    """Orders, follows and collects jobs at all three services at once."""

    name = "jobs"
    named = tuple(_NAMED)
    bound = _PATIENCE + 5.0
    cost = 400.0
    overhead = 0.0

    def __init__(self) -> None:
        self._transports = {name: ScriptedTransport(name) for name in KEYS}
        self._apis = {name: ScriptedAPI(name, transport) for name, transport in self._transports.items()}

    async def open(self) -> None:
        """Nothing more is shared."""

    async def close(self) -> None:
        """Close the clients."""
        for api in self._apis.values():
            await api.close()

    async def attempt(self, case: str, chance: Random) -> str:
        """Order some jobs, wait until each has come to rest, and see what became of them."""
        kind, content = _NAMED.get(case, ("PNG", b""))
        services = _Services(
            chance, _painted(kind) if kind else content, 0 if case in _NAMED else chance.randrange(2, 60)
        )
        for name, transport in self._transports.items():
            transport.begin(lambda asked, name=name: services.answer(name, asked))  # type: ignore[misc]
        with tempfile.TemporaryDirectory(prefix="fluxtui-fuzz-") as folder:
            storage = StorageService(Path(folder) / "data")
            storage.prepare()
            async with Journal(storage.journal_path) as journal:
                jobs = await self._run(journal, storage, chance)
                for transport in self._transports.values():
                    transport.check()
                self._check(jobs, services)
                await _check_journal(journal, jobs)
            _check_files(storage.journal_path)
        return " ".join(sorted({job.state.value for job in jobs}))

    async def _run(self, journal: Journal, storage: StorageService, chance: Random) -> tuple[Job, ...]:
        await journal.finetunes.put(Finetune(profile="fal", id="lora", name="Fox", weights_url=_LORA))
        archive = storage.inside("datasets/set.zip")
        archive.parent.mkdir(parents=True, exist_ok=True)
        archive.write_bytes(b"PK\x05\x06" + bytes(18))
        service = JobService(journal, storage, _Gateway(self._apis), owner="fuzz", pacing=_QUICK)
        wanted = _drafts(chance)
        await service.submit(wanted)
        running = asyncio.create_task(service.run())
        try:
            async with asyncio.timeout(_PATIENCE):
                while not await _are_settled(journal, wanted):
                    await asyncio.sleep(0.02)
        except TimeoutError:
            found = await journal.jobs.recent(100)
            stuck = {
                f"{job.provider} {job.kind.value} {job.state.value} ({job.error})"
                for job in found
                if job.is_active
            }
            raise Fault(f"never at rest: {', '.join(sorted(stuck))}") from None
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return await journal.jobs.recent(100)

    def _check(self, jobs: Sequence[Job], services: _Services) -> None:
        marks = {_mark_of(job): job for job in jobs}
        for mark, orders in services.accepted.items():
            job = marks.get(mark)
            if job is None:
                raise Fault("a job that was ordered is not in the journal")
            if "maybe" in orders[:-1]:
                raise Fault(f"{job.provider}: an order that may have been accepted was sent again")
            if orders[-1] == "maybe" and job.state not in _PAID_FOR:
                raise Fault(f"{job.provider}: a job that may have been paid for is {job.state.value}")


async def _are_settled(journal: Journal, wanted: Sequence[Job]) -> bool:
    found = await journal.jobs.recent(100)
    if len(found) < len(wanted):
        raise Fault("a job vanished")
    paused = await Pauses(journal).all()
    return all(
        not job.is_active
        or job.state is JobState.IN_DOUBT
        or (job.state is JobState.DRAFT and job.profile in paused)
        for job in found
    )


async def _check_journal(journal: Journal, jobs: Sequence[Job]) -> None:
    for job in jobs:
        for text in (job.error, job.error_title, job.remote_status, job.title):
            check_shown(text or "", "what a job says", *KEYS.values(), shapes.SIGNATURE)
        if job.state not in (JobState.DONE, JobState.DRAFT) and not job.error:
            raise Fault(f"a job is {job.state.value} without a word")
        for event in await journal.jobs.story(job.id):
            check_shown(event.note, "a job's story", *KEYS.values(), shapes.SIGNATURE)
        is_picture = job.state is JobState.DONE and job.kind is JobKind.GENERATION
        if is_picture and not await journal.pictures.for_job(job.id):
            raise Fault("a job is done and has no picture")


def _check_files(journal: Path) -> None:
    for path in journal.parent.glob(f"{journal.name}*"):
        content = path.read_bytes()
        for secret in (*KEYS.values(), f"sig={shapes.SIGNATURE}"):
            if secret.encode() in content:
                raise Fault(f"{path.name} holds a secret")


def _drafts(chance: Random) -> list[Job]:
    found = []
    for number in range(chance.randrange(2, 7)):
        provider = chance.choice(tuple(KEYS))
        training = chance.random() < 0.3
        found.append(_training(number, provider) if training else _generation(number, provider))
    return found


def _generation(number: int, provider: str) -> Job:
    mark = f"mark{number}x"
    lora: dict[str, Any] = {"finetune_id": "fal/lora"}
    none: dict[str, Any] = {}
    endpoint, more = {
        "bfl": ("flux-dev", none),
        "fal": ("fal-ai/flux-2/klein/9b/lora", lora),
        "replicate": ("black-forest-labs/flux-dev-lora", lora),
    }[provider]
    return _job(number, provider, JobKind.GENERATION, endpoint, {"prompt": mark, "seed": 7, **more})


def _training(number: int, provider: str) -> Job:
    mark = f"mark{number}x"
    endpoint, values = _trainer_of(provider, mark)
    return _job(number, provider, JobKind.TRAINING, endpoint, values)


def _trainer_of(provider: str, mark: str) -> tuple[str, dict[str, Any]]:
    found: dict[str, tuple[str, dict[str, Any]]] = {
        "bfl": ("finetune", {"finetune_comment": mark, "mode": "character", "trigger_word": mark}),
        "fal": ("fal-ai/flux-lora-fast-training", {"name": mark, "trigger_word": mark}),
        "replicate": ("ostris/flux-dev-lora-trainer", {"name": mark, "trigger_word": mark, "steps": 100}),
    }
    return found[provider]


ARCHIVE = TrainingSet(path="datasets/set.zip", sha256=HASH)


def _job(number: int, provider: str, kind: JobKind, endpoint: str, values: dict[str, Any]) -> Job:
    now = datetime.now(UTC)
    return Job(
        id=f"job-{number}",
        work=GenerationWork() if kind is JobKind.GENERATION else TrainingWork(dataset=ARCHIVE),
        state=JobState.DRAFT,
        profile=provider,
        provider=provider,
        endpoint=endpoint,
        title=f"mark{number}x",
        parameters=values,
        estimate_credits=2.5,
        created_at=now,
        updated_at=now,
    )


def _mark_of(job: Job) -> str:
    return job.title


def _mark_in(body: bytes) -> str:
    text = json.dumps(json.loads(body))
    at = text.index("mark")
    return text[at : text.index("x", at) + 1]


def _painted(kind: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 60, 40)).save(content, kind)
    return content.getvalue()
