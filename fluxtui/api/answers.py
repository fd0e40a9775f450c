"""Reading what a service answers: JSON, and its failures as our errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, replace
from http import HTTPStatus
from typing import Any

from fluxtui.api.shapes import FailureDetails, fault_of, salvaged_problems
from fluxtui.domain.errors import (
    Moderated,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    OutOfCredits,
    RateLimited,
    Refused,
    ServiceDown,
    ServiceError,
    TimedOut,
)
from fluxtui.domain.json_text import NotJson, read_json
from fluxtui.domain.keys import KeyFilter, key_filter
from fluxtui.system.dataclass import dataclass

_CLIENT_CLOSED_REQUEST = 499
_NO_KEY = re.compile(
    r"not authenticated|invalid authentication|invalid api key|unauthori[sz]ed|unauthenticated"
    r"|invalid key authori[sz]ation|no user found for key",
    re.IGNORECASE,
)
# Source: fal.ai error reference, read 2026-11.
_MODERATED = "content_policy_violation"
_SERVICE_FAULTS = frozenset({"internal_server_error", "downstream_service_unavailable", "generation_timeout"})
# Source: answers of fal.ai to accounts without balance, as several projects report them, read 2026-11.
_LOCKED = "user is locked"


@dataclass(frozen=True)
class JSONAnswer:
    """An answer that is no error: HTTP status, parsed JSON, and headers with lower-case names."""

    status: int
    data: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Downloaded:
    """A result that was saved: its size in bytes, and the content type that the server named for it."""

    size: int
    content_type: str


@dataclass(frozen=True)
class Body:
    """Bytes of an answer as received.

    Attributes:
        content: what came.
        complete: False where reading stopped at the limit.
        keys: what is taken out of everything that is read of it.
    """

    content: bytes
    complete: bool = True
    keys: KeyFilter = field(default_factory=lambda: key_filter(frozenset()))


class NotJSON(ValueError):
    """The body is not JSON."""


def parse(body: Body) -> Any:
    """Return the JSON value of a body, without the keys in use. Raises `NotJSON`."""
    if not body.complete:
        raise NotJSON("too large")
    try:
        return body.keys.cleaned(read_json(body.content))
    except NotJson:
        raise NotJSON("not JSON") from None


def error_for(status: int, headers: Mapping[str, str], body: Body, host: str) -> ServiceError:
    """Return the error that an answer means.

    Args:
        status: HTTP status of 300 or more.
        headers: with lower-case names.
        body: as far as it was read.
        host: who answered, for the sentence.
    """
    try:
        fault = fault_of(parse(body), headers)
    except NotJSON:
        fault = fault_of(None, headers)
    if not body.complete and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        fault = replace(fault, problems=salvaged_problems(body.content, body.keys))
    return _marked(_error_for(status, fault, host), status, fault)


def error_of(answer: JSONAnswer, host: str) -> ServiceError:
    """Return the error that an answer with an error status means, where it was taken for an answer.

    Args:
        answer: with a status of 300 or more.
        host: who answered, or what to call it in the sentence.
    """
    fault = fault_of(answer.data, answer.headers)
    return _marked(_error_for(answer.status, fault, host), answer.status, fault)


def _marked(error: ServiceError, status: int, fault: FailureDetails) -> ServiceError:
    error.detail, error.status, error.kind = fault.detail, status, fault.kind
    return error


def _error_for(status: int, fault: FailureDetails, host: str) -> ServiceError:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _key_error(status, fault.detail, host)
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return OutOfCredits(
            _said(f"The account at {host} has not enough credits; nothing was billed.", fault.detail)
        )
    if status == HTTPStatus.NOT_FOUND:
        return NotFound(_said(f"{host} does not know what was asked for.", fault.detail))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        sentence = _said(f"{host} has too many tasks of this account.", fault.detail)
        return RateLimited(sentence, retry_after=fault.retry_after)
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return TimedOut(f"{host} waited too long for the request.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and (fault.faulted or fault.kind in _SERVICE_FAULTS):
        return ServiceDown(_said(f"{host} answered with an error of its own (HTTP {status}).", fault.words))
    if status >= HTTPStatus.BAD_REQUEST:
        return _refusal(status, fault, host)
    return Refused(
        f"{host} redirected the request (HTTP {status}), which is not followed. Nothing was billed.",
        next_step="Check the base URL of this profile.",
    )


def _said(sentence: str, detail: str) -> str:
    return f"{sentence} It says: {detail}" if detail else sentence


def _key_error(status: int, detail: str, host: str) -> ServiceError:
    if status == HTTPStatus.FORBIDDEN and detail.casefold().startswith(_LOCKED):
        return OutOfCredits(_said(f"The account at {host} is locked; nothing was billed.", detail))
    if status == HTTPStatus.UNAUTHORIZED or not detail or _NO_KEY.search(detail):
        return NotAuthenticated(f"{host} does not accept the key; nothing was billed.")
    return NotPermitted(_said(f"{host} does not permit this to the key; nothing was billed.", detail))


def _refusal(status: int, fault: FailureDetails, host: str) -> ServiceError:
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and fault.kind == _MODERATED:
        return Moderated(_said(f"The moderation of {host} stopped the request.", fault.words))
    if status == _CLIENT_CLOSED_REQUEST:
        # What was cancelled can have run, and been billed, until then.
        cancelled = Refused(_said(f"{host} says that this was cancelled (HTTP {status}).", fault.detail))
        cancelled.billed = None
        return cancelled
    sentence = f"{host} refused the request (HTTP {status}); nothing was billed."
    return Refused(sentence if fault.problems else _said(sentence, fault.detail), fault.problems)
