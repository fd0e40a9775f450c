"""What answers on the submit host: paid work, finetune management, credits, and polling of any id."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.bfl.endpoints import FINETUNE, Endpoint, endpoints
from fluxtui.simulator.bfl.polling_app import get_result
from fluxtui.simulator.bfl.service import SimulatedService
from fluxtui.simulator.bfl.submitting import accept_image, accept_training, validated
from fluxtui.simulator.bfl.tasks import PENDING, Task
from fluxtui.simulator.core import answers
from fluxtui.simulator.core.accounts import Account
from fluxtui.simulator.core.archive import (
    RefusedArchiveError,
    TrainingSet,
    UnreadableBodyError,
    examine,
    read_training_body,
)
from fluxtui.simulator.core.bodies import as_answer, body_to_file, json_object, refused
from fluxtui.simulator.core.faults import ABSURD, ABSURD_COST, ABSURD_DETAILS, ABSURD_WHOLE
from fluxtui.simulator.core.field_checks import RefusedError, problem
from fluxtui.simulator.core.openapi import document, schema_of
from fluxtui.simulator.core.private_files import temporary_directory


def submit_app(service: SimulatedService, more: Sequence[Route] = ()) -> Starlette:
    """Build the application for the submit port, with `more` routes beside those of the service.

    It never opens a connection itself: a webhook is acknowledged but not called, and an input picture given
    as an address counts as given but is not fetched.
    """
    pages = _Pages(service)
    routes = [
        Route("/openapi.json", pages.openapi),
        Route("/v1/credits", pages.credits),
        Route("/v1/my_finetunes", pages.my_finetunes),
        Route("/v1/finetune_details", pages.finetune_details),
        Route("/v1/delete_finetune", pages.delete_finetune, methods=["POST"]),
        Route("/v1/get_result", get_result(service)),
        Route("/v1/finetune", pages.finetune, methods=["POST"]),
        Route("/v1/{path:path}", pages.picture, methods=["POST"]),
        *more,
    ]
    return Starlette(routes=routes, exception_handlers=answers.EXCEPTION_HANDLERS)


class _Pages:
    """The request handlers of one service."""

    def __init__(self, service: SimulatedService) -> None:
        self._service = service

    async def openapi(self, request: Request) -> Response:
        served = [endpoint for endpoint in endpoints().values() if not endpoint.historic]
        paths = {
            f"/v1/{endpoint.path}": schema_of(endpoint.fields, closed=endpoint.strict) for endpoint in served
        }
        return JSONResponse(document("BFL API", paths))

    def _account(self, request: Request) -> Account:
        return self._service.accounts.authenticated(request.headers.get("x-key"))

    async def credits(self, request: Request) -> Response:
        return JSONResponse({"credits": self._account(request).credits})

    async def my_finetunes(self, request: Request) -> Response:
        return JSONResponse({"finetunes": self._service.listed_finetunes(self._account(request))})

    async def finetune_details(self, request: Request) -> Response:
        account = self._account(request)
        finetune_id = request.query_params.get("finetune_id")
        if finetune_id is None:
            missing = problem("finetune_id", "missing", "Field required") | {"loc": ["query", "finetune_id"]}
            raise refused([missing], None)
        finetune = self._service.visible_finetune(account, finetune_id)
        details = finetune.details
        if self._service.faults.take("manage", (ABSURD_DETAILS,)):
            details = {
                **details,
                "lora_rank": ABSURD_WHOLE,
                "iterations": ABSURD_WHOLE,
                "learning_rate": ABSURD,
            }
        return JSONResponse({"finetune_details": details})

    async def delete_finetune(self, request: Request) -> Response:
        account = self._account(request)
        body = await json_object(request)
        finetune_id = body.get("finetune_id")
        if not isinstance(finetune_id, str):
            raise refused([problem("finetune_id", "missing", "Field required")], body)
        await self._service.delete_finetune(account, finetune_id)
        return JSONResponse(
            {
                "status": "success",
                "message": f"Finetune {finetune_id} was deleted",
                "deleted_finetune_id": finetune_id,
                "timestamp": datetime.fromtimestamp(self._service.clock(), UTC).isoformat(),
            }
        )

    async def finetune(self, request: Request) -> Response:
        if self._service.settings.mode == "current":
            raise answers.not_found()
        account = self._account(request)
        with temporary_directory() as directory:
            body_file, archive = Path(directory, "body"), Path(directory, "archive")
            await body_to_file(request, body_file)
            parameters, dataset = await asyncio.to_thread(_examined_training, body_file, archive)
        task = await accept_training(self._service, account, parameters, dataset)
        return JSONResponse({"finetune_id": task.id})

    async def picture(self, request: Request) -> Response:
        endpoint = endpoints().get(request.path_params["path"])
        taken_down = self._service.settings.mode == "current"
        if endpoint is None or (endpoint.historic and taken_down):
            raise answers.not_found()
        account = self._account(request)
        body = await json_object(request)
        try:
            task, sizes = await accept_image(self._service, account, endpoint, body)
        except RefusedError as error:
            raise as_answer(error, body) from None
        told = self._told_cost(task, endpoint) | sizes
        if body.get("webhook_url"):
            webhook = {"id": task.id, "status": PENDING, "webhook_url": body["webhook_url"]}
            return JSONResponse({**webhook, **told})
        return JSONResponse({"id": task.id, "polling_url": self._polling_url(task), **told})

    def _told_cost(self, task: Task, endpoint: Endpoint) -> dict[str, float]:
        if endpoint.cost_at != "submit":
            return {}
        return {"cost": ABSURD if self._service.faults.take("submit", (ABSURD_COST,)) else task.cost}

    def _polling_url(self, task: Task) -> str:
        return f"{self._service.addresses.polling}/v1/get_result?id={task.id}"


def _examined_training(body_file: Path, archive: Path) -> tuple[dict[str, Any], TrainingSet]:
    try:
        body = read_training_body(body_file, archive)
        parameters = validated(FINETUNE, body)
        return parameters, examine(archive)
    except RefusedError as error:
        raise as_answer(error, body) from None
    except UnreadableBodyError as error:
        raise refused([problem("body", "json_invalid", "JSON decode error", error=str(error))], {}) from None
    except RefusedArchiveError as error:
        raise answers.AnswerError(422, str(error)) from None
