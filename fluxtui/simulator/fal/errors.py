"""How fal says no: errors of a model, of its gateway and of its platform API.

Source: fal.ai documentation (model errors, request errors, platform API) and fal-client 1.0.3, read 2026-11.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_PAGE = "https://docs.fal.ai/errors#"


@dataclass(frozen=True, slots=True)
class Failure:
    """A refusal or a failed job: HTTP status, body and headers, and what the job's status says of it."""

    status: int
    body: Any
    error: str = ""
    error_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Return the answer to send."""
        return JSONResponse(self.body, self.status, headers=self.headers)

    def document(self) -> dict[str, Any]:
        """Return the failure as JSON-ready data, the inverse of `Failure(**document)`."""
        return asdict(self)


class FalError(Exception):
    """The request ends here with a `failure`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"HTTP {failure.status}")
        self.failure = failure


def problem(kind: str, message: str, *where: str | int, given: Any = None, **context: Any) -> dict[str, Any]:
    """Describe one thing that is wrong with a request; `where` is the way to it in the body."""
    found: dict[str, Any] = {"loc": ["body", *where], "msg": message, "type": kind, "url": _PAGE + kind}
    if context:
        found["ctx"] = context
    return found | {"input": given}


def in_model_words(found: dict[str, Any], given: Any) -> dict[str, Any]:
    """Return a problem of the shared validation in fal's words: its page, and only the value as input."""
    return found | {"url": _PAGE + str(found["type"]), "input": given}


def input_failure(problems: list[dict[str, Any]], status: int = 422) -> Failure:
    """The model refuses its input."""
    return Failure(status, {"detail": problems}, problems[0]["msg"], problems[0]["type"])


def model_failure(status: int, kind: str, message: str, **context: Any) -> Failure:
    """The model failed on the whole request, not on one field."""
    found = problem(kind, message, **context)
    retryable = {"X-Fal-Retryable": "true" if status >= 500 else "false"}
    return Failure(status, {"detail": [found]}, message, kind, retryable)


def gateway_failure(status: int, kind: str, message: str, **headers: str) -> Failure:
    """fal's own machinery failed, not the model."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"detail": message, "error_type": kind}
    return Failure(status, body, message, kind, {"X-Fal-Error-Type": kind, **named})


def refused(status: int, message: str) -> Failure:
    """A refusal that says nothing but its text."""
    return Failure(status, {"detail": message}, message)


def platform_failure(status: int, kind: str, message: str, request_id: str) -> Failure:
    """The platform API refuses."""
    error = {"type": kind, "message": message, "docs_url": f"https://docs.fal.ai/platform-apis#{kind}"}
    return Failure(status, {"error": {**error, "request_id": request_id}}, message, kind)


async def answer_error(_request: Request, error: Exception) -> Response:
    """Turn a FalError or Starlette's own HTTPException into fal's JSON."""
    if isinstance(error, FalError):
        return error.failure.response()
    if isinstance(error, HTTPException):
        return JSONResponse({"detail": error.detail}, error.status_code, headers=error.headers)
    raise error


EXCEPTION_HANDLERS = {FalError: answer_error, HTTPException: answer_error}
