"""What answers on the polling host: `get_result`, for the key's own tasks."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.bfl.endpoints import endpoints
from fluxtui.simulator.bfl.service import SimulatedService, format_of, result_url
from fluxtui.simulator.bfl.tasks import NOT_FOUND, READY, Task
from fluxtui.simulator.core import answers
from fluxtui.simulator.core.bodies import refused
from fluxtui.simulator.core.faults import ABSURD, ABSURD_COST, DATA_URI, SECOND_RESULT, UNKNOWN_STATUS
from fluxtui.simulator.core.field_checks import problem

STRANGE_STATUS = "Rehearsing"
"""A state that no document mentions, for the fault `unknown-status`."""


def polling_app(service: SimulatedService) -> Starlette:
    """Build the application for the polling port."""
    routes = [Route("/v1/get_result", get_result(service))]
    return Starlette(routes=routes, exception_handlers=answers.EXCEPTION_HANDLERS)


def get_result(service: SimulatedService) -> Callable[[Request], Awaitable[Response]]:
    """Return the handler of `get_result`."""

    async def handler(request: Request) -> Response:
        account = service.accounts.authenticated(request.headers.get("x-key"))
        task_id = request.query_params.get("id")
        if task_id is None:
            raise refused([problem("id", "missing", "Field required") | {"loc": ["query", "id"]}], None)
        task = service.known_task(account, task_id)
        if task is None:
            return JSONResponse(_document(task_id, NOT_FOUND))
        if service.faults.take("poll", (UNKNOWN_STATUS,)):
            return JSONResponse(_document(task_id, STRANGE_STATUS))
        return await _answer(service, task)

    return handler


async def _answer(service: SimulatedService, task: Task) -> Response:
    now = service.clock()
    status = task.status(now)
    result = _result(service, task) if status == READY and task.kind == "image" else None
    if result is not None and service.faults.take("poll", (DATA_URI,)):
        content = base64.b64encode(await service.picture(task)).decode()
        result["sample"] = f"data:image/{format_of(task)};base64,{content}"
    if result is not None and service.faults.take("poll", (SECOND_RESULT,)):
        result["sample"] = [result["sample"], result["sample"]]
    code = 200 if task.active(now) else task.outcome_code
    document = _document(task.id, status, result, task.progress(now))
    if result is not None and endpoints()[task.endpoint].cost_at == "result":
        document["cost"] = ABSURD if service.faults.take("poll", (ABSURD_COST,)) else task.cost
    return JSONResponse(document, code)


def _document(
    task_id: str, status: str, result: dict[str, Any] | None = None, progress: float | None = None
) -> dict[str, Any]:
    return {
        "id": task_id,
        "status": status,
        "result": result,
        "progress": progress,
        "details": None,
        "preview": None,
    }


def _result(service: SimulatedService, task: Task) -> dict[str, Any]:
    return {
        "sample": result_url(service, task),
        "prompt": task.parameters.get("prompt") or "",
        "seed": task.seed,
        "start_time": task.accepted_at,
        "end_time": task.ends_at,
        "duration": task.duration,
    }
