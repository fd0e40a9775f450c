"""Starts trainings: from pictures and parameters to a job that the runner takes care of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fluxtui.domain.dataset import CaptionRule
from fluxtui.domain.endpoint import fields_of
from fluxtui.domain.errors import DatasetError, FluxError, InvalidInput, Problem
from fluxtui.domain.jobs import ACTIVE_STATES, Job, JobKind, JobState, TrainingWork
from fluxtui.domain.prices import Prices
from fluxtui.domain.result_uses import ResultUse, result_uses
from fluxtui.domain.text import plural, safe_text
from fluxtui.domain.training_set import TrainingSet
from fluxtui.domain.uses import Offer, Trainer
from fluxtui.providers.base import RemoteTask
from fluxtui.providers.registry import described_generation, provider_hosts
from fluxtui.services.jobs import new_id
from fluxtui.services.samples import SampleOffer, plan_samples, sample_offer
from fluxtui.system.clock import utc_now

if TYPE_CHECKING:
    from fluxtui.domain.dataset import Dataset, DatasetRules, PackedDataset
    from fluxtui.domain.endpoint import TrainingEndpoint
    from fluxtui.domain.money import Estimate
    from fluxtui.domain.pace import Pace
    from fluxtui.providers.base import Provider, RemoteStatus
    from fluxtui.services.datasets import DatasetService
    from fluxtui.services.jobs import Gateway, JobService
    from fluxtui.services.journal import Journal
    from fluxtui.services.prices import PriceService
    from fluxtui.services.storage import StorageService
    from fluxtui.services.threads import Progress
    from fluxtui.services.validation import ValidationService


class FinetuningService:
    """Trains finetunes.

    Args:
        journal: open.
        storage: prepared.
        gateway: gives the service of each profile.
        datasets: packs the pictures.
        validation: checks the parameters.
        jobs: takes the training over.
        prices: what the services told of their prices; None for our own tables alone.
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
        prices: PriceService | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._journal = journal
        self._storage = storage
        self._gateway = gateway
        self._datasets = datasets
        self._validation = validation
        self._jobs = jobs
        self._prices = prices
        self._clock = clock

    async def endpoints(self, profile: str) -> tuple[type[TrainingEndpoint], ...]:
        """Return what a profile trains with, the one to be offered first in front; none where it does not."""
        return (await self._gateway.provider(profile)).training_endpoints()

    async def trainers(self, profile: str) -> tuple[Trainer, ...]:
        """Return the same as trainers that name profile and service."""
        provider = await self._gateway.provider(profile)
        return tuple(
            Trainer(profile, provider.id, provider.title, item) for item in provider.training_endpoints()
        )

    async def gone(self, profile: str) -> frozenset[str]:
        """Ask the service which of its training endpoints it no longer has; return their ids.

        Raises `ServiceError` where it cannot be asked. What it does not tell is taken to be there.
        """
        provider = await self._gateway.provider(profile)
        ids = [item.info.id for item in provider.training_endpoints()]
        serving = await provider.serving(ids) if ids else {}
        return frozenset(name for name in ids if serving.get(name) is False)

    async def endpoint(self, profile: str, endpoint_id: str | None = None) -> type[TrainingEndpoint]:
        """Return a training endpoint of a profile, the first one for None.

        Raises `InvalidInput` where its service does not train, or not with this one.
        """
        return _training_endpoint(await self._gateway.provider(profile), endpoint_id)

    async def rules(self, profile: str, endpoint_id: str | None = None) -> DatasetRules:
        """Return what pictures a training endpoint of a profile takes."""
        return (await self.endpoint(profile, endpoint_id)).rules

    def estimate(self, endpoint: type[TrainingEndpoint], values: Mapping[str, Any]) -> Estimate:
        """Return what a training will probably cost. Raises `InvalidInput` for values out of range."""
        return endpoint.checked(values).estimate()

    async def samples(self, profile: str, endpoint_id: str | None = None) -> SampleOffer:
        """Return what sample pictures of a trainer's finetunes are made with, or why there can be none.

        Raises `InvalidInput` where the profile does not train, or not with this one.
        """
        try:
            provider = await self._gateway.provider(profile)
        except FluxError as error:
            # Its key or the profile went a moment ago: the form will tell, once it follows.
            return SampleOffer(reason=error.sentence())
        trainer = _training_endpoint(provider, endpoint_id)
        return sample_offer(profile, provider, trainer, await self._known_prices())

    async def result_uses(self, profile: str, endpoint_id: str | None = None) -> tuple[ResultUse, ...] | None:
        """Return where the result of a training can be used, at all services; None where that is not known.

        Raises `InvalidInput` where the profile does not train, or not with this one.
        """
        provider = await self._gateway.provider(profile)
        trainer = _training_endpoint(provider, endpoint_id)
        if trainer.info.trains is None:
            return None
        return await asyncio.to_thread(_result_uses, profile, provider, trainer)

    async def pace(self, trainer: Trainer) -> Pace | None:
        """Return how quick a trainer was with the trainings that are in the journal, None without any."""
        from fluxtui.domain.pace import pace_of

        info, steps = trainer.endpoint.info, trainer.endpoint.steps_field
        done = await self._journal.jobs.done(JobKind.TRAINING, trainer.provider, info.id)
        return pace_of(done, trainer.provider, info.id, steps)

    async def twin(
        self,
        trainer: Trainer,
        dataset: Dataset,
        values: Mapping[str, Any],
        progress: Progress | None = None,
    ) -> Job | None:
        """Return the newest training that was paid for the very same: pictures, captions, values and trainer.

        Only its name may differ. The archive is packed where there is one that may be it, for only its
        content tells; packed once, it is what is sent later.

        Raises:
            InvalidInput: values out of range.
            DatasetError, StorageError: the pictures cannot be packed.
        """
        request = await asyncio.to_thread(self._validation.check, trainer.endpoint, values)
        candidates = [job for job in await self._paid(trainer) if _is_alike(job, request, dataset)]
        if not candidates or dataset.blocking:
            return None
        packed = await self._datasets.pack(dataset, self._storage, trainer.endpoint.rules, progress)
        return next((job for job in candidates if _known_of(job).sha256 == packed.sha256), None)

    async def _paid(self, trainer: Trainer) -> list[Job]:
        """Return the trainings with a trainer that were or will be paid, the newest first."""
        endpoint = trainer.endpoint.info.id
        done = await self._journal.jobs.done(JobKind.TRAINING, trainer.provider, endpoint)
        going_on = [
            job
            for job in await self._journal.jobs.in_states((*ACTIVE_STATES, JobState.IN_DOUBT))
            if (job.kind, job.provider, job.endpoint) == (JobKind.TRAINING, trainer.provider, endpoint)
        ]
        return sorted((*done, *going_on), key=lambda job: job.created_at, reverse=True)

    async def start(
        self,
        profile: str,
        dataset: Dataset,
        values: Mapping[str, Any],
        progress: Progress | None = None,
        *,
        endpoint_id: str | None = None,
        samples: Sequence[str] = (),
        without_use: bool = False,
    ) -> Job:
        """Pack the pictures, write the job and let the runner send it; return the job.

        Sample pictures are written with it as jobs that wait until it is done; they are made with the offer
        that `samples` tells, and count against the budgets together with the training.

        Args:
            profile: where to train.
            dataset: as it was looked through.
            values: of the form.
            progress: told of the pictures that are packed.
            endpoint_id: what to train with; the profile's first for None.
            samples: prompts of sample pictures, `MOST_SAMPLES` at most.
            without_use: train also where nothing that is known generates with the result.

        Raises:
            InvalidInput: values out of range, samples that cannot be made, or nothing to generate with the
                result; nothing was packed or sent.
            DatasetError: the pictures cannot be trained on; nothing was sent.
            OverBudget: it does not fit into a budget; nothing was packed or sent.
            StorageError: archive or journal could not be written; nothing was sent.
        """
        provider = await self._gateway.provider(profile)
        endpoint = _training_endpoint(provider, endpoint_id)
        request = await asyncio.to_thread(self._validation.check, endpoint, values)
        if dataset.blocking:
            raise DatasetError(" ".join(problem.sentence() for problem in dataset.blocking))
        if problem := caption_problem(endpoint, dataset, request.given()):
            raise InvalidInput("Nothing was sent.", (problem,))
        if not without_use and await self.result_uses(profile, endpoint.info.id) == ():
            raise InvalidInput(no_use_text(endpoint))
        prices = await self._known_prices()
        estimate = request.estimate_on(dataset, prices.of(provider.id, endpoint))
        chosen = sample_offer(profile, provider, endpoint, prices)
        plan = await asyncio.to_thread(plan_samples, chosen, samples, self._validation)
        await self._jobs.check_budget(estimate.credits + plan.credits, 1 + len(plan.requests))
        packed = await self._datasets.pack(dataset, self._storage, endpoint.rules, progress)
        job = self._job(profile, provider, request, dataset, packed, estimate, plan.prompts)
        await self._jobs.submit([job, *plan.jobs(job, self._clock)])
        return job

    async def _known_prices(self) -> Prices:
        return await self._prices.known() if self._prices else Prices()

    def _job(
        self,
        profile: str,
        provider: Provider,
        request: TrainingEndpoint,
        dataset: Dataset,
        packed: PackedDataset,
        estimate: Estimate,
        samples: Sequence[str],
    ) -> Job:
        parameters = request.used()
        name = safe_text(parameters.get(request.name_field) or dataset.source.stem, limit=120)
        now = self._clock()
        return Job(
            id=new_id(),
            state=JobState.DRAFT,
            profile=profile,
            provider=provider.id,
            endpoint=request.info.id,
            title=name,
            parameters=parameters,
            estimate_credits=estimate.credits,
            work=TrainingWork(
                finetune_name=name,
                dataset=TrainingSet(
                    source=safe_text(packed.source),
                    sha256=packed.sha256,
                    path=self._storage.relative(packed.path),
                    size=packed.size,
                    pictures=len(packed.pictures),
                    pairs=dataset.pairs,
                    captioned=packed.captioned,
                    names=tuple(picture.name for picture in dataset.pictures),
                    print=dataset.print,
                    content=dataset.content,
                    samples=tuple(samples),
                ),
            ),
            created_at=now,
            updated_at=now,
        )

    async def status(self, profile: str, finetune_id: str) -> RemoteStatus:
        """Ask the service once for a training by the whole id of its finetune. Raises `ServiceError`."""
        from fluxtui.services.jobs.requests import task_of

        provider = await self._gateway.provider(profile)
        known = await self._journal.finetunes.get(profile, finetune_id)
        job = await self._journal.jobs.get(known.job_id) if known and known.job_id else None
        if job is None:
            endpoint = _training_endpoint(provider, None)
            return await provider.status(RemoteTask(JobKind.TRAINING, endpoint.info.id, finetune_id, None))
        return await provider.status(task_of(job))


