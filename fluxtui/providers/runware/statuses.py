"""What Runware says of a task, in our words.

Sources: Runware's pages on task polling and task details and runware-sdk 1.8.0, read 2026-12; that an answer
can be empty while a task runs, from its client's tests and from what others saw (2026).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fluxtui.domain.errors import ServiceDown, ServiceError
from fluxtui.domain.money import as_cost, credits
from fluxtui.providers.base import Phase, RemoteStatus
from fluxtui.providers.reading import as_flag, as_mapping, as_number, as_text, as_whole
from fluxtui.providers.runware.tasks import SERVICE, Failure, Meaning, Told

_NSFW = "Runware's content check marked this picture."
_WORDS = {"processing": "running", "success": "done"}
_WHOLE = 100.0


def status_of(told: Told) -> RemoteStatus | None:
    """Return what an answer tells of a task, None where it tells nothing.

    Raises:
        ServiceError: the question failed, and not the task.
    """
    items, answer = told.items, as_mapping(told.answer.data)
    done = delivered(items, answer)
    if done is not None:
        return done
    if told.failures:
        return _failed(told.failures[0], answer)
    if not items:
        return None
    word = as_text(items[0].get("status"), limit=60) or "acknowledged"
    progress = as_number(items[0].get("progress"))
    share = progress / _WHOLE if progress is not None and 0 <= progress <= _WHOLE else None
    return RemoteStatus(Phase.RUNNING, _WORDS.get(word, word), progress=share)


def delivered(items: Iterable[Mapping[str, Any]], answer: Mapping[str, Any]) -> RemoteStatus | None:
    """Return the status of a task that has delivered a picture, None where none of the items has one."""
    pictures = [(url, item) for item in items if (url := _address(item)) is not None]
    if not pictures:
        return None
    (url, item), more = pictures[0], tuple(url for url, _ in pictures[1:])
    marked = any(as_flag(other.get("NSFWContent")) for _, other in pictures)
    seed = as_whole(item.get("seed"))
    return RemoteStatus(
        Phase.READY,
        "done",
        progress=1.0,
        result_url=url,
        details={} if seed is None else {"seed": seed},
        answer=answer,
        cost_credits=_cost(item for _, item in pictures),
        remark=_NSFW if marked else "",
        more_urls=more,
    )


def _address(item: Mapping[str, Any]) -> str | None:
    url = item.get("imageURL")
    return url if isinstance(url, str) and url else None


def _cost(items: Iterable[Mapping[str, Any]]) -> float | None:
    """Return what all pictures of a task cost together, in credits, as far as every one tells it."""
    told = [as_cost(item.get("cost")) for item in items]
    known = [usd for usd in told if usd is not None]
    return as_cost(round(credits(sum(known)), 6)) if known and len(known) == len(told) else None


def _failed(failure: Failure, answer: Mapping[str, Any]) -> RemoteStatus | None:
    """Return how a task has failed, None where only the question was not understood or the task not known."""
    match failure.meaning:
        case Meaning.NOT_FOUND:
            return None
        case Meaning.SAFETY:
            return _ended(Phase.MODERATED, failure, answer)
        case Meaning.KEY | Meaning.PERMISSION | Meaning.TOO_MANY if not failure.outcome:
            raise failure.error() or _troubled(failure)
        case Meaning.PASSING | Meaning.TIMEOUT if not failure.outcome:
            raise _troubled(failure)
    if failure.of_question:
        return None
    return _ended(Phase.FAILED, failure, answer, unsure=not failure.outcome)


def _troubled(failure: Failure) -> ServiceError:
    return ServiceDown(failure.said(f"{SERVICE} cannot tell of the task now."))


def _ended(
    phase: Phase, failure: Failure, answer: Mapping[str, Any], *, unsure: bool = False
) -> RemoteStatus:
    word = failure.code or "error"
    return RemoteStatus(phase, word, message=failure.message, answer=answer, unsure=unsure)
