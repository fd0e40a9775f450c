"""What answers on the API host: one path that takes a list of tasks."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.core.accounts import Account
from fluxtui.simulator.runware import answering, problems
from fluxtui.simulator.runware.ordering import accept
from fluxtui.simulator.runware.problems import TaskError
from fluxtui.simulator.runware.service import RunwareService
from fluxtui.simulator.runware.validation import task_id_in

MOST_BODY_BYTES = 64 * 2**20
_BEARER = "bearer "

Document = dict[str, Any]


def api_app(service: RunwareService) -> Starlette:
    """Build the application for the API port. Webhooks are refused: nothing is ever called."""

    async def run(request: Request) -> Response:
        try:
            account = _account(service, request.headers.get("authorization", ""))
            tasks = await _tasks(request)
        except TaskError as error:
            return JSONResponse({"errors": [error.document({})]}, error.status)
        return await _answered(service, account, tasks)

    return Starlette(
        routes=[Route("/v1", run, methods=["POST"])],
        exception_handlers={HTTPException: _not_here},
    )


async def _not_here(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    found = {"code": "notFound", "message": "The requested resource doesn't exist."}
    return JSONResponse({"errors": [found]}, status)


def _account(service: RunwareService, header: str) -> Account:
    secret = header[len(_BEARER) :] if header.casefold().startswith(_BEARER) else ""
    account = service.accounts.with_secret(secret)
    if account is None:
        raise problems.invalid_key()
    if not account.key.permitted:
        raise problems.forbidden()
    return account


async def _tasks(request: Request) -> list[Document]:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BODY_BYTES:
            raise TaskError(413, "requestTooLarge", "The request is too large.")
    try:
        document = await asyncio.to_thread(json.loads, bytes(content))
    except (ValueError, RecursionError):
        raise TaskError(400, "invalidJSON", "The request is no JSON.") from None
    if not isinstance(document, list) or not document:
        raise TaskError(400, "invalidRequest", "The request must be an array of objects.")
    if not all(isinstance(task, dict) for task in document):
        raise TaskError(400, "invalidRequest", "The request must be an array of objects.")
    return document


async def _answered(service: RunwareService, account: Account, tasks: list[Document]) -> Response:
    data: list[Document] = []
    errors: list[Document] = []
    status = 200
    for task in tasks:
        try:
            data += await _told(service, account, task)
        except TaskError as error:
            errors.append(error.document(task))
            status = max(status, error.status)
    answer = {"data": data, **({"errors": errors} if errors else {})}
    return JSONResponse(answer, 200 if data else status)


async def _told(service: RunwareService, account: Account, task: Document) -> list[Document]:
    match task.get("taskType"):
        case "imageInference":
            return await _ordered(service, account, task)
        case "getResponse":
            return answering.response_of(service, account, task)
        case "getTaskDetails":
            return answering.details_of(service, account, task)
        case "modelSearch":
            return [answering.models_found(account, task)]
        case "accountManagement":
            return [answering.account_of(account, task)]
        case "ping":
            return [{"taskType": "ping", "pong": True}]
    task_id_in(task)
    raise TaskError(400, "unsupportedTaskType", "Unsupported value for 'taskType' parameter.", "taskType")


async def _ordered(service: RunwareService, account: Account, task: Document) -> list[Document]:
    accepted = await accept(service, account, task)
    if accepted.values["deliveryMethod"] == "async":
        return [answering.acknowledged(accepted)]
    await asyncio.sleep(max(0.0, accepted.ends_at - service.now()))
    return [answering.item_of(service, accepted)]
