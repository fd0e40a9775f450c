"""What answers on fal's queue host: submitting, the status (once, or as a stream), the result, cancelling.

Source: fal.ai documentation of the queue API, fal-client 1.0.3 and fal's JavaScript client, read 2026-11. A
webhook is acknowledged but never called; `fal_max_queue_length` is ignored.
"""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fluxtui.simulator.core.faults import (
    ABSURD,
    ABSURD_COST,
    CANCEL_IGNORED,
    CANCEL_SUCCESS,
    NO_BILLABLE_UNITS,
    NULL_LOGS,
    SUBMIT_202,
    UNKNOWN_STATUS,
    WRONG_SIZE,
)
from fluxtui.simulator.fal.catalogue import endpoints
from fluxtui.simulator.fal.endpoints import Generator, Trainer
from fluxtui.simulator.fal.errors import EXCEPTION_HANDLERS, FalError, refused
from fluxtui.simulator.fal.jobs import COMPLETED, IN_QUEUE, FalJob
from fluxtui.simulator.fal.keys import authenticated
from fluxtui.simulator.fal.line import position_of
from fluxtui.simulator.fal.requests import json_object
from fluxtui.simulator.fal.results import result_of
from fluxtui.simulator.fal.service import FalService
from fluxtui.simulator.fal.submitting import accept
from fluxtui.simulator.painter.order import seeded

_LINES = 40
_LOOKS_EVERY = 0.05
"""Seconds between two looks at a job whose status is streamed."""


def log_lines(job: FalJob, now: float) -> list[dict[str, Any]]:
    """Return what has been logged up to `now`, oldest first, in fal's form."""
    if job.started_at is None:
        return []
    share = job.share(now)
    written = [(at, words) for at, words in _script(job) if at <= share]
    return [
        {
            "message": words,
            "level": "INFO",
            "source": "USER",
            "timestamp": datetime.fromtimestamp(job.started_at + at * job.run, UTC).isoformat(),
        }
        for at, words in written
    ]


def _script(job: FalJob) -> list[tuple[float, str]]:
    """Return every line with the share of the run at which it is written."""
    if job.kind == "image":
        steps = int(job.parameters.get("num_inference_steps") or 1)
        return [(step / steps, f"step {step}/{steps}") for step in range(steps + 1)]
    if job.failure is not None and job.failure.status == 422:
        return [(0.0, "Downloading the archive")]
    steps = int(job.parameters["steps"])
    chance = seeded("loss", job.id)
    lines = [(0.0, "Downloading the archive"), (0.02, "Preparing the images")]
    for number in range(1, min(_LINES, steps) + 1):
        step = steps * number // min(_LINES, steps)
        loss = 0.18 + 0.5 / (1 + 8 * number / _LINES) + chance.uniform(-0.03, 0.03)
        lines.append((0.05 + 0.93 * number / min(_LINES, steps), f"step {step}/{steps}, loss {loss:.4f}"))
    return [*lines, (1.0, "Saving the LoRA")]


STRANGE_STATUS = "REHEARSING"
"""A state that no document mentions, for the fault `unknown-status`."""

_JOB_PATH = re.compile(r"/requests/([^/]+)")
_TRUE = ("1", "true", "True")


def queue_app(service: FalService) -> ASGIApp:
    """Build the application for the queue port."""
    pages = _Pages(service)
    job = "/{owner}/{name}/requests/{job_id}"
    routes = [
        Route(f"{job}/status", pages.status),
        Route(f"{job}/status/stream", pages.stream),
        Route(f"{job}/cancel", pages.cancel, methods=["PUT"]),
        Route(job, pages.result),
        Route(f"{job}/response", pages.result),
        Route("/{path:path}", pages.submit, methods=["POST"]),
    ]
    return _WithRequestId(Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS))


