"""Starts trainings: from pictures and parameters to a job that the runner takes care of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fluxtui.domain.dataset import Dataset, PackedDataset
from fluxtui.domain.endpoint import TrainingEndpoint
from fluxtui.domain.errors import DatasetError, InvalidInput
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.money import Estimate
from fluxtui.domain.text import safe_text
from fluxtui.providers.base import DatasetRules, Provider, RemoteStatus, RemoteTask
from fluxtui.services.datasets import DatasetService
from fluxtui.services.jobs import Gateway, JobService, new_id
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.services.threads import Progress
from fluxtui.services.validation import ValidationService

NAME_FIELD = "finetune_comment"
"""The parameter that names the finetune."""


def _now() -> datetime:
    return datetime.now(UTC)


class FinetuningService:
    """Trains finetunes.

    Args:
        journal: open.
        storage: prepared.
        gateway: gives the service of each profile.
        datasets: packs the pictures.
        validation: checks the parameters.
        jobs: takes the training over.
        clock: tells the time, as an aware UTC datetime.
    """

    def __init__(
        self,
        journal: Journal,
        storage: StorageService,
        gateway: Gateway,
        datasets: DatasetService,
        validation: ValidationService,
        jobs: JobService,
        *,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._journal = journal
        self._storage = storage
        self._gateway = gateway
        self._datasets = datasets
        self._validation = validation
        self._jobs = jobs
        self._clock = clock

    async def endpoint(self, profile: str) -> type[TrainingEndpoint]:
        """Return what a profile trains with. Raises `InvalidInput` where its service does not train."""
        return _training_endpoint(await self._gateway.provider(profile))

    async def rules(self, profile: str) -> DatasetRules:
        """Return what the trainer of a profile takes."""
        return (await self._gateway.provider(profile)).dataset_rules

    def estimate(self, endpoint: type[TrainingEndpoint], values: Mapping[str, Any]) -> Estimate:
        """Return what a training will probably cost. Raises `InvalidInput` for values out of range."""
        return endpoint.checked(values).estimate()

    async def start(
        self,
        profile: str,
        dataset: Dataset,
        values: Mapping[str, Any],
        progress: Progress | None = None,
    ) -> Job:
        """Pack the pictures, write the job and let the runner send it; return the job.

        Args:
            profile: where to train.
            dataset: as it was looked through.
            values: of the form.
            progress: told of the pictures that are packed.

        Raises:
            InvalidInput: values out of range; nothing was packed or sent.
            DatasetError: the pictures cannot be trained on; nothing was sent.
            OverBudget: it does not fit into a budget; nothing was packed or sent.
            StorageError: archive or journal could not be written; nothing was sent.
        """
        provider = await self._gateway.provider(profile)
        endpoint = _training_endpoint(provider)
        request = await asyncio.to_thread(self._validation.check, endpoint, values)
        if dataset.blocking:
            raise DatasetError(" ".join(problem.sentence() for problem in dataset.blocking))
        await self._jobs.check_budget(request.estimate().credits)
        packed = await self._datasets.pack(dataset, self._storage, provider.dataset_rules, progress)
        job = self._job(profile, provider, request, dataset, packed)
        await self._jobs.submit([job])
        return job

    def _job(
        self,
        profile: str,
        provider: Provider,
        request: TrainingEndpoint,
        dataset: Dataset,
        packed: PackedDataset,
    ) -> Job:
        parameters = request.given()
        name = safe_text(parameters.get(NAME_FIELD) or dataset.source.stem, limit=120)
        now = self._clock()
        return Job(
            id=new_id(),
            kind=JobKind.TRAINING,
            state=JobState.DRAFT,
            profile=profile,
            provider=provider.id,
            endpoint=request.info.id,
            title=name,
            parameters=parameters,
            estimate_credits=request.estimate().credits,
            finetune_name=name,
            dataset={
                "source": safe_text(packed.source),
                "sha256": packed.sha256,
                "path": self._storage.relative(packed.path),
                "size": packed.size,
                "pictures": len(packed.pictures),
                "captioned": packed.captioned,
                "names": [picture.name for picture in dataset.pictures],
            },
            created_at=now,
            updated_at=now,
        )

    async def status(self, profile: str, finetune_id: str) -> RemoteStatus:
        """Ask the service once for a training by the whole id of its finetune. Raises `ServiceError`."""
        provider = await self._gateway.provider(profile)
        endpoint = _training_endpoint(provider)
        known = await self._journal.finetunes.get(profile, finetune_id)
        job = await self._journal.jobs.get(known.job_id) if known and known.job_id else None
        polling_url = job.polling_url if job else None
        return await provider.status(RemoteTask(JobKind.TRAINING, endpoint.info.id, finetune_id, polling_url))


def _training_endpoint(provider: Provider) -> type[TrainingEndpoint]:
    endpoints = provider.training_endpoints()
    if not endpoints:
        raise InvalidInput(f"{provider.title} does not train finetunes.", next_step="Choose another profile.")
    return endpoints[0]
