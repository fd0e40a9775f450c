"""What Replicate answers to an order.

Source: Replicate HTTP API reference and reports of its users, read 2026-11.
"""

from __future__ import annotations

from typing import Any

from fluxtui.domain.endpoint import Endpoint, TrainingEndpoint
from fluxtui.domain.errors import InDoubt, NotFound, Refused, ServiceError
from fluxtui.providers.base import Accepted
from fluxtui.providers.reading import as_identifier, as_mapping
from fluxtui.providers.replicate.names import unknown_finetune

_BAD_VERSION = "the specified version does not exist"
_LOOK_FIRST = "Look at replicate.com before you send it again."


def accepted_in(data: Any) -> Accepted:
    """Return the task that was accepted.

    Addresses in the answer are not kept: those of a training point among the predictions.

    Raises:
        InDoubt: the answer names none.
    """
    answer = as_mapping(data)
    remote_id = as_identifier(answer.get("id"))
    if remote_id is None:
        raise InDoubt(
            "Replicate accepted the request, which may have been billed, but its answer names no task.",
            next_step=_LOOK_FIRST,
        )
    return Accepted(remote_id=remote_id, answer=answer)


def order_failure(error: ServiceError, request: Endpoint) -> ServiceError:
    """Return the error for an order that failed, in words for people where it says that something is gone.

    A version that is unknown comes as 422, a destination or a model as 404.
    """
    gone = isinstance(error, Refused) and error.detail.casefold().startswith(_BAD_VERSION)
    if isinstance(error, NotFound) and isinstance(request, TrainingEndpoint):
        failure = NotFound(
            "The model at Replicate that the training was to end in, or this version of the trainer, is "
            "gone. Nothing was billed.",
            next_step="Start the training again: what is missing is made anew.",
        )
    elif isinstance(error, NotFound):
        failure = NotFound(
            f"Replicate does not offer {request.info.title} ({request.info.id}). Nothing was billed.",
            next_step="Choose another endpoint.",
        )
    elif gone:
        failure = unknown_finetune(str(getattr(request, "finetune_id", request.info.title)))
    else:
        return error
    failure.detail, failure.status, failure.kind = error.detail, error.status, error.kind
    return failure
