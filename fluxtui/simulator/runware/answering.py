"""What the simulated Runware tells of tasks, models and accounts.

Source: Runware's pages on task polling, task details, model search and account management, and the official
clients' types (2026), read 2026-12. That of a task which waits nothing is told is what others saw.
"""

from __future__ import annotations

from typing import Any

from fluxtui.simulator.core.accounts import Account
from fluxtui.simulator.core.faults import ABSURD, ABSURD_COST, DATA_URI, UNKNOWN_STATUS
from fluxtui.simulator.runware import problems
from fluxtui.simulator.runware.models import CREDITS_PER_DOLLAR, LORAS, KnownLora
from fluxtui.simulator.runware.service import RunwareService
from fluxtui.simulator.runware.tasks import ERROR, PROCESSING, SUCCESS, PictureTask
from fluxtui.simulator.runware.validation import task_id_in

Document = dict[str, Any]
_MOST_LISTED = 100


def acknowledged(task: PictureTask) -> Document:
    """Return the immediate answer to a task that is delivered later."""
    return {"taskType": "imageInference", "taskUUID": task.id}


def response_of(service: RunwareService, account: Account, question: Document) -> list[Document]:
    """Return what `getResponse` tells of a task: nothing of one that waits, is unknown or long over.

    Raises TaskError where the task has failed.
    """
    task = _own(service, account, question)
    now = service.now()
    if task is None or not task.told(now):
        return []
    return [item_of(service, task)]


def item_of(service: RunwareService, task: PictureTask) -> Document:
    """Return what is told of a task that is worked on or done. Raises TaskError where it has failed."""
    now = service.now()
    status = task.status(now)
    base = {"taskType": "imageInference", "taskUUID": task.id}
    if status == PROCESSING:
        odd = service.faults.take("poll", (UNKNOWN_STATUS,))
        return {**base, "status": "rehearsing" if odd else PROCESSING}
    service.settle(task)
    if task.failure is not None:
        code, message = task.failure
        raise problems.TaskError(
            200, code, message, more={"taskType": "imageInference", "taskUUID": task.id, "status": ERROR}
        )
    return {**base, "status": SUCCESS, **_picture(service, task)}


def _picture(service: RunwareService, task: PictureTask) -> Document:
    cost: Document = {"cost": round(task.cost / CREDITS_PER_DOLLAR, 6)} if task.values["includeCost"] else {}
    if cost and service.faults.take("poll", (ABSURD_COST,)):
        cost = {"cost": ABSURD}
    marked = {"NSFWContent": True} if task.marked else {}
    url = service.address_of(task)
    if service.faults.take("poll", (DATA_URI,)):
        url = "data:image/png;base64,iVBORw0KGgo="
    return {"imageUUID": task.picture_id, "imageURL": url, "seed": task.seed, **cost, **marked}


def details_of(service: RunwareService, account: Account, question: Document) -> list[Document]:
    """Return the request and the last response of a task, for as long as one likes; nothing of others'."""
    task = _own(service, account, question)
    if task is None:
        return []
    base = {"taskType": "getTaskDetails", "taskUUID": task.id, "request": [task.sent]}
    if not task.ended(service.now()) or task.failure is not None:
        return [{**base, "response": {"data": [acknowledged(task)]}}]
    picture = {**acknowledged(task), **_picture(service, task)}
    return [{**base, "response": {"data": [picture]}}]


def _own(service: RunwareService, account: Account, question: Document) -> PictureTask | None:
    task = service.tasks.get(task_id_in(question))
    return task if task is not None and task.key_name == account.name else None


def account_of(account: Account, question: Document) -> Document:
    """Return what is told of an account. Raises TaskError."""
    if question.get("operation") != "getDetails":
        raise problems.invalid("operation", "Invalid value for 'operation' parameter.")
    return {
        "taskType": "accountManagement",
        "taskUUID": task_id_in(question),
        "operation": "getDetails",
        "organizationName": f"Simulated studio {account.name}",
        "AIRSource": "simstudio",
        "balance": round(account.credits / CREDITS_PER_DOLLAR, 4),
        "team": [],
        "apiKeys": [],
        "usage": {},
    }


def models_found(account: Account, question: Document) -> Document:
    """Return the LoRAs that a search finds. Raises TaskError."""
    known = {"taskType", "taskUUID", "search", "category", "visibility", "architecture", "limit", "offset"}
    for name in question:
        if name not in known:
            raise problems.unsupported(name)
    limit, offset = question.get("limit", 20), question.get("offset", 0)
    if not isinstance(limit, int) or not 1 <= limit <= _MOST_LISTED:
        raise problems.invalid("limit", "Invalid value for 'limit' parameter.")
    if not isinstance(offset, int) or offset < 0:
        raise problems.invalid("offset", "Invalid value for 'offset' parameter.")
    own = question.get("visibility") == "owned"
    wanted = str(question.get("search") or "").casefold()
    found = [
        lora
        for lora in (LORAS if question.get("category", "lora") == "lora" else ())
        if (lora.owner == account.name if own else lora.owner in ("", account.name))
        and wanted in f"{lora.air} {lora.name}".casefold()
    ]
    return {
        "taskType": "modelSearch",
        "taskUUID": task_id_in(question),
        "totalResults": len(found),
        "results": [_row(lora) for lora in found[offset : offset + limit]],
    }


def _row(lora: KnownLora) -> Document:
    return {
        "air": lora.air,
        "name": lora.name,
        "version": lora.version,
        "category": "lora",
        "architecture": lora.architecture,
        "private": bool(lora.owner),
        "tags": [],
        "defaultWeight": 1,
        "positiveTriggerWords": lora.trigger_words,
    }
