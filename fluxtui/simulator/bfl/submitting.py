"""Accepts paid work: checks it, bills it, starts it."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from fluxtui.simulator.bfl import prices
from fluxtui.simulator.bfl.endpoints import FINETUNE, MOST_ACTIVE, MOST_PIXELS, Endpoint
from fluxtui.simulator.bfl.finetunes import Finetune
from fluxtui.simulator.bfl.service import SimulatedService
from fluxtui.simulator.bfl.tasks import CONTENT_MODERATED as CONTENT_STATUS
from fluxtui.simulator.bfl.tasks import ERROR, READY, REQUEST_MODERATED, Task, outcome_of
from fluxtui.simulator.core import answers
from fluxtui.simulator.core.accounts import Account
from fluxtui.simulator.core.archive import MOST_IMAGES, TrainingSet
from fluxtui.simulator.core.faults import CONTENT_MODERATED, FAILED, OUTCOME_KINDS
from fluxtui.simulator.core.field_checks import Problem, RefusedError, problem, problems_of
from fluxtui.simulator.pictures import decoded, is_web_address, opened


def validated(endpoint: Endpoint, body: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of `body` with defaults filled in. Raises RefusedError with all that is wrong."""
    problems = [found for field in endpoint.fields for found in problems_of(field, body)]
    if endpoint.strict:
        known = {field.name for field in endpoint.fields}
        problems += [
            problem(name, "extra_forbidden", "Extra inputs are not permitted")
            for name in body
            if name not in known
        ]
    if not problems:
        problems += list(_size_problems(endpoint, body))
    if problems:
        raise RefusedError(problems)
    return {field.name: body.get(field.name, field.default) for field in endpoint.fields}


def _size_problems(endpoint: Endpoint, body: dict[str, Any]) -> Iterator[Problem]:
    width, height = body.get("width"), body.get("height")
    if width is None or height is None:
        return
    if endpoint.family in ("flux-2", "tool") and width * height > MOST_PIXELS:
        reason = "Output is limited to 4 megapixels"
        yield problem("width", "value_error", f"Value error, {reason}", error=reason)


Size = tuple[int, int]
"""Width and height in pixels."""

_ULTRA_PIXELS = 2752 * 1536
_MEGAPIXEL = 1024 * 1024
_FLUX_3_PIXELS = {
    "768sq": 768 * 768,
    "1k": _MEGAPIXEL,
    "1.5k": 1536 * 1536,
    "2k": 2048 * 2048,
    "4k": 4096 * 4096,
}
_SMALLEST_SIDE = 64
_FLUX_3_LEAST_SIDE, _FLUX_3_MOST_INPUT_PIXELS, _FLUX_3_MOST_BASE64 = 256, 16_000_000, 20_000_000


def output_size(endpoint: Endpoint, parameters: Mapping[str, Any], source: Size | None) -> Size:
    """Return the size asked for; where left to the service, that of the `source` picture or a megapixel."""
    if endpoint.job == "expand" and source:
        width = source[0] + parameters["left"] + parameters["right"]
        return (width, source[1] + parameters["top"] + parameters["bottom"])
    if endpoint.job in ("fill", "erase", "deblur") and source:
        return source
    width, height = parameters.get("width"), parameters.get("height")
    if width and height:
        return (width, height)
    ratio = _ratio(parameters.get("aspect_ratio"), source)
    if width:
        return (width, _rounded(width / ratio))
    if height:
        return (_rounded(height * ratio), height)
    return _of_area(_area(endpoint, parameters), ratio)


def _ratio(asked: str | None, source: Size | None) -> float:
    if asked and asked != "auto":
        width, height = asked.split(":")
        return int(width) / int(height)
    return source[0] / source[1] if source else 1.0


def _area(endpoint: Endpoint, parameters: Mapping[str, Any]) -> int:
    if endpoint.family == "flux-3":
        return _FLUX_3_PIXELS[parameters["resolution"]]
    return _ULTRA_PIXELS if "ultra" in endpoint.path else _MEGAPIXEL


def _of_area(pixels: int, ratio: float) -> Size:
    return (_rounded((pixels * ratio) ** 0.5), _rounded((pixels / ratio) ** 0.5))


def _rounded(side: float) -> int:
    return max(_SMALLEST_SIDE, round(side / 32) * 32)


_FLUX_3_EXTRA_LIFE = 6
_MOST_OUTPUT_PIXELS = 17_000_000


async def accept_image(
    service: SimulatedService, account: Account, endpoint: Endpoint, body: dict[str, Any]
) -> tuple[Task, dict[str, float]]:
    """Accept one picture; return its task and the megapixels that went in and out.

    Raises RefusedError for a wrong body, AnswerError for an unknown finetune, an empty account or too many
    active tasks. Once it returns, the job is billed and on disk.
    """
    parameters, inputs, sizes = await asyncio.to_thread(_examined, endpoint, body)
    if endpoint.finetuned:
        service.usable_finetune(account, parameters["finetune_id"], endpoint.finetuned)
    size = _capped(output_size(endpoint, parameters, next(iter(sizes.values()), None)))
    input_pixels = sum(width * height for width, height in sizes.values())
    choice = parameters.get("resolution") or parameters.get("mode")
    cost = prices.image_price(endpoint.path, size[0] * size[1], input_pixels, choice)
    _check_room(service, account, endpoint)
    account.charge(cost)
    outcome, code = _outcome(service, parameters.get("prompt") or "")
    lives = service.settings.result_seconds * (_FLUX_3_EXTRA_LIFE if endpoint.family == "flux-3" else 1)
    task = Task(
        id=str(uuid.uuid4()),
        key_name=account.name,
        kind="image",
        endpoint=endpoint.path,
        parameters=parameters,
        cost=cost,
        accepted_at=service.clock(),
        duration=service.settings.seconds_per_image,
        outcome=outcome,
        outcome_code=code,
        size=size,
        seed=_seed(service, parameters.get("seed")),
        input_names=list(inputs),
        reasons=endpoint.family == "flux-3",
        live_seconds=lives,
    )
    await service.keep(task, [(task.id, name, content) for name, content in inputs.items()])
    service.begin_painting(task)
    await service.sweep()
    megapixels = {"input_mp": input_pixels / 1e6, "output_mp": size[0] * size[1] / 1e6}
    return task, {name: round(value, 2) for name, value in megapixels.items()}


