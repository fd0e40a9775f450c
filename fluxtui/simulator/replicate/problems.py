"""Replicate's refusals, as `application/problem+json`."""

from __future__ import annotations

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"

_NOT_FOUND = "The requested resource could not be found."
_NO_CREDIT = (
    "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to "
    "purchase credit. Once you purchase credit, please wait a few minutes before trying again."
)
_BAD_VERSION = "The specified version does not exist (or perhaps you don't have permission to use it?)"


class ProblemError(Exception):
    """The request ends here with the HTTP `status` that `document` names."""

    def __init__(self, status: int, detail: str, title: str | None = None, **more: Any) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.document: dict[str, Any] = {"detail": detail, "status": status, **more}
        if title is not None:
            self.document = {"title": title, **self.document}

    def response(self) -> Response:
        """Return the answer to send."""
        return Response(json.dumps(self.document), self.status, media_type=MEDIA_TYPE)


def unauthenticated() -> ProblemError:
    """The key is missing or unknown."""
    return ProblemError(401, "You did not pass a valid authentication token", "Unauthenticated")


def insufficient_credit() -> ProblemError:
    """The account has nothing left."""
    return ProblemError(402, _NO_CREDIT, "Insufficient credit")


def not_found(detail: str = _NOT_FOUND) -> ProblemError:
    """There is no such thing, or it belongs to somebody else."""
    return ProblemError(404, detail)


def no_such_destination() -> ProblemError:
    """A training names a model that does not exist or is somebody else's."""
    return not_found("The specified training destination does not exist")


def unknown_version() -> ProblemError:
    """A prediction names a version that does not exist. Replicate answers 422 here, not 404."""
    return ProblemError(422, _BAD_VERSION, "Invalid version or not permitted")


def bad_request(detail: str) -> ProblemError:
    """The request cannot be read."""
    return ProblemError(400, detail, "Bad request")


def conflict(detail: str) -> ProblemError:
    """The request does not fit what is there already."""
    return ProblemError(409, detail, errors=[{"detail": detail}])


def throttled(seconds: int, *, told: bool) -> ProblemError:
    """There were too many requests. `told` writes the wait into the body too; there is no Retry-After header.

    Both forms were seen: the documentation's, and a newer one with `status` and `retry_after`.
    """
    detail = f"Request was throttled. Your rate limit resets in ~{seconds}s."
    problem = ProblemError(429, detail, retry_after=seconds)
    if not told:
        problem.document = {"detail": detail}
    return problem


async def answer_problem(_request: Request, error: Exception) -> Response:
    """Turn a ProblemError or Starlette's own HTTPException into a problem document."""
    if isinstance(error, ProblemError):
        return error.response()
    if isinstance(error, HTTPException):
        detail = _NOT_FOUND if error.status_code == 404 else error.detail
        return ProblemError(error.status_code, detail).response()
    raise error


EXCEPTION_HANDLERS = {ProblemError: answer_problem, HTTPException: answer_problem}