def _result_uses(profile: str, provider: Provider, trainer: type[TrainingEndpoint]) -> tuple[ResultUse, ...]:
    own = [(provider.title, Offer(profile, provider.id, item)) for item in provider.generation_endpoints()]
    others = [
        (provider_hosts(name).title, Offer("", name, item))
        for name, listed in described_generation().items()
        if name != provider.id
        for item in listed
    ]
    return result_uses(profile, trainer, (*own, *others))


def no_use_text(endpoint: type[TrainingEndpoint]) -> str:
    """Return that nothing generates with the result of a trainer, as sentences."""
    title = endpoint.info.trains.title if endpoint.info.trains is not None else endpoint.info.title
    what = "edits with" if endpoint.rules.pairs is not None else "generates with"
    return f"Nothing that is known here {what} a LoRA for {title}. Nothing was sent."


def _is_alike(job: Job, request: TrainingEndpoint, dataset: Dataset) -> bool:
    """Tell whether a training was ordered with the same values, for as many pictures and captions."""
    known = _known_of(job)
    if (known.pictures, known.captioned) != (len(dataset.pictures), dataset.captioned):
        return False
    unnamed = {request.name_field: None}
    return {**job.parameters, **unnamed} == {**request.given(), **unnamed}


def _known_of(job: Job) -> TrainingSet:
    return job.dataset or TrainingSet()


