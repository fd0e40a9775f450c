"""What fal says of a task, in our words. It has no word for a failure: that shows in the result alone.

Sources: fal.ai queue reference and error reference, fal-client 1.0.3, read 2026-11. That 5xx are not
charged is fal's own word in its FAQ; a 422 may be, where a model had worked until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fluxtui.api.answers import JSONAnswer
from fluxtui.api.shapes import fault_of
from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.money import UnitPrice
from fluxtui.domain.text import safe_text
from fluxtui.providers.base import CancelAnswer, Packing, Phase, RemoteStatus, RemoteTask
from fluxtui.providers.fal.prices import billed
from fluxtui.providers.logs import progress_in, shown_log
from fluxtui.providers.reading import as_mapping, as_number, as_text, as_whole, texts_in

COMPLETED = "COMPLETED"
RESULT_STATUSES = frozenset({400, 409, 422, 499, 500, 502, 503, 504})
"""HTTP statuses with which the result of a failed task can come, its body being what the model said."""
CANCEL_STATUSES = frozenset({400, 404})
"""HTTP statuses with which the answer to a cancellation can come."""

BILLED_UNITS = "x-fal-billable-units"

_PHASES: Mapping[str, Phase] = {"IN_QUEUE": Phase.QUEUED, "IN_PROGRESS": Phase.RUNNING}
_WORDS = {"IN_QUEUE": "in fal's queue", "IN_PROGRESS": "running"}
_CLIENT_CLOSED_REQUEST = 499
_CANCELLED, _MODERATED = "client_cancelled", "content_policy_violation"
_WEIGHTS = ("diffusers_lora_file", "lora_file")
_NSFW = (
    "fal.ai's safety check found something in the picture, which it then paints black; another prompt or "
    "seed may do, or the safety check switched off"
)
_PROMPT_LENGTH = 20_000

_CANCEL_ANSWERS = {
    "OK": CancelAnswer.GONE,
    "CANCELLATION_REQUESTED": CancelAnswer.ASKED,
    "ALREADY_COMPLETED": CancelAnswer.TOO_LATE,
    "NOT_FOUND": CancelAnswer.UNKNOWN,
}


def word_of(data: Any) -> str:
    """Return fal's own status. Raises `UnexpectedAnswer` where there is none."""
    word = as_text(as_mapping(data).get("status"), limit=60)
    if word is None:
        raise UnexpectedAnswer("fal.ai's answer about the task has no status.")
    return word


def unfinished(data: Any, task: RemoteTask) -> RemoteStatus:
    """Return what is said of a task that has not ended; a status that is new counts as running."""
    answer, word = as_mapping(data), word_of(data)
    log = _log(answer)
    phase = _PHASES.get(word, Phase.RUNNING)
    position = as_whole(answer.get("queue_position")) if phase is Phase.QUEUED else None
    return RemoteStatus(
        phase=phase,
        word=_WORDS.get(word, word),
        progress=progress_in(log, as_whole(task.parameters.get("steps"))) if phase is Phase.RUNNING else None,
        answer=answer,
        queue_position=position if position is not None and position >= 0 else None,
        log=log,
    )


def told_failure(data: Any) -> bool:
    """Tell whether the status of a completed task says that it failed."""
    answer = as_mapping(data)
    return bool(answer.get("error") or answer.get("error_type"))


def is_told_failure(status: Any, result: JSONAnswer) -> bool:
    """Tell whether what came in place of a result is the failure that the status told.

    Where fal's gateway fails just then, it says nothing of the task: neither why it failed nor what it cost.
    """
    told = as_text(as_mapping(status).get("error_type"), limit=60)
    if not told_failure(status) or result.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return told_failure(status)
    return told is None or fault_of(result.data, result.headers).kind == told


