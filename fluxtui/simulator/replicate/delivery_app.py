"""What answers on the delivery host: outputs, to anybody who knows their address, until they are erased."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fluxtui.simulator.core.faults import EXPIRED, TRUNCATED_ARCHIVE, TRUNCATED_IMAGE, WRONG_TYPE
from fluxtui.simulator.replicate.jobs import TRAINING, Job
from fluxtui.simulator.replicate.outputs import FOLDER, Output, output_of
from fluxtui.simulator.replicate.problems import EXCEPTION_HANDLERS
from fluxtui.simulator.replicate.service import ReplicateService

KEY_SENT = "A key was sent to the delivery host. Outputs are public: fetch them without it."
_PLACE = "delivery"


def delivery_app(service: ReplicateService) -> Starlette:
    """Build the application for the delivery port."""
    routes = [Route(f"/{FOLDER}/{{token}}/{{name}}", _delivering(service))]
    return Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)


async def found_at(service: ReplicateService, path: str) -> Output | None:
    """Return the output at a path of the delivery host, or None."""
    steps = path.strip("/").split("/")
    job = service.job_of_token(steps[1]) if len(steps) == 3 and steps[0] == FOLDER else None
    return None if job is None else await output_of(service, job, steps[2])


def _delivering(service: ReplicateService) -> Callable[[Request], Awaitable[Response]]:
    async def deliver(request: Request) -> Response:
        job = service.job_of_token(request.path_params["token"])
        if "authorization" in request.headers or "x-key" in request.headers:
            await service.record_violation(KEY_SENT, job)
            return PlainTextResponse(KEY_SENT, 400)
        output = await found_at(service, request.url.path)
        if job is None or output is None or service.faults.take(_PLACE, (EXPIRED,)):
            return PlainTextResponse("Not Found", 404)
        if service.faults.take(_PLACE, (WRONG_TYPE,)):
            return Response("<html><body>Please sign in.</body></html>", media_type="text/html")
        content = output.content
        if service.faults.take(_PLACE, (TRUNCATED_ARCHIVE if job.kind == TRAINING else TRUNCATED_IMAGE,)):
            content = content[: len(content) // 2]
        if request.method == "GET":
            await _count(service, job)
        return Response(content, media_type=output.media_type)

    return deliver


async def _count(service: ReplicateService, job: Job) -> None:
    job.delivered += 1
    await service.save(job)