def caption_problem(
    endpoint: type[TrainingEndpoint], dataset: Dataset, values: Mapping[str, Any]
) -> Problem | None:
    """Return what is wrong with captions that a trainer cannot do without, or None."""
    rules = endpoint.rules
    missing = len(dataset.pictures) - dataset.captioned
    if rules.captions is not CaptionRule.NEEDED or not missing:
        return None
    if rules.default_caption and str(values.get(rules.default_caption) or "").strip():
        return None
    fields = {field.name: field.title for field in fields_of(endpoint)}
    title = fields.get(rules.default_caption or "", "A caption")
    reason = f"{title} is needed: {plural(missing, rules.unit)} without a caption would fail the training"
    return Problem(rules.default_caption or "", reason, whole=True)


def _training_endpoint(provider: Provider, endpoint_id: str | None) -> type[TrainingEndpoint]:
    endpoints = provider.training_endpoints()
    if not endpoints:
        raise InvalidInput(f"{provider.title} does not train finetunes.", next_step="Choose another profile.")
    if endpoint_id is None:
        return endpoints[0]
    chosen = next((item for item in endpoints if item.info.id == endpoint_id), None)
    if chosen is None:
        shown = safe_text(endpoint_id, limit=80)
        raise InvalidInput(f"{provider.title} does not train with {shown}.")
    return chosen