def succeeded(status: Any, result: JSONAnswer, task: RemoteTask, told: UnitPrice | None) -> RemoteStatus:
    """Return what came of a task that went well.

    Args:
        status: the body of the last answer about it.
        result: the answer with its result.
        task: as it was ordered.
        told: the price that fal told of its endpoint.
    """
    answer = as_mapping(result.data)
    training = task.kind is JobKind.TRAINING
    url, *more = ((_weights_url(answer),) if training else _picture_urls(answer)) or (None,)
    cost = billed(task.endpoint, as_number(result.headers.get(BILLED_UNITS)), told)
    if url is None:
        what = "file of a LoRA" if training else "picture"
        message = f"fal.ai finished the task but named no {what}."
        return RemoteStatus(
            Phase.FAILED,
            "completed",
            message=message,
            answer=answer,
            log=_log(status),
            cost_credits=cost,
            unsure=True,
        )
    flags = answer.get("has_nsfw_concepts")
    black = isinstance(flags, list) and any(flag is True for flag in flags)
    return RemoteStatus(
        phase=Phase.READY,
        word="completed",
        progress=1.0,
        result_url=None if training else url,
        more_urls=() if training else tuple(item for item in more if item),
        details=_details(status, answer),
        answer=answer,
        log=_log(status),
        weights_url=url if training else None,
        weights_packing=Packing.FILE,
        cost_credits=cost,
        remark=f"({_NSFW})" if black else "",
    )


def failed(status: Any, result: JSONAnswer | None) -> RemoteStatus:
    """Return what is said of a task that failed.

    Args:
        status: the body of the last answer about it.
        result: the answer in place of its result, or None where that could not be had.
    """
    said = as_mapping(status)
    fault = fault_of(result.data, result.headers) if result is not None else None
    code = result.status if result is not None else None
    kind = (fault.kind if fault else "") or as_text(said.get("error_type"), limit=60) or ""
    words = (fault.words if fault else "") or as_text(said.get("error")) or kind
    answer = as_mapping(result.data) if result is not None else said
    log = _log(status)
    if kind == _CANCELLED or code == _CLIENT_CLOSED_REQUEST:
        return RemoteStatus(Phase.CANCELLED, "cancelled", message=words, answer=answer, log=log)
    if kind == _MODERATED:
        message = f"fal.ai's moderation refused it. It says: {words}"
        return RemoteStatus(Phase.MODERATED, "moderated", message=message, answer=answer, log=log)
    own_fault = code is not None and code >= HTTPStatus.INTERNAL_SERVER_ERROR
    what = "fal.ai failed, which it does not bill." if own_fault else "fal.ai could not do it."
    return RemoteStatus(
        phase=Phase.FAILED,
        word="failed",
        message=f"{what} It says: {words}" if words else what,
        answer=answer,
        log=log,
        cost_credits=0.0 if own_fault else None,
    )


def cancel_answer_of(data: Any) -> CancelAnswer:
    """Return what the answer to a cancellation says; whatever is not known means that it was asked for."""
    word = as_text(as_mapping(data).get("status"), limit=60) or ""
    return _CANCEL_ANSWERS.get(word.upper(), CancelAnswer.ASKED)


def _weights_url(answer: Mapping[str, Any]) -> str | None:
    urls = (as_mapping(answer.get(name)).get("url") for name in _WEIGHTS)
    return next((url for url in urls if isinstance(url, str) and url), None)


def _picture_urls(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the addresses of all pictures; most models list them, a few name one `image`."""
    images = answer.get("images")
    told = images if isinstance(images, list) and images else [answer.get("image")]
    return texts_in([as_mapping(image).get("url") if isinstance(image, Mapping) else image for image in told])


def _log(status: Any) -> str | None:
    lines = as_mapping(status).get("logs")
    if not isinstance(lines, list):
        return None
    messages = (as_mapping(line).get("message") for line in lines)
    return shown_log("\n".join(message for message in messages if isinstance(message, str)))


def _details(status: Any, answer: Mapping[str, Any]) -> dict[str, Any]:
    metrics = as_mapping(as_mapping(status).get("metrics"))
    prompt = answer.get("prompt")
    found = {
        "seed": as_whole(answer.get("seed")),
        "duration": as_number(metrics.get("inference_time")),
        "prompt": safe_text(prompt, limit=_PROMPT_LENGTH) if isinstance(prompt, str) and prompt else None,
    }
    return {name: value for name, value in found.items() if value is not None}
