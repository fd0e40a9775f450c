"""The simulated Replicate itself: members, models, jobs and files, without any HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import BinaryIO

from fluxtui.simulator.core.hosting import Foundation
from fluxtui.simulator.core.ledger import Violation
from fluxtui.simulator.core.state import Blob, Record
from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.catalogue import built_in_models
from fluxtui.simulator.replicate.jobs import FAILED, PREDICTION, STARTING, SUCCEEDED, Job
from fluxtui.simulator.replicate.keys import FILES_SECRET, default_keys
from fluxtui.simulator.replicate.library import Library
from fluxtui.simulator.replicate.members import Member, Members
from fluxtui.simulator.replicate.models import Model
from fluxtui.simulator.replicate.painting import PredictionPictures
from fluxtui.simulator.replicate.uploads import FileStore, StoredFile, Uploads, not_downloaded

NAME = "replicate"
_JOB, _PAID_IN, _SIGNING = "replicate-job", "replicate-paid-in", "replicate-signing"
_ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_ID_LENGTH, _MARK_LENGTH = 26, 24


class ReplicateService:
    """Everything that Replicate knows. Its methods run on one event loop."""

    def __init__(self, shared: Foundation) -> None:
        """Read the state."""
        self.addresses: dict[str, str] = {}
        self.settings, self.clock = shared.settings, shared.clock
        self.faults = shared.faults.of(NAME)
        self.weights = shared.weights
        self.violations: list[Violation] = []
        keys = shared.keyring.own_keys(default_keys(self.settings.credits))
        self.members = Members(keys, self._used)
        built_in = built_in_models(self.settings.fast_trainer_steps)
        self.library = Library(built_in, shared.store, self.clock)
        contents = FileStore(self.settings.state_directory)
        self.uploads = Uploads(shared.store, contents, self.clock, shared.keyring.own(FILES_SECRET))
        self.pictures = PredictionPictures(shared.renderer, shared.store, shared.weights)
        self.jobs: dict[str, Job] = {}
        self._signing_key = secrets.token_bytes(32)
        self._shared = shared
        self._load()

    def _load(self) -> None:
        store = self._shared.store
        for document in store.records(_SIGNING):
            self._signing_key = bytes.fromhex(document["key"])
        for document in store.records(_PAID_IN):
            self.members.restore_paid_in(document)
        jobs = [Job.from_document(document) for document in store.records(_JOB)]
        self.jobs = {job.id: job for job in jobs}
        store.save([(_SIGNING, "key", {"key": self._signing_key.hex()})])

    async def reset(self) -> None:
        """Forget everything but the models that are always there. The shared store is empty already."""
        self.members.restart()
        self.library.load()
        self.uploads.load()
        await asyncio.to_thread(self.uploads.contents.clear)
        await asyncio.to_thread(self._load)

    def close(self) -> None:
        """Delete uploads that are not to survive."""
        self.uploads.contents.close()

    def active_tasks(self) -> int:
        """Count jobs under way."""
        now = self.clock()
        return sum(not job.ended(now) for job in self.jobs.values())

    def _used(self, name: str) -> float:
        now = self.clock()
        return sum(job.cost(now) for job in self.jobs.values() if job.key_name == name)

    def check_room(self, member: Member) -> None:
        """Let paid work through. Raises ProblemError: 429 for too many creates, 402 without credit."""
        member.limits.check_create(self.clock())
        if self.members.balances()[member.name] <= 0:
            raise problems.insufficient_credit()

    async def opened(self, member: Member, url: str) -> BinaryIO:
        """Open the file that an input names. Raises MissingInputError."""
        return await self.uploads.opened(member, url, self.addresses["api"], self._shared.content_at)

    async def content(self, member: Member, url: str) -> bytes:
        """Return the bytes of the file that an input names. Raises MissingInputError."""
        with await self.opened(member, url) as file:
            return await asyncio.to_thread(file.read)

    def new_id(self) -> str:
        """Return an id as jobs have it: 26 small letters and digits."""
        return "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))

    def job(self, member: Member, job_id: str, kind: str | None = None) -> Job:
        """Return a job of the member, of one `kind` where given. Raises ProblemError (404).

        The predictions of a version go with it.
        """
        job = self.jobs.get(job_id)
        if job is None or job.key_name != member.name or kind not in (None, job.kind):
            raise problems.not_found()
        if self.library.gone(job.version):
            raise problems.not_found()
        return job

    def jobs_of(self, member: Member, kind: str) -> list[Job]:
        """Return the jobs of one kind that a member's lists show, oldest first."""
        own = [job for job in self.jobs.values() if job.key_name == member.name and job.kind == kind]
        return [job for job in own if not self.library.gone(job.version)]

    async def keep(self, job: Job, records: Sequence[Record] = (), blobs: Sequence[Blob] = ()) -> None:
        """Take on a new job and write it, with what belongs to it, in one transaction."""
        job.number = len(self.jobs) + 1
        self.jobs[job.id] = job
        paid_in: Record = (_PAID_IN, "all", dict(self.members.paid_in()))
        await asyncio.to_thread(self._shared.store.save, [*records, _record(job), paid_in], blobs)
        for old in [kept for kept in self.jobs.values() if kept.kind == PREDICTION and not kept.swept]:
            if old.erased(self.clock()):
                old.swept = True
                await self.pictures.forget(old)
                await self.save(old)

    async def save(self, job: Job) -> None:
        """Write a changed job."""
        await asyncio.to_thread(self._shared.store.save, [_record(job)])

    def kept_with(self, job: Job, name: str) -> bytes | None:
        """Return a blob that was written with a job. Call it in a thread."""
        return self._shared.store.blob(job.id, name)

    async def stop(self, job: Job) -> None:
        """Cancel a job that has not ended; one that has stays as it is, which is our reading."""
        now = self.clock()
        if not job.ended(now):
            job.stopped_at = now
            await self.library.drop_versions_of(job.id)
            await self.save(job)

    async def delete_model(self, model: Model) -> None:
        """Delete a private model without versions. Raises ProblemError (403, 409), whose codes we chose."""
        if model.visibility != "private":
            raise problems.ProblemError(403, "Only private models can be deleted.")
        now = self.clock()
        awaited = any(job.destination == model.full_name and not job.ended(now) for job in self.jobs.values())
        if awaited or self.library.versions_of(model.full_name):
            raise problems.conflict("This model cannot be deleted because it has versions.")
        await self.library.delete(model)

    async def delete_file(self, file: StoredFile) -> None:
        """Delete an upload. A training that still waits for a machine will not find it any more."""
        await self.uploads.delete(file)
        now = self.clock()
        for job in self.jobs.values():
            if job.source_file == file.id and job.status(now) == STARTING and job.outcome == SUCCEEDED:
                job.outcome, job.ends_early = FAILED, True
                job.error = str(not_downloaded(f"/v1/files/{file.id}"))
                await self.library.drop_versions_of(job.id)
                await self.save(job)

    def token(self, job: Job) -> str:
        """Return what makes the addresses of a job's files unguessable; it begins with the job's id."""
        mark = hmac.new(self._signing_key, job.id.encode(), hashlib.sha256).hexdigest()
        return f"{job.id}{mark[:_MARK_LENGTH]}"

    def job_of_token(self, token: str) -> Job | None:
        """Return the job whose files lie at `token`, or None."""
        job = self.jobs.get(token[:_ID_LENGTH])
        return job if job and hmac.compare_digest(self.token(job).encode(), token.encode()) else None

    async def record_violation(self, what: str, job: Job | None) -> None:
        """Remember something that a careful client never does."""
        job_id = job.id if job else None
        self.violations.append(Violation(service=NAME, job=job_id, what=what, at=self.clock()))
        if job:
            job.violations.append(what)
            await self.save(job)


def _record(job: Job) -> Record:
    return (_JOB, job.id, job.document())
