"""The list of an account's past requests, with what each was sent and how it ended.

Source: fal.ai platform API reference, `GET /v1/models/requests/by-endpoint`, read 2026-11. It is sorted by
the end, and its schema lets the end be absent; whether it holds what waits or runs still, no source says.
Here it does not, unless the fault `listed-at-once` wants it. Which time `start` and `end` mean is not said
either: here it is the time of sending.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import QueryParams

from fluxtui.simulator.fal.jobs import COMPLETED, FalJob

MOST_ENDPOINTS = 50
"""How many endpoints one question may name."""

_DAY = 86_400.0
_KINDS = ("success", "error", "user_error")
_SORTED_BY = ("ended_at", "duration")


class RequestsError(Exception):
    """The question cannot be answered; the text says why."""


def past_requests(
    jobs: Sequence[FalJob], query: QueryParams, now: float, *, unfinished: bool
) -> list[dict[str, Any]]:
    """Return the requests that a question asks for, the last to end first.

    Args:
        jobs: of the account, up to date.
        query: of the question.
        now: seconds since the epoch.
        unfinished: whether what waits or runs is listed as well.

    Raises:
        RequestsError: a parameter is missing or out of range.
    """
    endpoints = [name for text in query.getlist("endpoint_id") for name in text.split(",") if name]
    if not 1 <= len(endpoints) <= MOST_ENDPOINTS:
        raise RequestsError(f"endpoint_id names 1 to {MOST_ENDPOINTS} endpoints.")
    kind, wanted, sorted_by = query.get("status"), query.get("request_id"), query.get("sort_by", "ended_at")
    if kind is not None and kind not in _KINDS:
        raise RequestsError(f"status is one of {', '.join(_KINDS)}.")
    if sorted_by not in _SORTED_BY:
        raise RequestsError(f"sort_by is one of {', '.join(_SORTED_BY)}.")
    if wanted is not None and not _is_uuid(wanted):
        raise RequestsError("request_id is a UUID.")
    start = _moment(query.get("start"), now - (90 * _DAY if wanted else _DAY))
    end = _moment(query.get("end"), now + 1)
    chosen = [
        job
        for job in jobs
        if job.endpoint in endpoints
        and start <= job.accepted_at < end
        and (unfinished or job.state(now) == COMPLETED)
        and (wanted is None or job.id == wanted)
        and (kind is None or kind == _kind_of(job, now))
    ]
    chosen.sort(key=lambda job: _run(job) if sorted_by == "duration" else _end(job, now), reverse=True)
    payloads = "payloads" in [name for text in query.getlist("expand") for name in text.split(",")]
    return [_row(job, now, payloads=payloads) for job in chosen]


def _row(job: FalJob, now: float, *, payloads: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "request_id": job.id,
        "endpoint_id": job.endpoint,
        "sent_at": _text(job.accepted_at),
        "started_at": _text(job.started_at if job.started_at is not None else job.accepted_at),
    }
    if job.state(now) == COMPLETED and job.ended_at is not None:
        status = job.failure.status if job.failure is not None else 200
        row |= {"ended_at": _text(job.ended_at), "status_code": status, "duration": _run(job)}
    if payloads and job.payload_kept:
        row["json_input"] = job.sent
    return row


def _kind_of(job: FalJob, now: float) -> str | None:
    if job.state(now) != COMPLETED:
        return None
    if job.failure is None:
        return "success"
    return "user_error" if job.failure.status < 500 else "error"


def _end(job: FalJob, now: float) -> float:
    return job.ended_at if job.ended_at is not None else now


def _run(job: FalJob) -> float:
    return round(job.run, 3) if job.started_at is not None else 0.0


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(text: str | None, usual: float) -> float:
    if text is None:
        return usual
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RequestsError("start and end are times in ISO 8601.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
