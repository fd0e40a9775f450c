"""Reading what a service answers: JSON, and its failures as our errors.

A 422 echoes the whole request as `input`, megabytes of base64: it is never looked at. Whatever text is taken
over is made safe and short first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fluxtui.api.retries import retry_after
from fluxtui.domain.errors import (
    NotAuthenticated,
    NotFound,
    NotPermitted,
    OutOfCredits,
    Problem,
    RateLimited,
    Refused,
    ServiceDown,
    ServiceError,
    TimedOut,
)
from fluxtui.domain.text import safe_text

MOST_PROBLEMS = 20
_FIELD_LENGTH, _REASON_LENGTH, _DETAIL_LENGTH = 60, 200, 300
_SALVAGE_BYTES = 64 * 1024
_PLACES = frozenset({"body", "query", "path", "header"})
_LOC_AND_MSG = re.compile(rb'"loc"\s*:\s*(\[[^\[\]]{0,400}\])\s*,\s*"msg"\s*:\s*("(?:[^"\\]|\\.){0,1000}")')
_NO_KEY = re.compile(
    r"not authenticated|invalid authentication|invalid api key|unauthori[sz]ed", re.IGNORECASE
)


@dataclass(frozen=True)
class Answer:
    """A successful answer: HTTP status, parsed JSON, and headers with lower-case names."""

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
    """Bytes of an answer as received; `complete` is False where reading stopped at the limit."""

    content: bytes
    complete: bool = True


class Unreadable(ValueError):
    """The body is not JSON."""


def parse(body: Body) -> Any:
    """Return the JSON value of a body. Raises `Unreadable`."""
    if not body.complete:
        raise Unreadable("too large")
    try:
        return json.loads(body.content)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None


def error_for(status: int, headers: Mapping[str, str], body: Body, host: str) -> ServiceError:
    """Return the error that an answer means.

    Args:
        status: HTTP status of 300 or more.
        headers: with lower-case names.
        body: as far as it was read.
        host: who answered, for the sentence.
    """
    try:
        data = parse(body)
    except Unreadable:
        data = None
    error = _error_for(status, headers, body, data, host)
    error.detail = detail_of(data)
    return error


def _error_for(status: int, headers: Mapping[str, str], body: Body, data: Any, host: str) -> ServiceError:
    detail = detail_of(data)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _key_error(status, detail, host)
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return OutOfCredits(
            _said(f"The account at {host} has not enough credits; nothing was billed.", detail)
        )
    if status == HTTPStatus.NOT_FOUND:
        return NotFound(_said(f"{host} does not know what was asked for.", detail))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wish = retry_after(headers.get("retry-after"))
        return RateLimited(_said(f"{host} has too many tasks of this account.", detail), retry_after=wish)
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return TimedOut(f"{host} waited too long for the request.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not problems_of(data):
        return ServiceDown(_said(f"{host} answered with an error of its own (HTTP {status}).", detail))
    if status >= HTTPStatus.BAD_REQUEST:
        return _refusal(status, data, detail, body, host)
    return Refused(
        f"{host} redirected the request (HTTP {status}), which is not followed. Nothing was billed.",
        next_step="Check the base URL of this profile.",
    )


def _said(sentence: str, detail: str) -> str:
    return f"{sentence} It says: {detail}" if detail else sentence


def _key_error(status: int, detail: str, host: str) -> ServiceError:
    if status == HTTPStatus.UNAUTHORIZED or not detail or _NO_KEY.search(detail):
        return NotAuthenticated(f"{host} does not accept the key; nothing was billed.")
    return NotPermitted(_said(f"{host} does not permit this to the key; nothing was billed.", detail))


def _refusal(status: int, data: Any, detail: str, body: Body, host: str) -> Refused:
    problems = problems_of(data) or (() if body.complete else salvaged_problems(body.content))
    sentence = f"{host} refused the request (HTTP {status}); nothing was billed."
    return Refused(sentence if problems else _said(sentence, detail), problems)


def detail_of(data: Any) -> str:
    """Return the sentence in an error's body, safe and short, or an empty string."""
    if not isinstance(data, dict):
        return ""
    for name in ("detail", "message", "error"):
        value = data.get(name)
        if isinstance(value, dict):
            value = value.get("message")
        if isinstance(value, str):
            return safe_text(value.strip(), limit=_DETAIL_LENGTH)
    return ""


def problems_of(data: Any) -> tuple[Problem, ...]:
    """Return the fields and reasons of a refusal, without what the service echoes of the request."""
    details = data.get("detail") if isinstance(data, dict) else None
    if not isinstance(details, list):
        return ()
    found = (_problem(item.get("loc"), item.get("msg")) for item in details if isinstance(item, dict))
    return tuple(problem for problem in found if problem is not None)[:MOST_PROBLEMS]


def salvaged_problems(content: bytes) -> tuple[Problem, ...]:
    """Return what can be read of a refusal that was too large to be read whole."""
    found = []
    for loc, message in _LOC_AND_MSG.findall(content[:_SALVAGE_BYTES])[:MOST_PROBLEMS]:
        try:
            problem = _problem(json.loads(loc), json.loads(message))
        except ValueError:
            continue
        if problem is not None:
            found.append(problem)
    return tuple(found)


def _problem(loc: Any, message: Any) -> Problem | None:
    if not isinstance(message, str):
        return None
    parts = [part for part in loc if isinstance(part, str | int)] if isinstance(loc, list) else []
    if parts and parts[0] in _PLACES:
        parts = parts[1:]
    field = ".".join(safe_text(part, limit=_FIELD_LENGTH) for part in parts[:5])
    reason = safe_text(message.removeprefix("Value error, ").strip(), limit=_REASON_LENGTH)
    return Problem(safe_text(field, limit=_FIELD_LENGTH), reason)
