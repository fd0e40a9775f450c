"""Runware as the server hosts it beside the other services."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from fluxtui.simulator.core.faults import Fault
from fluxtui.simulator.core.gate import BY_BODY, REASONS, retry_headers, status_of
from fluxtui.simulator.runware.api_app import api_app
from fluxtui.simulator.runware.delivery_app import delivery_app, picture_at
from fluxtui.simulator.runware.service import RunwareService

_TASK_TYPE = re.compile(rb'"taskType"\s*:\s*"([A-Za-z0-9]{1,40})"')
_TASK_ID = re.compile(rb'"taskUUID"\s*:\s*"([0-9a-fA-F-]{1,60})"')
_PLACES = {b"imageInference": "submit", b"getResponse": "poll", b"getTaskDetails": "poll"}


class HostedRunware(RunwareService):
    """The service with what `HostedService` and `PlacesByBody` ask for."""

    def applications(self) -> Mapping[str, ASGIApp]:
        """Return the applications for the ports "api" and "delivery"."""
        return {"api": api_app(self), "delivery": delivery_app(self)}

    def place_of(self, role: str, method: str, path: str) -> str | None:
        """Return where a request goes, in words of `Fault.where`: on the API host the task says it."""
        return "delivery" if role == "delivery" else BY_BODY

    def place_in(self, role: str, head: bytes) -> tuple[str | None, str]:
        """Return where a request goes by the first task in it, and that task's id."""
        kind, task = _TASK_TYPE.search(head), _TASK_ID.search(head)
        place = _PLACES.get(kind[1], "manage") if kind is not None else "manage"
        return place, task[1].decode() if task is not None else ""

    def refusal(self, fault: Fault) -> Response:
        """Return what Runware answers for a fault of `faults.HTTP_KINDS`."""
        status = status_of(fault)
        code = "rateLimitExceeded" if status == 429 else "serviceUnavailable"
        document = {"errors": [{"code": code, "message": REASONS[status]}]}
        return JSONResponse(document, status, headers=retry_headers(fault))

    async def content_at(self, role: str, path: str) -> bytes | None:
        """Return a picture at `path`, which anybody can fetch, or None."""
        return await picture_at(self, path.partition("?")[0]) if role == "delivery" else None
