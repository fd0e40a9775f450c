"""What answers on the host of pictures: to anybody who knows their address, until they are gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fluxtui.simulator.core.faults import EXPIRED, TRUNCATED_IMAGE, WRONG_TYPE
from fluxtui.simulator.runware.service import FORMATS, RunwareService

KEY_SENT = "A key was sent to the host of pictures. They are public: fetch them without it."
FOLDER = "/image/ws/2/ii/"
_PLACE = "delivery"


def delivery_app(service: RunwareService) -> Starlette:
    """Build the application for the delivery port."""
    return Starlette(routes=[Route(f"{FOLDER}{{name}}", _delivering(service))])


async def picture_at(service: RunwareService, path: str) -> bytes | None:
    """Return the picture at a path, or None."""
    task = service.with_picture(path.removeprefix(FOLDER).partition(".")[0]) if FOLDER in path else None
    return None if task is None else await service.picture(task)


def _delivering(service: RunwareService) -> Callable[[Request], Awaitable[Response]]:
    async def deliver(request: Request) -> Response:
        task = service.with_picture(request.path_params["name"].partition(".")[0])
        if "authorization" in request.headers or "x-key" in request.headers:
            await service.record_violation(KEY_SENT, task)
            return PlainTextResponse(KEY_SENT, 400)
        if task is None or service.faults.take(_PLACE, (EXPIRED,)):
            return PlainTextResponse("Not Found", 404)
        if service.faults.take(_PLACE, (WRONG_TYPE,)):
            return Response("<html><body>Please sign in.</body></html>", media_type="text/html")
        content = await service.picture(task)
        if service.faults.take(_PLACE, (TRUNCATED_IMAGE,)):
            content = content[: len(content) // 2]
        if request.method == "GET":
            task.delivered += 1
            await service.save(task)
        return Response(content, media_type=f"image/{FORMATS[task.values['outputFormat']]}")

    return deliver
