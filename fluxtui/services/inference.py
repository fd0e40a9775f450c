"""Generates pictures: from a form's values to jobs that the runner takes care of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fluxtui.domain.endpoint import Field, FinetuneBy, GenerationEndpoint, fields_of
from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.domain.loras import finetune_parameter, first_named
from fluxtui.domain.money import Estimate
from fluxtui.domain.seeds import seeds_for
from fluxtui.domain.text import is_web_address, safe_text
from fluxtui.domain.uses import Misfit, Offer, finetune_value, misfit, why_not
from fluxtui.providers.base import Provider
from fluxtui.services.batch_records import LABEL_LIMIT, BatchRecord, BatchRecords, Layout
from fluxtui.services.jobs import Gateway, JobService, new_id
from fluxtui.services.jobs.requests import picture_parameters
from fluxtui.services.journal import Journal
from fluxtui.services.prices import PriceService
from fluxtui.services.storage import StorageService
from fluxtui.services.validation import ValidationService
from fluxtui.system.clock import utc_now
from fluxtui.system.dataclass import dataclass

_WHY_UNUSABLE = {
    FinetuneState.TRAINING: "is still in training; it can be used as soon as that is done",
    FinetuneState.MISSING: "is no longer listed by the service; refresh the list to look for it again",
    FinetuneState.DELETED: "was deleted at the service",
}


@dataclass(frozen=True)
class Shot:
    """One picture to be made, as part of a batch of different ones.

    Attributes:
        profile: where to generate.
        endpoint_id: with what.
        values: of the form; pictures by their paths.
        finetune: to generate with; `values` may name one by `finetune_id` instead.
        label: what tells it from the others of its batch, for people.
    """

    profile: str
    endpoint_id: str
    values: Mapping[str, Any]
    finetune: Finetune | None = None
    label: str = ""


@dataclass(frozen=True)
class _Taken:
    """A shot that was checked: its request, the finetune if known, and what it will probably cost."""

    offer: Offer
    request: GenerationEndpoint
    finetune: Finetune | None
    price: float


class InferenceService:
    """Generates with any endpoint of any profile.

    Args:
        journal: open.
        storage: prepared.
        gateway: gives the service of each profile.
        validation: checks parameters and prepares input pictures.
        jobs: takes the generations over.
        prices: what the services told of their prices; None for our own tables alone.
        clock: tells the time, as an aware UTC datetime.
    """

    def __init__(
        self,
        journal: Journal,
        storage: StorageService,
        gateway: Gateway,
        validation: ValidationService,
        jobs: JobService,
        *,
        prices: PriceService | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._journal = journal
        self._storage = storage
        self._gateway = gateway
        self._validation = validation
        self._jobs = jobs
        self._prices = prices
        self._clock = clock
        self._batches = BatchRecords(journal)

    async def endpoints(self, profile: str) -> tuple[type[GenerationEndpoint], ...]:
        """Return what a profile generates with, finetuned ones first."""
        return (await self._gateway.provider(profile)).generation_endpoints()

    async def offers(self, profile: str) -> tuple[Offer, ...]:
        """Return the same as offers that name the profile."""
        provider = await self._gateway.provider(profile)
        return tuple(Offer(profile, provider.id, item) for item in provider.generation_endpoints())

    def estimate(
        self, endpoint: type[GenerationEndpoint], values: Mapping[str, Any], count: int = 1
    ) -> Estimate:
        """Return what `count` pictures will probably cost. Raises `InvalidInput` for values out of range."""
        return endpoint.checked(values).estimate().times(_checked_count(count))

    async def generate(
        self,
        profile: str,
        endpoint_id: str,
        values: Mapping[str, Any],
        *,
        count: int = 1,
        finetune: Finetune | None = None,
    ) -> tuple[Job, ...]:
        """Write a job for each picture and let the runner send them; return the jobs.

        Input pictures are copied into the data directory first, so that the recipe can be repeated. Where
        the endpoint takes a seed, each job gets one of its own: the given one and those after it, or random
        ones.

        Args:
            profile: where to generate.
            endpoint_id: with what.
            values: of the form; pictures by their paths.
            count: how many pictures.
            finetune: to generate with; `values` may name one by `finetune_id` instead.

        Raises:
            InvalidInput: with every fault; nothing was sent.
            OverBudget: it does not fit into a budget; nothing was sent.
            PictureError: an input picture cannot be used; nothing was sent.
            StorageError: inputs or journal could not be written; nothing was sent.
        """
        _checked_count(count)
        taken = await self._taken(Shot(profile, endpoint_id, values, finetune))
        seeds = seeds_for(type(taken.request), taken.request.given().get("seed"), count)
        return await self._order([(taken, seed) for seed in seeds], BatchRecord())

    async def generate_shots(
        self, shots: Sequence[Shot], *, batch_title: str = "", layout: Layout | None = None
    ) -> tuple[Job, ...]:
        """Write a job for each of several different pictures, one batch, and return them in that order.

        All shots are checked, and the budget is asked once about all of them, before anything is written;
        then what the batch is, with its labels, and after that the jobs in one transaction. A shot without a
        seed gets a random one where its endpoint takes one.

        Args:
            shots: the pictures, each with profile, endpoint and values of its own.
            batch_title: what the batch is called, also on its contact sheet.
            layout: how the pictures stand on the contact sheet; None for one after the other.

        Raises:
            InvalidInput: with the faults of the first shot that is wrong, by its label; nothing was sent.
            OverBudget: together they do not fit into a budget; nothing was sent.
            PictureError: an input picture cannot be used; nothing was sent.
            StorageError: inputs or journal could not be written; nothing was sent.
        """
        if not shots:
            raise InvalidInput("Nothing was sent.", (Problem("count", "Pictures must be 1 or more"),))
        taken = []
        for shot in shots:
            one = await self._taken(shot)
            (seed,) = seeds_for(type(one.request), one.request.given().get("seed"), 1)
            taken.append((one, seed))
        labels = tuple(safe_text(shot.label, limit=LABEL_LIMIT) for shot in shots)
        record = BatchRecord(
            title=safe_text(batch_title, limit=LABEL_LIMIT), labels=labels, layout=layout or Layout()
        )
        return await self._order(taken, record)

    async def _taken(self, shot: Shot) -> _Taken:
        """Return a shot as it can be sent; nothing is written. Raises `InvalidInput`, with its label."""
        try:
            return await self._checked(shot)
        except InvalidInput as error:
            if not shot.label:
                raise
            label = safe_text(shot.label, limit=LABEL_LIMIT)
            raise InvalidInput(
                f"{label}: {error.message}", error.problems, next_step=error.next_step
            ) from None

    async def _checked(self, shot: Shot) -> _Taken:
        provider = await self._gateway.provider(shot.profile)
        endpoint = _generation_endpoint(provider, shot.endpoint_id)
        offer = Offer(shot.profile, provider.id, endpoint)
        wanted = await self._finetune(offer, shot.values, shot.finetune)
        named = {"finetune_id": finetune_value(offer, wanted)} if wanted else {}
        usable = {**shot.values, **named}
        request = await asyncio.to_thread(self._validation.check, endpoint, usable)
        live = (await self._prices.known()).of(provider.id, endpoint) if self._prices else None
        return _Taken(offer, request, wanted, request.estimate(live).credits)

    async def _order(
        self, taken: Sequence[tuple[_Taken, int | None]], record: BatchRecord
    ) -> tuple[Job, ...]:
        """Write what was checked, each with its seed, and return the jobs."""
        await self._jobs.check_budget(sum(one.price for one, _ in taken), len(taken))
        kept = _Kept(self._validation, self._storage)
        parameters = [await kept.recipe(one.request) for one, _ in taken]
        batch = new_id()
        labels = record.labels or ("",) * len(taken)
        jobs = tuple(
            self._job(one, recipe, seed, batch, label)
            for (one, seed), recipe, label in zip(taken, parameters, labels, strict=True)
        )
        if not record.is_plain:
            ids = tuple(job.id for job in jobs)
            await self._batches.keep(batch, record.model_copy(update={"jobs": ids}))
        await self._jobs.submit(jobs)
        return jobs

    async def _finetune(
        self, offer: Offer, values: Mapping[str, Any], finetune: Finetune | None
    ) -> Finetune | None:
        """Return the finetune to use, or None where the endpoint takes none or only its id is known."""
        use = offer.endpoint.info.finetunes
        if use is None:
            return None
        if finetune is None:
            named = first_named(offer.endpoint, values) or ""
            where, _, finetune_id = named.partition("/") if use.by is FinetuneBy.WEIGHTS else ("", "", named)
            finetune = await self._journal.finetunes.get(where or offer.profile, finetune_id)
        if finetune is None:
            return None
        name = safe_text(finetune.name, limit=80)
        wrong = misfit(offer, finetune)
        if wrong is None and finetune.is_usable:
            return finetune
        is_told = wrong is not Misfit.OTHER_ACCOUNT and not finetune.is_usable
        unusable = _WHY_UNUSABLE.get(finetune.state, "") if is_told else ""
        reason = f"{name} {unusable or why_not(offer, finetune) or 'cannot be used now'}"
        raise InvalidInput("Nothing was sent.", (Problem(finetune_parameter(offer.endpoint), reason),))

    def _job(
        self, taken: _Taken, parameters: Mapping[str, Any], seed: int | None, batch: str, label: str
    ) -> Job:
        now, offer, finetune = self._clock(), taken.offer, taken.finetune
        info = offer.endpoint.info
        recipe = {**parameters, "seed": seed} if seed is not None else dict(parameters)
        prompt = safe_text(parameters.get("prompt") or "", limit=80).strip()
        title = safe_text(" · ".join(part for part in (label, prompt) if part), limit=80)
        finetune_id = finetune.id if finetune else first_named(offer.endpoint, parameters)
        foreign = finetune is not None and finetune.profile != offer.profile
        return Job(
            id=new_id(),
            state=JobState.DRAFT,
            profile=offer.profile,
            provider=offer.provider,
            endpoint=info.id,
            title=title or info.title,
            parameters=recipe,
            estimate_credits=taken.price,
            work=GenerationWork(
                batch=batch,
                finetune_id=finetune_id or None,
                finetune_name=finetune.name if finetune else None,
                finetune_profile=finetune.profile if finetune and foreign else None,
                seed=seed,
            ),
            created_at=now,
            updated_at=now,
        )


class _Kept:
    """The input pictures of one order, each prepared and kept once however many pictures need it."""

    def __init__(self, validation: ValidationService, storage: StorageService) -> None:
        self._validation = validation
        self._storage = storage
        self._known: dict[tuple[str, int | None], str] = {}

    async def recipe(self, request: GenerationEndpoint) -> dict[str, Any]:
        """Return the recipe, its pictures prepared, kept in the data directory and named relative to it."""
        parameters = request.used()
        endpoint = type(request)
        for field in fields_of(endpoint):
            if field.name in picture_parameters(endpoint) and parameters.get(field.name):
                parameters[field.name] = await self._kept(field, parameters[field.name])
        return parameters

    async def _kept(self, field: Field, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [await self._kept(field, item) for item in value]
        if is_web_address(str(value)):
            return str(value)
        key = (str(value), field.max_pixels)
        if key not in self._known:
            content, extension = await self._validation.prepare_picture(str(value), field.max_pixels)
            path = await asyncio.to_thread(self._storage.keep_input, content, extension)
            self._known[key] = self._storage.relative(path)
        return self._known[key]


def _checked_count(count: int) -> int:
    if count < 1:
        raise InvalidInput("Nothing was sent.", (Problem("count", "Pictures must be 1 or more"),))
    return count


def _generation_endpoint(provider: Provider, endpoint_id: str) -> type[GenerationEndpoint]:
    endpoint = provider.endpoint(endpoint_id)
    if not issubclass(endpoint, GenerationEndpoint):
        raise InvalidInput(f"{endpoint.info.title} does not generate pictures.")
    return endpoint
