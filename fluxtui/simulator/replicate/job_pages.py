"""Predictions and trainings over HTTP: create, get, cancel, list."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.core.faults import UNKNOWN_STATUS
from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.documents import (
    PREDICTIONS,
    TRAININGS,
    job_document,
    listed_job_document,
    moment_of,
    new_job_document,
)
from fluxtui.simulator.replicate.jobs import PREDICTION, SUCCEEDED, TRAINING, Job
from fluxtui.simulator.replicate.library import Runnable
from fluxtui.simulator.replicate.members import Member
from fluxtui.simulator.replicate.outputs import names_of, output_of
from fluxtui.simulator.replicate.paging import page_of
from fluxtui.simulator.replicate.predicting import accept_prediction
from fluxtui.simulator.replicate.requests import counted, deadline_of, json_body, wait_of
from fluxtui.simulator.replicate.service import ReplicateService
from fluxtui.simulator.replicate.training import accept_training
from fluxtui.simulator.replicate.validation import check_body

STRANGE_STATUS = "rehearsing"
"""A state that no document mentions, for the fault `unknown-status`."""

_WEBHOOK = ("webhook", "webhook_events_filter")
_LOOK_SECONDS = 0.02


def job_routes(service: ReplicateService) -> list[Route]:
    """Return the routes of predictions and trainings."""
    pages = _JobPages(service)
    model, one = "/v1/models/{owner}/{name}", "/{job_id}"
    routes = [
        Route("/v1/predictions", counted(service, pages.predict, "create"), methods=["POST"]),
        Route("/v1/predictions", counted(service, pages.predictions)),
        Route(f"{model}/predictions", counted(service, pages.predict_by_name, "create"), methods=["POST"]),
        Route(f"{model}/versions/{{version}}/trainings", counted(service, pages.train), methods=["POST"]),
        Route("/v1/trainings", counted(service, pages.trainings)),
    ]
    for family, get, cancel in (
        (PREDICTIONS, pages.prediction, pages.cancel),
        (TRAININGS, pages.training, pages.cancel_training),
    ):
        routes.append(Route(f"/v1/{family}{one}", counted(service, get)))
        routes.append(Route(f"/v1/{family}{one}/cancel", counted(service, cancel), methods=["POST"]))
    return routes


class _JobPages:
    """The request handlers of one service."""

    def __init__(self, service: ReplicateService) -> None:
        self._service = service

    async def predict(self, request: Request, member: Member) -> Response:
        body = await json_body(request)
        check_body(body, ("version", "input"), (*_WEBHOOK, "stream"))
        run = self._service.library.runnable(member, body["version"])
        return await self._predict(request, member, run, body)

    async def predict_by_name(self, request: Request, member: Member) -> Response:
        run = self._service.library.official(_model(request))
        if run is None:
            raise problems.not_found()
        body = await json_body(request)
        check_body(body, ("input",), (*_WEBHOOK, "stream"))
        return await self._predict(request, member, run, body)

    async def _predict(
        self, request: Request, member: Member, run: Runnable, body: dict[str, object]
    ) -> Response:
        wait, deadline = wait_of(request), deadline_of(request)
        given = dict(body["input"])  # type: ignore[call-overload]
        job = await accept_prediction(self._service, member, run, given, deadline)
        if wait is None:
            return JSONResponse(new_job_document(self._service, job), 201)
        return await self._waited(job, *wait)

    async def _waited(self, job: Job, asked: str, seconds: int) -> Response:
        """Answer when the job has ended, or after `seconds` of the world outside.

        A success still says "processing" and holds its pictures as data addresses, as recorded in 2024.
        """
        headers = {"preference-applied": asked}
        until = time.monotonic() + seconds
        while not job.ended(self._service.clock()):
            if time.monotonic() >= until:
                return JSONResponse(new_job_document(self._service, job), 202, headers)
            await asyncio.sleep(_LOOK_SECONDS)
        if job.status(self._service.clock()) != SUCCEEDED:
            return JSONResponse(job_document(self._service, job, PREDICTIONS), 201, headers)
        files = [await output_of(self._service, job, name) for name in names_of(job)]
        texts = [_data_address(file.media_type, file.content) for file in files if file is not None]
        document = job_document(self._service, job, PREDICTIONS)
        unfinished: dict[str, object] = {
            "status": "processing",
            "output": texts[0] if job.single else texts,
            "completed_at": None,
            "metrics": {},
        }
        return JSONResponse({**document, **unfinished}, 201, headers)

    async def train(self, request: Request, member: Member) -> Response:
        library = self._service.library
        trainer = library.trainer(member, _model(request), request.path_params["version"])
        body = await json_body(request)
        check_body(body, ("destination", "input"))
        destination = library.destination(member, body["destination"])
        deadline = deadline_of(request)
        job = await accept_training(self._service, member, trainer, destination, body["input"], deadline)
        return JSONResponse(new_job_document(self._service, job), 201)

    async def prediction(self, request: Request, member: Member) -> Response:
        return self._polled(self._job(request, member), PREDICTIONS)

    async def training(self, request: Request, member: Member) -> Response:
        return self._polled(self._job(request, member, TRAINING), TRAININGS)

    def _job(self, request: Request, member: Member, kind: str | None = None) -> Job:
        return self._service.job(member, request.path_params["job_id"], kind)

    def _polled(self, job: Job, family: str) -> Response:
        document = job_document(self._service, job, family)
        if self._service.faults.take("poll", (UNKNOWN_STATUS,)):
            document |= {"status": STRANGE_STATUS, "output": None}
        return JSONResponse(document)

    async def cancel(self, request: Request, member: Member) -> Response:
        return await self._cancelled(self._job(request, member))

    async def cancel_training(self, request: Request, member: Member) -> Response:
        return await self._cancelled(self._job(request, member, TRAINING))

    async def _cancelled(self, job: Job) -> Response:
        """Answer with the whole job, its addresses among the predictions whatever it is."""
        await self._service.stop(job)
        return JSONResponse(job_document(self._service, job, PREDICTIONS))

    async def predictions(self, request: Request, member: Member) -> Response:
        return self._listed(request, self._service.jobs_of(member, PREDICTION), PREDICTIONS)

    async def trainings(self, request: Request, member: Member) -> Response:
        return self._listed(request, self._service.jobs_of(member, TRAINING), TRAININGS)

    def _listed(self, request: Request, jobs: Sequence[Job], family: str) -> Response:
        query = dict(request.query_params)
        after, before = (_moment(query, name) for name in ("created_after", "created_before"))
        shown = [job for job in jobs if after is None or job.accepted_at >= after]
        shown = [job for job in shown if before is None or job.accepted_at < before]
        url = f"{self._service.addresses['api']}/v1/{family}"
        return JSONResponse(
            page_of(shown, url, query, lambda job: listed_job_document(self._service, job, family))
        )


def _model(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['name']}"


def _moment(query: dict[str, str], name: str) -> float | None:
    if name not in query:
        return None
    try:
        return moment_of(query[name])
    except ValueError:
        raise problems.bad_request(f"{name} is not an ISO 8601 time.") from None


def _data_address(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
