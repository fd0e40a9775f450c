"""What answers on the delivery host: finished pictures, without a key, until their address expires."""

from __future__ import annotations

import hmac

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fluxtui.simulator.bfl.service import SimulatedService, format_of, signature
from fluxtui.simulator.bfl.tasks import READY, Task
from fluxtui.simulator.core import answers
from fluxtui.simulator.core.faults import EXPIRED, TRUNCATED_IMAGE, WRONG_TYPE

KEY_SENT = "An API key was sent to the delivery host. Result addresses are signed: fetch them without it."


def delivery_app(service: SimulatedService) -> Starlette:
    """Build the application for the delivery port."""
    routes = [Route("/results/{task_id}/{name}", _Delivery(service).picture)]
    return Starlette(routes=routes, exception_handlers=answers.EXCEPTION_HANDLERS)


class _Delivery:
    def __init__(self, service: SimulatedService) -> None:
        self._service = service

    async def picture(self, request: Request) -> Response:
        task = self._service.tasks.get(request.path_params["task_id"])
        if "x-key" in request.headers or "authorization" in request.headers:
            await self._service.record_violation(KEY_SENT, task)
            raise answers.AnswerError(400, KEY_SENT)
        if task is None or not self._signed(request, task):
            return _storage_error(403, "SignatureDoesNotMatch", "The signature of the request is wrong.")
        faults = self._service.faults
        if self._service.clock() >= task.expires_at or faults.take("delivery", (EXPIRED,)):
            return _storage_error(403, "AccessDenied", "Request has expired")
        if task.status(self._service.clock()) != READY or task.kind != "image":
            return _storage_error(404, "NoSuchKey", "The specified key does not exist.")
        return await self._content(request, task)

    def _signed(self, request: Request, task: Task) -> bool:
        expires = int(task.expires_at)
        expected = signature(self._service, task.id, expires)
        given = request.query_params.get("signature", "")
        same = hmac.compare_digest(given.encode(), expected.encode())
        return same and request.query_params.get("expires") == str(expires)

    async def _content(self, request: Request, task: Task) -> Response:
        content = await self._service.picture(task)
        faults = self._service.faults
        if faults.take("delivery", (TRUNCATED_IMAGE,)):
            content = content[: len(content) // 2]
        if faults.take("delivery", (WRONG_TYPE,)):
            return Response("<html><body>Please sign in.</body></html>", media_type="text/html")
        if request.method == "GET":
            task.delivered += 1
            await self._service.save_task(task)
        return Response(content, media_type=f"image/{format_of(task)}")


def _storage_error(status: int, code: str, message: str) -> Response:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'
    return Response(body, status, media_type="application/xml")
