"""Whether a past request at fal is a job whose answer was lost: by the whole body that it was sent with.

Source: fal.ai platform API reference, `GET /v1/models/requests/by-endpoint` (read 2026-11), which an ordinary
key may ask. It is sorted by the end of each request, so what waits or runs may not be in it: that nothing is
found proves nothing as long as the job may still run. Which of a request's times `start` means is not said;
none of them is before it was sent. It hands out bodies for 30 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from fluxtui.api.service import APIService
from fluxtui.providers.base import Candidate, Sought
from fluxtui.providers.fal.generation import FalGeneration
from fluxtui.providers.fal.platform import pages_of
from fluxtui.providers.fal.training import FalTraining
from fluxtui.providers.reading import as_identifier, as_mapping, as_moment

FOUND_WITHIN = timedelta(days=7)
"""How long a task may take to be listed: what has not begun by then finds its uploads gone, and fails."""

_REQUESTS = "/v1/models/requests/by-endpoint"
_AT_ONCE, _MOST_PAGES = "50", 40
"""Requests in one answer, which has the bodies of all of them, and answers that are looked through."""
_CLOCKS_DIFFER = timedelta(minutes=10)


class _Any:
    """An address that is not known any more: any text may be it."""


_ANY = _Any()


async def found(api: APIService, sought: Sought) -> tuple[Candidate, ...]:
    """Return the past requests that were sent with the body of a sought job. Raises `ServiceError`."""
    if _body(sought) is None:
        return ()
    query = [("endpoint_id", sought.request.info.id), ("expand", "payloads"), ("limit", _AT_ONCE)]
    if sought.submitted_at is not None:
        query.append(("start", _text(sought.submitted_at - _CLOCKS_DIFFER)))
    candidates: dict[str, Candidate] = {}
    for page in await pages_of(api, _REQUESTS, query, most=_MOST_PAGES):
        rows = page.get("items")
        for row in map(as_mapping, rows if isinstance(rows, list) else []):
            remote_id = as_identifier(row.get("request_id"))
            if remote_id is not None and _may_be(row, sought):
                candidates[remote_id] = _candidate(remote_id, row, sought)
    return tuple(candidates.values())


def _candidate(remote_id: str, row: Mapping[str, Any], sought: Sought) -> Candidate:
    """Return a past request as what a job may have become; its addresses follow from its id."""
    body = _body(sought) or {}
    told_apart = isinstance(sought.request, FalTraining) or "seed" in body
    exact = told_apart and not _holds_unknown(body)
    return Candidate(remote_id, as_moment(row.get("sent_at")), partial(_may_be, row), exact=exact)


def _may_be(row: Mapping[str, Any], sought: Sought) -> bool:
    sent, body = as_moment(row.get("sent_at")), _body(sought)
    if body is None or row.get("endpoint_id") != sought.request.info.id:
        return False
    if sent is not None and sought.submitted_at is not None and sent < sought.submitted_at - _CLOCKS_DIFFER:
        return False
    told = as_mapping(row.get("json_input"))
    return all(name in told and _same(told[name], value) for name, value in body.items())


def _body(sought: Sought) -> dict[str, Any] | None:
    """Return what a job was sent with, or None where nothing in it could tell it from others.

    An address that is not known any more is `_ANY`. That of an archive has to be known: two trainings with
    the same parameters differ in nothing else.
    """
    request = sought.request
    if isinstance(request, FalTraining):
        known = sought.archive_url
        lora = request.checkpoint
        checkpoint = sought.addresses.get(lora, _ANY) if lora is not None else None
        return None if known is None else request.with_files(known, checkpoint)
    if not isinstance(request, FalGeneration):
        return None
    values = request.given()
    named = [name for name in request.input_fields() if values.get(name)]
    return request.with_files(
        {name: sought.addresses.get(str(values[name]), _ANY) for name in named},
        {name: sought.addresses.get(name, _ANY) for name in request.finetunes_named()},
    )


def _holds_unknown(value: Any) -> bool:
    """Tell whether an address in a body is not known any more."""
    if isinstance(value, Mapping):
        return any(map(_holds_unknown, value.values()))
    return isinstance(value, _Any) or (isinstance(value, list) and any(map(_holds_unknown, value)))


def _same(told: Any, sent: Any) -> bool:
    """Tell whether a value that fal tells is the one that was sent; an unknown address is any text."""
    if isinstance(sent, _Any):
        return isinstance(told, str)
    if isinstance(sent, Mapping):
        told = as_mapping(told)
        return all(name in told and _same(told[name], value) for name, value in sent.items())
    if isinstance(sent, list):
        return isinstance(told, list) and len(told) == len(sent) and all(map(_same, told, sent))
    return isinstance(told, bool) == isinstance(sent, bool) and bool(told == sent)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
