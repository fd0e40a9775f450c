"""What BFL says of a task, in our words. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.money import as_cost
from fluxtui.domain.text import safe_text
from fluxtui.providers.base import Phase, RemoteStatus
from fluxtui.providers.reading import as_mapping, as_number, as_text, as_whole, texts_in

ERROR_STATUSES = frozenset({400, 404, 422, 500, 502, 503, 504})
"""HTTP statuses with which the poll of a failed task can come, its body being an ordinary answer."""

PHASES: Mapping[str, Phase] = {
    "pending": Phase.QUEUED,
    "reasoning": Phase.RUNNING,
    "generating": Phase.RUNNING,
    "ready": Phase.READY,
    "request moderated": Phase.MODERATED,
    "content moderated": Phase.MODERATED,
    "error": Phase.FAILED,
    "task not found": Phase.MISSING,
}
"""Our word for each of the service's; one that it adds later counts as running, for it may still end well."""

MISSING = RemoteStatus(Phase.MISSING, "Task not found")

_EXPLANATIONS = {
    "request moderated": "The service's moderation refused the input.",
    "content moderated": "The service's moderation refused the result.",
    "error": "The service could not finish the task.",
}
_MESSAGE_KEYS = ("message", "error", "detail", "reason", "Moderation Reasons", "moderation_reasons")
_PROMPT_LENGTH = 20_000


def status_of(data: Any, kind: JobKind) -> RemoteStatus:
    """Return what the body of a poll says.

    Raises:
        UnexpectedAnswer: it has no status.
    """
    answer = as_mapping(data)
    word = as_text(answer.get("status"), limit=60)
    if word is None:
        raise UnexpectedAnswer("The service's answer about the task has no status.")
    known = word.casefold()
    phase = PHASES.get(known, Phase.RUNNING)
    result = as_mapping(answer.get("result"))
    url, *more = pictures_in(result) or (None,)
    if phase is Phase.READY and kind is JobKind.GENERATION and url is None:
        named_none = "The service finished the task but named no picture."
        cost = _cost(answer, result)
        return RemoteStatus(
            Phase.FAILED, word, message=named_none, answer=answer, cost_credits=cost, unsure=True
        )
    return RemoteStatus(
        phase=phase,
        word=word,
        progress=progress_of(answer.get("progress")),
        result_url=url if phase is Phase.READY else None,
        more_urls=tuple(more) if phase is Phase.READY else (),
        message=_message(known, answer, result),
        details=_details(result),
        answer=answer,
        cost_credits=_cost(answer, result),
    )


def pictures_in(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the addresses of the pictures in a result, or the pictures themselves as base64.

    One is asked for and named in `sample`; should a list come there, none of it is lost.
    """
    return texts_in(result.get("sample")) or texts_in(result.get("samples"))


def _cost(answer: Mapping[str, Any], result: Mapping[str, Any]) -> float | None:
    """Return the cost in credits where it is told: FLUX.1 tells it only here (seen live, 2026-09)."""
    told = as_cost(answer.get("cost"))
    return as_cost(result.get("cost")) if told is None else told


def progress_of(value: Any) -> float | None:
    """Return progress as 0 to 1; the service does not say whether it counts to 1 or to 100."""
    number = as_number(value)
    if number is None:
        return None
    return min(1.0, max(0.0, number / 100 if number > 1 else number))


def _message(known: str, answer: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    if known not in _EXPLANATIONS:
        return ""
    said = _words(answer.get("details")) or _words(result)
    return f"{_EXPLANATIONS[known]} It says: {said}" if said else _EXPLANATIONS[known]


def _words(details: Any) -> str:
    if isinstance(details, str):
        return safe_text(details.strip(), limit=300)
    for key in _MESSAGE_KEYS:
        value = as_mapping(details).get(key)
        parts = value if isinstance(value, list) else [value]
        told = ", ".join(part for part in parts if isinstance(part, str))
        if told:
            return safe_text(told.strip(), limit=300)
    return ""


def _details(result: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "seed": as_whole(result.get("seed")),
        "duration": as_number(result.get("duration")),
        "prompt": as_text(result.get("prompt"), limit=_PROMPT_LENGTH),
    }
    return {name: value for name, value in found.items() if value is not None}
