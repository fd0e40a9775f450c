"""Accepts picture tasks: checks them, charges for them, starts them.

That a second task under the id of one that runs is refused is the official client's (Runware/sdk-python,
2026-06). What becomes of one under the id of a task that has ended is not said anywhere: here it is bought
again, which is the worst for a client, and remembered as a violation.
"""

from __future__ import annotations

import asyncio
import io
from typing import Any

from PIL import Image

from fluxtui.simulator.core.accounts import Account
from fluxtui.simulator.core.faults import CONTENT_MODERATED, FAILED, MODERATED, OUTCOME_KINDS
from fluxtui.simulator.pictures import decoded, encoded, is_web_address, reduced
from fluxtui.simulator.runware import problems
from fluxtui.simulator.runware.models import CREDITS_PER_DOLLAR, FOREIGN, LORAS, ImageModel
from fluxtui.simulator.runware.service import RunwareService
from fluxtui.simulator.runware.tasks import PictureTask
from fluxtui.simulator.runware.validation import checked, loras_in, model_in, pictures_in, task_id_in

BOUGHT_TWICE = "A task was sent again under the id of one that had ended."
SENT_TWICE = "A task was sent again while it runs."

_FAILURES = {
    FAILED: ("inferenceError", "The inference failed. Try again later."),
    MODERATED: ("contentPolicyViolation", "The prompt was stopped by the content policy."),
}
_WORDS = {"contentmoderated": CONTENT_MODERATED, "moderateme": MODERATED, "failme": FAILED}
"""Words in a prompt that act like a fault of that kind."""
_UNREACHABLE = ("invalidReferenceImage", "A reference image could not be downloaded.")
_MEGAPIXEL = 1024 * 1024
_LARGEST_RANDOM_SEED = 2**31


async def accept(service: RunwareService, account: Account, task: dict[str, Any]) -> PictureTask:
    """Accept a picture task; once this returns it is on disk. Raises TaskError."""
    task_id = task_id_in(task)
    running = service.tasks.get(task_id)
    if running is not None and running.key_name == account.name and not running.ended(service.now()):
        await service.record_violation(SENT_TWICE, running)
        raise problems.conflict(task_id)
    model = model_in(task)
    values = checked(model, task)
    loras = loras_in(task)
    _check_loras(model, loras, account.name)
    given = await asyncio.to_thread(pictures_in, model, task)
    pictures = await asyncio.to_thread(_kept, [value for value in given if not is_web_address(value)])
    size = await asyncio.to_thread(_size, values, pictures)
    cost = _cost(model, values, size, len(given))
    if not account.covers(cost) or account.credits <= 0:
        raise problems.out_of_credits()
    account.charge(cost)
    if running is not None:
        running.runs, running.accepted_at = running.runs + 1, service.now()
        await service.record_violation(BOUGHT_TWICE, running)
        return running
    kind = _kind(service, values["positivePrompt"])
    failure = _UNREACHABLE if len(pictures) < len(given) else _FAILURES.get(kind or "")
    accepted = PictureTask(
        id=task_id,
        key_name=account.name,
        model=model.air,
        sent=_shortened(task),
        values=values,
        accepted_at=service.now(),
        duration=service.shared.settings.seconds_per_image,
        cost=cost,
        picture_id=service.new_id(),
        seed=values["seed"] or _seed(service),
        size=size,
        loras=loras,
        inputs=[f"input-{place}" for place in range(len(pictures))],
        failure=failure,
        marked=kind == CONTENT_MODERATED,
    )
    await service.keep(accepted, pictures)
    return accepted


def _check_loras(model: ImageModel, loras: list[tuple[str, float]], key_name: str) -> None:
    known = {lora.air: lora for lora in LORAS if lora.owner in ("", key_name)}
    for name, _ in loras:
        lora = known.get(name)
        if lora is None and not name.startswith(FOREIGN):
            raise problems.TaskError(400, "invalidLoraModel", f"The LoRA {name} is not available.", "lora")
        if lora is not None and lora.architecture != model.architecture:
            message = f"The LoRA {name} is not compatible with the architecture of {model.air}."
            raise problems.TaskError(400, "invalidLoraModel", message, ["lora", "model"])


def _kept(values: list[str]) -> list[bytes]:
    """Return pictures as they are kept: small enough for the painter."""
    return [encoded(reduced(decoded(value)), "PNG") for value in values]


def _size(values: dict[str, Any], pictures: list[bytes]) -> tuple[int, int]:
    if values["width"] and values["height"]:
        return (values["width"], values["height"])
    if not pictures:
        return (1024, 1024)
    with Image.open(io.BytesIO(pictures[0])) as picture:
        return picture.size


def _cost(model: ImageModel, values: dict[str, Any], size: tuple[int, int], pictures: int) -> float:
    """Return the credits of a task: more for more pixels, steps and pictures; how much more is a guess."""
    steps, results = int(values["steps"] or model.steps), int(values["numberResults"])
    share = size[0] * size[1] / _MEGAPIXEL * steps / model.steps
    inputs = 1 + 0.5 * max(0, pictures - int(model.needs_picture))
    return round(model.usd * CREDITS_PER_DOLLAR * share * inputs * results, 6)


def _kind(service: RunwareService, prompt: str) -> str | None:
    fault = service.faults.take("submit", OUTCOME_KINDS)
    lowered = prompt.casefold()
    return fault.kind if fault else next((kind for word, kind in _WORDS.items() if word in lowered), None)


def _seed(service: RunwareService) -> int:
    return (service.shared.settings.seed * 7919 + len(service.tasks) * 2647 + 17) % _LARGEST_RANDOM_SEED


def _shortened(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task as the archive tells it: pictures that came with it are not kept a second time."""
    inputs = task.get("inputs")
    if not isinstance(inputs, dict) or not isinstance(inputs.get("referenceImages"), list):
        return dict(task)
    pictures = [value if is_web_address(value) else "(base64)" for value in inputs["referenceImages"]]
    return {**task, "inputs": {**inputs, "referenceImages": pictures}}
