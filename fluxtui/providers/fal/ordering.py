"""What fal answers to an order. Source: fal.ai queue reference and fal-client 1.0.3, read 2026-11."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxtui.domain.endpoint import Endpoint, TrainingEndpoint
from fluxtui.domain.errors import InDoubt, NotFound, ServiceError, TrainingDiscontinued
from fluxtui.providers.base import Accepted
from fluxtui.providers.reading import as_identifier, as_mapping

RESULT, CANCEL = "result", "cancel"
"""The purposes of the addresses that fal gives besides that of the status."""

NO_RETRY: Mapping[str, str] = {"X-Fal-No-Retry": "1"}
"""Keeps fal from running a task again by itself, up to ten times, after a fault of its own."""

_LOOK_FIRST = (
    "It is looked for among fal's past requests, where it may appear only once it has ended. "
    "Look at fal.ai/dashboard/requests before you send it again."
)


def accepted_in(data: Any) -> Accepted:
    """Return the task that was accepted, with the addresses that fal wants it to be asked for at.

    Raises:
        InDoubt: the answer names none.
    """
    answer = as_mapping(data)
    remote_id = as_identifier(answer.get("request_id"))
    if remote_id is None:
        raise InDoubt(
            "fal.ai accepted the request, which may have been billed, but its answer names no task.",
            next_step=_LOOK_FIRST,
        )
    named = {RESULT: answer.get("response_url"), CANCEL: answer.get("cancel_url")}
    status_url = answer.get("status_url")
    return Accepted(
        remote_id=remote_id,
        polling_url=status_url if isinstance(status_url, str) and status_url else None,
        answer=answer,
        addresses={purpose: url for purpose, url in named.items() if isinstance(url, str) and url},
    )


def order_failure(error: ServiceError, request: Endpoint) -> ServiceError:
    """Return the error for an order that failed, in words for people where the endpoint is gone."""
    if isinstance(error, InDoubt):
        error.next_step = _LOOK_FIRST
        return error
    if not isinstance(error, NotFound):
        return error
    failure: NotFound
    if isinstance(request, TrainingEndpoint):
        failure = discontinued(request)
    else:
        failure = NotFound(
            f"fal.ai does not offer {request.info.title} ({request.info.id}). Nothing was billed.",
            next_step="Choose another endpoint.",
        )
    failure.detail, failure.status, failure.kind = error.detail, error.status, error.kind
    return failure


def discontinued(request: Endpoint) -> TrainingDiscontinued:
    """Return the error for a trainer that is gone."""
    return TrainingDiscontinued(
        f"fal.ai no longer offers {request.info.title} ({request.info.id}). Nothing was billed.",
        next_step="Use another trainer.",
    )
