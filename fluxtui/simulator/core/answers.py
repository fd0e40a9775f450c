"""The service's refusals, and how they look on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

FINETUNE_NOT_FOUND = "Finetune not found or not ready"


class AnswerError(Exception):
    """The request ends here with an HTTP `status` and a JSON body holding `detail`."""

    def __init__(self, status: int, detail: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.detail = detail
        self.headers = headers

    def response(self) -> Response:
        """Return the answer to send."""
        return JSONResponse({"detail": self.detail}, self.status, headers=self.headers)


def not_authenticated() -> AnswerError:
    """The key is missing or unknown."""
    return AnswerError(403, "Not authenticated - Invalid Authentication")


def not_permitted() -> AnswerError:
    """The key is known but may do nothing."""
    return AnswerError(403, "Not authorized - This key has no permission for this resource")


def out_of_credits() -> AnswerError:
    """The balance does not cover the job."""
    return AnswerError(402, "Insufficient credits")


def too_many_active(limit: int) -> AnswerError:
    """The account has `limit` tasks running already."""
    return AnswerError(429, f"Rate limit exceeded: at most {limit} active tasks")


def finetune_not_found() -> AnswerError:
    """No such finetune for this account in this region, or it is still training. The 404 is our reading."""
    return AnswerError(404, FINETUNE_NOT_FOUND)


def not_found() -> AnswerError:
    """There is no such path."""
    return AnswerError(404, "Not Found")


async def answer_error(_request: Request, error: Exception) -> Response:
    """Turn an AnswerError or Starlette's own HTTPException into the service's JSON."""
    if isinstance(error, AnswerError):
        return error.response()
    if isinstance(error, HTTPException):
        return JSONResponse({"detail": error.detail}, error.status_code, headers=error.headers)
    raise error


EXCEPTION_HANDLERS = {AnswerError: answer_error, HTTPException: answer_error}