async def accept_training(
    service: SimulatedService, account: Account, parameters: dict[str, Any], dataset: TrainingSet
) -> Task:
    """Accept a training with validated `parameters`; return its task, whose id is the finetune's.

    Raises AnswerError for an empty account or too many active tasks.
    """
    cost = prices.training_price(parameters["iterations"])
    _check_room(service, account, FINETUNE)
    account.charge(cost)
    outcome, code = _outcome(service, parameters["finetune_comment"])
    if dataset.images > MOST_IMAGES:
        outcome, code = REQUEST_MODERATED, 200
    kept = {name: value for name, value in parameters.items() if name != "file_data"}
    task = Task(
        id=str(uuid.uuid4()),
        key_name=account.name,
        kind="training",
        endpoint=FINETUNE.path,
        parameters=_without_webhook(kept),
        cost=cost,
        accepted_at=service.clock(),
        duration=service.settings.seconds_per_training,
        outcome=outcome,
        outcome_code=code,
    )
    refused = outcome == REQUEST_MODERATED
    await service.keep(task, finetune=None if refused else _new_finetune(service, task, dataset))
    return task


def _examined(
    endpoint: Endpoint, body: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, bytes], dict[str, Size]]:
    parameters = validated(endpoint, body)
    inputs: dict[str, bytes] = {}
    for field in endpoint.fields:
        if field.kind not in ("image", "images"):
            continue
        value = parameters.pop(field.name)
        for number, text in enumerate(value if isinstance(value, list) else [value]):
            if text is not None and not is_web_address(text):
                inputs[field.name if field.kind == "image" else f"{field.name}_{number:02}"] = decoded(text)
    if "image" not in inputs:
        # Of a picture at an address nothing is known here, so its mask covers nothing.
        inputs.pop("mask", None)
    sizes: dict[str, Size] = {}
    for name, content in inputs.items():
        if name != "mask":
            with opened(content) as picture:
                sizes[name] = picture.size
                if endpoint.family == "flux-3":
                    _check_flux_3_input(name, content, picture.size)
    return _without_webhook(parameters), inputs, sizes


def _check_flux_3_input(name: str, content: bytes, size: Size) -> None:
    """Refuse what FLUX 3 does not take: below 256 x 256, over 16 megapixels, over 20 MB as base64."""
    if min(size) < _FLUX_3_LEAST_SIDE or size[0] * size[1] > _FLUX_3_MOST_INPUT_PIXELS:
        reason = "Images must be between 256x256 pixels and 16 megapixels"
    elif len(content) * 4 / 3 > _FLUX_3_MOST_BASE64:
        reason = "Images must be at most 20 MB"
    else:
        return
    raise RefusedError([problem(name[:-3], "value_error", f"Value error, {reason}", error=reason)])


def _without_webhook(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if not name.startswith("webhook")}


def _capped(size: Size) -> Size:
    excess = size[0] * size[1] / _MOST_OUTPUT_PIXELS
    if excess <= 1:
        return size
    return (max(1, int(size[0] / excess**0.5)), max(1, int(size[1] / excess**0.5)))


def _check_room(service: SimulatedService, account: Account, endpoint: Endpoint) -> None:
    if service.active_tasks(account) >= MOST_ACTIVE:
        raise answers.too_many_active(MOST_ACTIVE)
    if service.active_tasks(account, endpoint.path) >= endpoint.most_active:
        raise answers.too_many_active(endpoint.most_active)


def _outcome(service: SimulatedService, words: str) -> tuple[str, int]:
    fault = service.faults.take("submit", OUTCOME_KINDS)
    if fault is None:
        return outcome_of(words)
    if fault.kind == FAILED:
        return ERROR, 200
    return (CONTENT_STATUS if fault.kind == CONTENT_MODERATED else REQUEST_MODERATED), 200


def _seed(service: SimulatedService, asked: int | None) -> int:
    if asked is not None:
        return int(asked)
    text = f"{service.settings.seed}:{len(service.tasks)}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def _new_finetune(service: SimulatedService, task: Task, dataset: TrainingSet) -> Finetune:
    parameters = task.parameters
    rate = parameters["learning_rate"]
    if rate is None:
        rate = 1e-5 if parameters["finetune_type"] == "full" else 1e-4
    names = ("finetune_comment", "trigger_word", "mode", "finetune_type", "lora_rank")
    details = {name: parameters[name] for name in names}
    details |= {"iterations": parameters["iterations"], "learning_rate": rate}
    details |= {"priority": parameters["priority"], "captioning": parameters["captioning"]}
    details["timestamp"] = datetime.fromtimestamp(task.accepted_at, UTC).isoformat()
    return Finetune(
        task.id,
        task.key_name,
        service.settings.region,
        "flux-1",
        details,
        task.accepted_at,
        task.ends_at,
        failed=task.outcome != READY,
        pieces=dataset.pieces,
    )
