"""Accepts a training: checks it, reads its ZIP, starts it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fluxtui.simulator.core.state import Blob, Record
from fluxtui.simulator.core.weights import digest_of
from fluxtui.simulator.replicate.catalogue import BuiltIn
from fluxtui.simulator.replicate.dataset import MISSING, Dataset, UselessDatasetError, read_dataset
from fluxtui.simulator.replicate.jobs import SUCCEEDED, TRAINING, Job
from fluxtui.simulator.replicate.members import Member
from fluxtui.simulator.replicate.models import Model, Version, version_of_training
from fluxtui.simulator.replicate.outcomes import OUTCOME_FAULTS, failed_early, kind_of, outcome_of
from fluxtui.simulator.replicate.outputs import CAPTIONS, trained_lora
from fluxtui.simulator.replicate.requests import without_secrets
from fluxtui.simulator.replicate.service import ReplicateService
from fluxtui.simulator.replicate.uploads import MissingInputError
from fluxtui.simulator.replicate.validation import check_input

PUBLISHED = "A Hugging Face token was sent with a training: Replicate publishes the LoRA with it."
PUBLIC_MODEL = "A training ends in a public model: everybody can use it."


async def accept_training(
    service: ReplicateService,
    member: Member,
    trainer: BuiltIn,
    destination: Model,
    given: dict[str, Any],
    seconds: float | None,
) -> Job:
    """Accept a training with the input `given` that ends in `destination`; `seconds` is its `Cancel-After`.

    What is wrong with the ZIP is found out by the job, which then fails. Raises ProblemError: 422 for a wrong
    input, 429 and 402. Once it returns, the job is on disk.
    """
    recipe = trainer.recipe
    parameters = check_input(recipe.fields, given)
    service.check_room(member)
    fault = service.faults.take("submit", OUTCOME_FAULTS)
    words = f"{parameters['trigger_word']} {destination.name}"
    outcome = outcome_of(kind_of(words, fault.kind if fault else None), 0)
    dataset = Dataset((), 0, {})
    try:
        dataset = await _dataset(service, member, parameters)
    except (MissingInputError, UselessDatasetError) as error:
        outcome = failed_early(str(error))
    steps, now = int(parameters[recipe.steps]), service.clock()
    upload = service.uploads.named(member, parameters["input_images"] or "", service.addresses["api"])
    job = Job(
        id=service.new_id(),
        key_name=member.name,
        kind=TRAINING,
        model=trainer.full_name,
        version=trainer.version,
        input=without_secrets(given),
        parameters=without_secrets(parameters),
        steps=steps,
        accepted_at=now,
        duration=service.settings.seconds_per_training,
        billed_seconds=round(recipe.setup_seconds + steps * recipe.step_seconds, 6),
        price=recipe.hardware.price,
        outcome=outcome.status,
        error=outcome.error,
        ends_early=outcome.early,
        deadline=None if seconds is None else now + seconds,
        destination=destination.full_name,
        source_file=upload.id if upload else None,
    )
    records, blobs = await _made(service, job, dataset)
    await service.keep(job, records, blobs)
    await _note_carelessness(service, job, destination, given)
    return job


async def _dataset(service: ReplicateService, member: Member, parameters: dict[str, Any]) -> Dataset:
    if parameters.get("skip_training_and_use_pretrained_hf_lora_url"):
        return Dataset((), 0, {})
    if not parameters["input_images"]:
        raise UselessDatasetError(MISSING)
    with await service.opened(member, parameters["input_images"]) as file:
        return await asyncio.to_thread(read_dataset, file)


async def _made(service: ReplicateService, job: Job, dataset: Dataset) -> tuple[list[Record], list[Blob]]:
    """Return what the training leaves behind: its version, and what its weights are remembered by."""
    if job.outcome != SUCCEEDED or job.ends_at < job.natural_end:
        return [], []
    weights = await asyncio.to_thread(trained_lora, job.id, job.parameters.get("lora_rank"))
    job.loras = [(digest_of(weights), 1.0)]
    records, blobs = service.weights.to_remember(weights, dataset.pieces)
    blobs.append((job.id, CAPTIONS, json.dumps(dataset.captions).encode()))
    version = Version(version_of_training(job.id), str(job.destination), job.id, job.ends_at)
    return [*records, service.library.add_version(version)], blobs


async def _note_carelessness(
    service: ReplicateService, job: Job, destination: Model, given: dict[str, Any]
) -> None:
    if given.get("hf_token"):
        await service.record_violation(PUBLISHED, job)
    if destination.visibility == "public":
        await service.record_violation(PUBLIC_MODEL, job)