class _WithRequestId:
    """Names the request in a header of every answer, as fal itself does and a proxy before it does not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _JOB_PATH.search(scope["path"])
        name = (found[1] if found else str(uuid.uuid4())).encode("ascii", "replace")

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                if not any(key == b"x-fal-request-id" for key, _ in headers):
                    headers.append((b"x-fal-request-id", name))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, named)


class _Pages:
    def __init__(self, service: FalService) -> None:
        self._service = service

    async def submit(self, request: Request) -> Response:
        account = authenticated(self._service.accounts, request.headers.get("authorization"))
        endpoint = _endpoint(request.path_params["path"])
        body = await json_object(request)
        job = await accept(self._service, account, endpoint, body, request.headers)
        document = {"status": IN_QUEUE, "queue_position": self._position(job), **self._addresses(job)}
        if "fal_webhook" in request.query_params:
            document["gateway_request_id"] = job.id
        code = 202 if self._service.faults.take("submit", (SUBMIT_202,)) else 200
        return JSONResponse(document, code, headers={"x-fal-request-id": job.id})

    def _addresses(self, job: FalJob) -> dict[str, str]:
        own = f"{self._service.addresses['queue']}/{endpoints()[job.endpoint].app}/requests/{job.id}"
        return {
            "request_id": job.id,
            "response_url": own,
            "status_url": f"{own}/status",
            "cancel_url": f"{own}/cancel",
        }

    def _position(self, job: FalJob) -> int:
        return position_of(job, self._service.jobs_of(job.key_name), self._service.shared.clock())

    def _job(self, request: Request) -> FalJob | None:
        account = authenticated(self._service.accounts, request.headers.get("authorization"))
        app = f"{request.path_params['owner']}/{request.path_params['name']}"
        return self._service.known(account.name, app, request.path_params["job_id"])

    async def status(self, request: Request) -> Response:
        job = self._job(request)
        if job is None:
            raise FalError(refused(404, "Request not found"))
        document = self._status_document(job, request)
        finished = job.state(self._service.shared.clock()) == COMPLETED
        return JSONResponse(document, 200 if finished else 202)

    async def stream(self, request: Request) -> Response:
        """Send the status as server-sent events whenever it has changed, until the job is done."""
        if self._job(request) is None:
            raise FalError(refused(404, "Request not found"))
        return StreamingResponse(self._changes(request), media_type="text/event-stream")

    async def _changes(self, request: Request) -> AsyncIterator[str]:
        told = ""
        while (job := self._job(request)) is not None:
            text = json.dumps(self._status_document(job, request))
            if text != told:
                told = text
                yield f"data: {text}\n\n"
            if job.state(self._service.shared.clock()) == COMPLETED:
                return
            await asyncio.sleep(_LOOKS_EVERY)

    def _status_document(self, job: FalJob, request: Request) -> dict[str, Any]:
        now, faults = self._service.shared.clock(), self._service.faults
        state = job.state(now)
        document: dict[str, Any] = {"status": state, **self._addresses(job)}
        if state == IN_QUEUE:
            document["queue_position"] = self._position(job)
        else:
            wanted = request.query_params.get("logs") in _TRUE
            hidden = faults.take("poll", (NULL_LOGS,)) is not None
            document["logs"] = log_lines(job, now) if wanted and not hidden else None
        if state == COMPLETED:
            document["metrics"] = {"inference_time": job.run if job.started_at is not None else None}
            if job.failure is not None:
                document |= {"error": job.failure.error, "error_type": job.failure.error_type}
        if faults.take("poll", (UNKNOWN_STATUS,)):
            document["status"] = STRANGE_STATUS
        return document

    async def result(self, request: Request) -> Response:
        job = self._job(request)
        now, faults = self._service.shared.clock(), self._service.faults
        if job is None or job.result_expired(now):
            raise FalError(refused(404, "Request not found"))
        if job.state(now) != COMPLETED:
            raise FalError(refused(400, "Request is still in progress"))
        if job.failure is not None:
            return job.failure.response()
        false_size = faults.take("poll", (WRONG_SIZE,)) is not None
        headers = {"x-fal-billable-units": f"{job.units:g}"}
        if faults.take("poll", (NO_BILLABLE_UNITS,)):
            headers = {}
        if faults.take("poll", (ABSURD_COST,)):
            headers = {"x-fal-billable-units": f"{ABSURD:g}"}
        return JSONResponse(await result_of(self._service, job, false_size=false_size), headers=headers)

    async def cancel(self, request: Request) -> Response:
        job = self._job(request)
        if job is None:
            return JSONResponse({"status": "NOT_FOUND"}, 404)
        if job.state(self._service.shared.clock()) == COMPLETED:
            return JSONResponse({"status": "ALREADY_COMPLETED"}, 400)
        faults, queued = self._service.faults, job.started_at is None
        ignored = not queued and faults.take("manage", (CANCEL_IGNORED,)) is not None
        await self._service.cancel(job, ignored=ignored)
        if faults.take("manage", (CANCEL_SUCCESS,)):
            return JSONResponse({"success": True})
        return (
            JSONResponse({"status": "OK"})
            if queued
            else JSONResponse({"status": "CANCELLATION_REQUESTED"}, 202)
        )


def _endpoint(path: str) -> Trainer | Generator:
    endpoint = endpoints().get(path)
    if endpoint is None:
        apps = {known.app for known in endpoints().values()}
        owner, _, rest = path.partition("/")
        name, _, below = rest.partition("/")
        if f"{owner}/{name}" in apps:
            raise FalError(refused(404, f"Path /{below} not found"))
        raise FalError(refused(404, f"Application '{name}' not found"))
    return endpoint
