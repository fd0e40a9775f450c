"""What Runware answers to an order. Source: runware-sdk 1.8.0 and Runware's page on errors, read 2026-12."""

from __future__ import annotations

from http import HTTPStatus

from fluxtui.api.answers import JSONAnswer
from fluxtui.domain.errors import (
    InDoubt,
    Refused,
    ServiceError,
    UnexpectedAnswer,
)
from fluxtui.providers.base import Accepted
from fluxtui.providers.reading import as_mapping
from fluxtui.providers.runware.tasks import SERVICE, Meaning, Told, told_in

LOOK_FIRST = (
    "It is asked for by its own id, under which it was sent. "
    "Look at my.runware.ai before you send it again: a second one is a second task."
)


def accepted_in(answer: JSONAnswer, task_id: str) -> Accepted:
    """Return the task that was accepted.

    An answer of success without errors accepts it, whatever else it says: the acknowledgement can be empty.
    So does the refusal of a second task under the same id, for nothing but this very order can have that.

    Raises:
        InDoubt: the answer leaves it open.
        ServiceError: it was refused.
    """
    try:
        told = told_in(answer, task_id)
    except UnexpectedAnswer:
        raise InDoubt(
            f"{SERVICE} answered the order with something that is no acknowledgement.", next_step=LOOK_FIRST
        ) from None
    conflict = any(failure.meaning is Meaning.CONFLICT for failure in told.failures)
    if conflict or (answer.status < HTTPStatus.MULTIPLE_CHOICES and not told.failures):
        return Accepted(task_id, answer=as_mapping(answer.data))
    raise _refusal(told) if told.failures else told.error()


def _refusal(told: Told) -> ServiceError:
    failure = told.failures[0]
    error = failure.error()
    if (
        error is None
        and told.answer.status >= HTTPStatus.MULTIPLE_CHOICES
        and failure.meaning is not Meaning.TIMEOUT
    ):
        return told.error()
    if error is None and failure.meaning in (Meaning.REFUSED, Meaning.NOT_FOUND):
        error = Refused(failure.said(f"{SERVICE} refused the request; nothing was billed."))
    if error is None:
        sentence = f"{SERVICE} tells of a fault, and it is not known whether it took the order."
        error = InDoubt(failure.said(sentence), next_step=LOOK_FIRST)
    error.detail, error.status, error.kind = failure.message, told.answer.status, failure.code
    return error
