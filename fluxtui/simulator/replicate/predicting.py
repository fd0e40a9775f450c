"""Accepts a prediction: checks it, finds its pictures and LoRAs, starts it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fluxtui.simulator.pictures import NoPictureError, opened
from fluxtui.simulator.replicate import loras
from fluxtui.simulator.replicate.jobs import PREDICTION, Job
from fluxtui.simulator.replicate.library import Runnable
from fluxtui.simulator.replicate.loras import UselessLoraError
from fluxtui.simulator.replicate.members import Member
from fluxtui.simulator.replicate.outcomes import OUTCOME_FAULTS, Outcome, failed_early, kind_of, outcome_of
from fluxtui.simulator.replicate.painting import output_size
from fluxtui.simulator.replicate.requests import without_secrets
from fluxtui.simulator.replicate.service import ReplicateService
from fluxtui.simulator.replicate.uploads import MissingInputError
from fluxtui.simulator.replicate.validation import check_input

NO_CUSTOM_SIZE = "width and height must be defined if aspect ratio is 'custom'"
_LARGEST_RANDOM_SEED = 2**16
_USUAL_STEPS = 28
_SECONDS, _SECONDS_FOR_STEPS, _MOST_STEPS, _MEGAPIXEL = 1.0, 2.0, 50, 1024 * 1024


async def accept_prediction(
    service: ReplicateService, member: Member, run: Runnable, given: dict[str, Any], seconds: float | None
) -> Job:
    """Accept a prediction of what `run` names with the input `given`; `seconds` is its `Cancel-After`.

    Raises ProblemError: 422 for a wrong input, 429 and 402. Once it returns, the job is on disk.
    """
    parameters = check_input(run.recipe.fields, given)
    service.check_room(member)
    fault = service.faults.take("submit", OUTCOME_FAULTS)
    kind = kind_of(parameters["prompt"], fault.kind if fault else None)
    count = int(parameters.get("num_outputs", 1))
    outcome = outcome_of(kind, count, checked=not parameters.get("disable_safety_checker"))
    pictures: dict[str, bytes] = {}
    names: list[tuple[str, float]] = []
    size, went_in = None, 0.0
    try:
        pictures = await _pictures(service, member, run, parameters)
        size, went_in = await asyncio.to_thread(_sizes, parameters, pictures)
        names = await _loras(service, member, run, parameters)
    except (MissingInputError, UselessLoraError, NoPictureError, ValueError) as error:
        outcome = failed_early(str(error))
    now = service.clock()
    job = Job(
        id=service.new_id(),
        key_name=member.name,
        kind=PREDICTION,
        model=run.model,
        version=run.version,
        input=without_secrets(given),
        parameters=without_secrets(parameters),
        steps=_steps(parameters),
        accepted_at=now,
        duration=service.settings.seconds_per_image,
        billed_seconds=_billed_seconds(parameters, size),
        price=run.recipe.hardware.price,
        **_prices(run),
        input_megapixels=went_in,
        single=run.recipe.single,
        deadline=None if seconds is None else now + seconds,
        seed=_seed(service, parameters["seed"]),
        size=size,
        loras=names,
        **_ending(outcome),
    )
    await service.keep(job, blobs=[(job.id, name, content) for name, content in pictures.items()])
    service.pictures.begin(job)
    return job


def _ending(outcome: Outcome) -> dict[str, Any]:
    return {
        "outcome": outcome.status,
        "error": outcome.error,
        "ends_early": outcome.early,
        "dropped": list(outcome.dropped),
    }


def _prices(run: Runnable) -> dict[str, Any]:
    price = run.recipe.price
    if price is None:
        return {}
    prices = {"picture_price": price.picture, "run_price": price.run}
    return {**prices, "output_price": price.output, "input_price": price.input}


def _steps(parameters: Mapping[str, Any]) -> int:
    return int(parameters.get("num_inference_steps") or parameters.get("steps") or _USUAL_STEPS)


async def _pictures(
    service: ReplicateService, member: Member, run: Runnable, parameters: Mapping[str, Any]
) -> dict[str, bytes]:
    """Return the pictures of an input by name, those of a list with their number; a mask needs an `image`."""
    found: dict[str, bytes] = {}
    for field in run.recipe.fields:
        value = parameters.get(field.name)
        if field.kind == "images" and value:
            if len(value) > (field.maximum or 1):
                # The limit is no part of the schema; that the run fails by it is our reading.
                raise ValueError(f"{field.name} takes at most {field.maximum:g} images")
            for number, url in enumerate(value):
                found[f"{field.name}_{number:02}"] = await service.content(member, url)
        elif field.kind == "image" and value and (field.name != "mask" or parameters.get("image")):
            found[field.name] = await service.content(member, value)
    return found


def _sizes(parameters: Mapping[str, Any], pictures: Mapping[str, bytes]) -> tuple[tuple[int, int], float]:
    """Return the size of what is to be made, and the megapixels that go in."""
    source, pixels = None, 0
    for content in pictures.values():
        with opened(content) as picture:
            source = source or picture.size
            pixels += picture.width * picture.height
    size = output_size(parameters, source)
    if size is None:
        raise ValueError(NO_CUSTOM_SIZE)
    return size, round(pixels / _MEGAPIXEL, 3)


async def _loras(
    service: ReplicateService, member: Member, run: Runnable, parameters: Mapping[str, Any]
) -> list[tuple[str, float]]:
    """Return the digests and scales of the LoRAs that a prediction paints with."""
    if "lora_url" in parameters:
        addresses = loras.addresses_in(parameters["lora_url"] or "")
        return [(await _digest(service, member, run, url), parameters["lora_scale"]) for url in addresses]
    main = parameters.get("lora_weights") or parameters.get("replicate_weights")
    extra = parameters.get("extra_lora")
    named: list[tuple[str, float]] = []
    if main:
        named.append((await _digest(service, member, run, main.strip()), parameters["lora_scale"]))
    elif run.job is not None:
        named += [(digest, parameters["lora_scale"]) for digest, _ in service.jobs[run.job].loras]
    if extra and extra.strip() != (main or "").strip():
        scale = parameters["extra_lora_scale"]
        named.append((await _digest(service, member, run, extra.strip()), scale))
    return named


async def _digest(service: ReplicateService, member: Member, run: Runnable, reference: str) -> str:
    if loras.lies_elsewhere(reference):
        return reference
    if loras.is_file(reference):
        try:
            content = await service.content(member, reference)
        except MissingInputError:
            raise UselessLoraError(loras.NOT_FOUND) from None
        return await asyncio.to_thread(loras.digest_in, content, run.recipe.lora_hidden)
    model, version_id = loras.model_of(reference)
    for version in service.library.visible_versions(member, model):
        if version_id in (None, version.id):
            return service.jobs[version.job].loras[0][0]
    raise UselessLoraError(loras.NOT_FOUND)


def _billed_seconds(parameters: Mapping[str, Any], size: tuple[int, int] | None) -> float:
    """Return what the pictures take on an H100: one to three seconds each at a megapixel."""
    share = (size[0] * size[1] if size else 0) / _MEGAPIXEL
    steps = _steps(parameters) / _MOST_STEPS * (0.5 if parameters.get("go_fast") else 1.0)
    return round(int(parameters.get("num_outputs", 1)) * (_SECONDS + _SECONDS_FOR_STEPS * steps * share), 6)


def _seed(service: ReplicateService, asked: int | None) -> int:
    """Return the seed asked for, or a small one of the service's own for none or a negative one."""
    if asked is not None and asked >= 0:
        return int(asked)
    return (service.settings.seed * 7919 + len(service.jobs) * 2647 + 17) % _LARGEST_RANDOM_SEED
