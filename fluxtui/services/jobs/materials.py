"""What the request of a job refers to: its archive, and the LoRAs that it names, wherever they are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from fluxtui.api.attachments import Progress
from fluxtui.domain.endpoint import Endpoint, FinetuneBy, TrainingEndpoint
from fluxtui.domain.errors import InvalidInput, Problem, StorageError
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import Job
from fluxtui.domain.text import is_web_address, safe_text
from fluxtui.providers.base import LoraSource, Materials
from fluxtui.services.jobs.requests import archive_of, picture_parameters
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.services.storage.files import sha256_of
from fluxtui.system.dataclass import dataclass

LASTING = timedelta(hours=6)
"""For how long a file that was uploaded before must stay at the service to be used for another job.

Replicate drops uploads after a day; a job that waits in a service's queue fetches them hours later.
"""

_EVER = timedelta(days=-36_500)


@dataclass(frozen=True)
class ProfileUploads:
    """What was uploaded to the service of one profile."""

    journal: Journal
    profile: str

    def turn(self, sha256: str) -> AbstractAsyncContextManager[None]:
        """Let one job at a time look for a file and upload it: many may want the same at once."""
        return self.journal.uploads.turn(self.profile, sha256)

    async def known(self, sha256: str) -> str | None:
        """Return the address of a file that will last for a while yet, or None. Raises `StorageError`."""
        return await self.journal.uploads.known(self.profile, sha256, LASTING)

    async def remember(self, sha256: str, url: str, expires_at: datetime) -> None:
        """Keep the address of an uploaded file until the service drops it. Raises `StorageError`."""
        await self.journal.uploads.remember(self.profile, sha256, url, expires_at)


def loras_named(request: Endpoint) -> tuple[str, ...]:
    """Return what names the LoRAs of a request whose files the service has to be given."""
    use = request.info.finetunes
    return request.finetunes_named() if use is not None and use.by is FinetuneBy.WEIGHTS else ()


async def materials_of(
    job: Job, request: Endpoint, journal: Journal, storage: StorageService, progress: Progress
) -> Materials:
    """Return what the request of a job refers to.

    Raises:
        DatasetError: the archive of a training is gone.
        InvalidInput: a LoRA is not known any more, or its file is neither here nor anywhere.
        StorageError: the journal cannot be read.
    """
    archive = archive_of(job, storage) if isinstance(request, TrainingEndpoint) else None
    return Materials(
        uploads=ProfileUploads(journal, job.profile),
        archive=archive,
        archive_sha256=_archive_hash(job),
        loras={name: await lora_source(name, journal, storage) for name in loras_named(request)},
        progress=progress,
        job_id=job.id,
    )


def _archive_hash(job: Job) -> str:
    return job.dataset.sha256 if job.dataset is not None else ""


async def known_addresses(
    job: Job, request: Endpoint, journal: Journal, storage: StorageService
) -> tuple[str | None, Mapping[str, str]]:
    """Return where a job's archive was uploaded to, and its pictures and LoRAs by the values that name them.

    Only what is still known: nothing is uploaded or missed here. Raises `StorageError` if the journal cannot
    be read.
    """
    found: dict[str, str] = {}

    async def uploaded(sha256: str) -> str | None:
        return await journal.uploads.known(job.profile, sha256, _EVER) if sha256 else None

    values = request.given()
    for name in picture_parameters(type(request)):
        given = values.get(name)
        for value in map(str, given if isinstance(given, list) else [given] if given else []):
            address = value if is_web_address(value) else await uploaded(await _hash_of(value, storage))
            if address is not None:
                found[value] = address
    for name in loras_named(request):
        address = await _known_lora(name, journal, storage, uploaded)
        if address is not None:
            found[name] = address
    return await uploaded(_archive_hash(job)), found


async def _known_lora(
    name: str, journal: Journal, storage: StorageService, uploaded: Callable[[str], Awaitable[str | None]]
) -> str | None:
    try:
        source = await lora_source(name, journal, storage)
    except InvalidInput:
        return None
    return source.url if source.path is None else await uploaded(source.sha256)


async def _hash_of(relative: str, storage: StorageService) -> str:
    """Return the SHA-256 of a picture in the data directory, `''` where it is gone."""
    try:
        return await asyncio.to_thread(sha256_of, storage.inside(relative))
    except (OSError, StorageError):
        return ""


async def lora_source(name: str, journal: Journal, storage: StorageService) -> LoraSource:
    """Return where a LoRA is that a request names: by `profile/id`, or by an address of its file."""
    if is_web_address(name):
        return LoraSource(name="a LoRA by its address", url=name)
    profile, _, finetune_id = name.partition("/")
    finetune = await journal.finetunes.get(profile, finetune_id)
    if finetune is None:
        shown = safe_text(name, limit=80)
        raise InvalidInput(
            "Nothing was sent.", (Problem("finetune_id", f"the LoRA {shown} is not known here"),)
        )
    return _source(finetune, storage)


def _source(finetune: Finetune, storage: StorageService) -> LoraSource:
    name = safe_text(finetune.name, limit=80)
    if finetune.state is FinetuneState.DELETED and finetune.weights is None:
        raise InvalidInput("Nothing was sent.", (Problem("finetune_id", f"{name} was deleted"),))
    weights = finetune.weights
    path = storage.inside(weights.path) if weights is not None else None
    if path is not None and not path.is_file():
        path = None
    if path is None and finetune.weights_url is None:
        reason = f"the weights of {name} are neither here nor at an address that the service could fetch"
        raise InvalidInput("Nothing was sent.", (Problem("finetune_id", reason),))
    return LoraSource(
        name=name,
        url=finetune.weights_url,
        path=path,
        sha256=weights.sha256 if weights is not None and path is not None else "",
        size=weights.size if weights is not None and path is not None else 0,
    )
