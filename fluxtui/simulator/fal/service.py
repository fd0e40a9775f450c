"""The simulated fal itself: accounts, jobs, files and its record, without any HTTP."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote, urlsplit

from fluxtui.simulator.core.accounts import Accounts
from fluxtui.simulator.core.hosting import Foundation
from fluxtui.simulator.core.ledger import LedgerEntry, Violation
from fluxtui.simulator.core.state import Blob, Record
from fluxtui.simulator.core.weights import lora_file
from fluxtui.simulator.fal.catalogue import endpoints
from fluxtui.simulator.fal.files import Upload, Uploads
from fluxtui.simulator.fal.jobs import COMPLETED, FalJob
from fluxtui.simulator.fal.keys import VALID_KEY, fal_keys
from fluxtui.simulator.fal.line import advance
from fluxtui.simulator.fal.outcomes import CANCELLED, is_billed
from fluxtui.simulator.fal.painting import (
    CONFIG_FILE,
    INPUT,
    PIECE,
    WEIGHTS_FILE,
    black_picture,
    config_of,
    order_of,
    picture_names,
)
from fluxtui.simulator.fal.preparing import Prepared
from fluxtui.simulator.painter.order import Order

NAME = "fal"
_JOB, _BALANCES = "fal-job", "fal-balances"
_RANK = 4


class FalService:
    """Everything that fal knows. Its methods run on one event loop; slow parts go to threads."""

    def __init__(self, shared: Foundation) -> None:
        """Remember what the state of `shared` holds."""
        self.name = NAME
        self.shared = shared
        self.addresses: dict[str, str] = {}
        self.accounts = Accounts(shared.keyring.own_keys(fal_keys(shared.settings.credits)))
        self.valid_key = shared.keyring.own(VALID_KEY)
        self.faults = shared.faults.of(NAME)
        self.violations: list[Violation] = []
        self.uploads = Uploads(shared.store, shared.settings.state_directory)
        self.jobs: dict[str, FalJob] = {}
        self._unsaved: set[str] = set()
        for document in shared.store.records(_BALANCES):
            self.accounts.restore(document)
        for document in shared.store.records(_JOB):
            job = FalJob.from_document(document)
            self.jobs[job.id] = job

    def settle(self) -> None:
        """Bring every job to where it is now."""
        now, at_once = self.shared.clock(), self.shared.settings.fal_concurrency
        for name in {job.key_name for job in self.jobs.values()}:
            for job in advance(self.jobs_of(name), now, at_once):
                self._unsaved.add(job.id)
                if job.cost and not is_billed(job.failure):
                    self._give_back(job, job.cost)

    def _give_back(self, job: FalJob, credits: float) -> None:
        self.accounts.named(job.key_name).give_back(credits)
        job.cost = round(job.cost - credits, 4)

    def jobs_of(self, key_name: str) -> list[FalJob]:
        """Return the jobs of an account in the order of acceptance."""
        return [job for job in self.jobs.values() if job.key_name == key_name]

    async def keep(self, job: FalJob, prepared: Prepared) -> None:
        """Take on a new job with its inputs and, for a training, the LoRA that it will make."""
        self.jobs[job.id] = job
        blobs: list[Blob] = [(job.id, INPUT + name, content) for name, content in prepared.inputs.items()]
        records: list[Record] = []
        if job.kind == "image":
            blobs += [(job.id, f"{PIECE}{at:03}", piece) for at, piece in enumerate(prepared.pieces)]
        elif job.succeeded:
            weights = await asyncio.to_thread(_lora_of, job)
            records, blobs = self.shared.weights.to_remember(weights, prepared.pieces)
            blobs.append((job.id, WEIGHTS_FILE, weights))
        await self.save(job, records, blobs)
        self._begin_painting(job)
        await self._sweep()

    async def save(
        self, job: FalJob, records: list[Record] | None = None, blobs: list[Blob] | None = None
    ) -> None:
        """Write a job, all others that changed, and the balances, in one transaction."""
        changed = [self.jobs[name] for name in {*self._unsaved, job.id} if name in self.jobs]
        self._unsaved.clear()
        written = [(_JOB, each.id, each.document()) for each in changed]
        balances: Record = (_BALANCES, "all", self.accounts.balances())
        await asyncio.to_thread(self.shared.store.save, [*written, balances, *(records or [])], blobs or [])

    async def _sweep(self) -> None:
        """Drop the pictures and LoRAs that nobody can fetch any more, and uploads that have expired."""
        now = self.shared.clock()
        await self.uploads.sweep(now)
        for job in self.jobs.values():
            if job.outputs_expired(now) and not job.swept:
                job.swept = True
                self._unsaved.add(job.id)
                for owner in (job.id, *_picture_keys(job)):
                    await asyncio.to_thread(self.shared.store.forget_blobs, owner)

    def known(self, key_name: str, app: str, job_id: str) -> FalJob | None:
        """Return the job of an account under the right application, up to date, or None."""
        self.settle()
        job = self.jobs.get(job_id)
        if job is None or job.key_name != key_name or endpoints()[job.endpoint].app != app:
            return None
        return job

    async def cancel(self, job: FalJob, *, ignored: bool) -> None:
        """Take an unfinished job out of the line, or ask a running one to end, which it may ignore."""
        now = self.shared.clock()
        if job.started_at is None:
            job.end(now, CANCELLED)
            self._give_back(job, job.cost)
        elif not ignored:
            share = job.stop(now, CANCELLED)
            self._give_back(job, round(job.cost * (1 - share), 4))
        await self.save(job)

    async def output(self, job: FalJob, name: str) -> bytes | None:
        """Return an output file of a job that went well, whenever it is asked for."""
        if job.kind == "training":
            if name == CONFIG_FILE:
                return config_of(job)
            return await asyncio.to_thread(self.shared.store.blob, job.id, name)
        names = picture_names(job)
        if name not in names:
            return None
        if job.black:
            return await asyncio.to_thread(black_picture, job)
        number = names.index(name)
        return await self.shared.renderer.picture(
            _picture_keys(job)[number], lambda: self._order(job, number)
        )

    def _begin_painting(self, job: FalJob) -> None:
        if job.kind != "image" or not job.succeeded or job.black:
            return
        for number, key in enumerate(_picture_keys(job)):
            self.shared.renderer.begin(key, lambda number=number: self._order(job, number))  # type: ignore[misc]

    def _order(self, job: FalJob, number: int) -> Order:
        return order_of(job, number, self.shared.store.blobs(job.id))

    async def content_at(self, role: str, path: str) -> bytes | None:
        """Return an uploaded file or an output by its public path, as anybody finds it."""
        if role != "cdn":
            return None
        owner, _, name = urlsplit(path).path.removeprefix("/files/").partition("/")
        return await self.public_file(owner, unquote(name))

    async def public_file(self, owner: str, name: str) -> bytes | None:
        """Return an uploaded file, or an output of a job, while it can be fetched."""
        upload = self.uploads.known(owner)
        if upload is not None:
            there = upload.there(self.shared.clock()) and upload.name == name
            return await self.uploads.content(upload) if there else None
        job = self.public_job(owner)
        return None if job is None else await self.output(job, name)

    def public_job(self, job_id: str) -> FalJob | None:
        """Return a job whose output files can be fetched now, or None."""
        self.settle()
        job, now = self.jobs.get(job_id), self.shared.clock()
        if job is None or job.state(now) != COMPLETED or not job.succeeded or job.outputs_expired(now):
            return None
        return job

    def upload_at(self, url: str) -> Upload | None:
        """Return the upload whose public address `url` is, or None."""
        before = f"{self.addresses.get('cdn', '')}/files/"
        return self.uploads.known(url.removeprefix(before).split("/")[0]) if url.startswith(before) else None

    def note_violation(self, what: str, job: FalJob | None) -> None:
        """Remember something that a careful client never does."""
        now = self.shared.clock()
        self.violations.append(Violation(service=NAME, job=job.id if job else None, what=what, at=now))

    def ledger(self) -> list[LedgerEntry]:
        """Return what was accepted and billed, oldest first."""
        self.settle()
        now = self.shared.clock()
        return [
            LedgerEntry(
                service=NAME,
                id=job.id,
                key=job.key_name,
                kind=job.kind,
                endpoint=job.endpoint,
                cost=job.cost,
                accepted_at=job.accepted_at,
                status=job.word(now),
                delivered=job.delivered,
                violations=list(job.violations),
            )
            for job in self.jobs.values()
        ]

    def active_tasks(self) -> int:
        """Count jobs that wait or run."""
        self.settle()
        now = self.shared.clock()
        return sum(job.state(now) != COMPLETED for job in self.jobs.values())

    async def reset(self) -> None:
        """Forget all jobs and uploads and refill the accounts."""
        self.jobs.clear()
        self._unsaved.clear()
        self.accounts.restart()
        await self.uploads.clear()

    def close(self) -> None:
        """Delete temporary files."""
        self.uploads.close()


def _picture_keys(job: FalJob) -> list[str]:
    """Return the names under which the pictures of a job are painted."""
    return [f"{job.id}-{number}" for number in range(job.count)]


def _lora_of(job: FalJob) -> bytes:
    trainer = endpoints()[job.endpoint]
    comfy = job.parameters.get("output_lora_format") == "comfy"
    return lora_file(trainer.base, job.id, rank=_RANK, prefix="diffusion_model." if comfy else None)
