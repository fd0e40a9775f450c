"""An account of the simulated Runware, and the ways to work with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from fluxtui.simulator.running import Simulator
from fluxtui.simulator.runware.keys import VALID_KEY

Ask = Callable[..., httpx.Response]
Paint = Callable[..., dict[str, Any]]
MODEL = "runware:400@3"
SMALL = {"positivePrompt": "a red sheet", "width": 512, "height": 512}


def client_of(simulator: Simulator, key: str) -> httpx.Client:
    """Return a client of the API host with a key."""
    headers = {"authorization": f"Bearer {key}"}
    return httpx.Client(base_url=simulator.runware.urls["api"], headers=headers, timeout=20)


@pytest.fixture
def api(simulator: Simulator) -> Iterator[httpx.Client]:
    """The API host for the valid key."""
    with client_of(simulator, VALID_KEY) as opened:
        yield opened


def new_id() -> str:
    """Return an id as a client chooses it."""
    return str(uuid.uuid4())


def picture_task(**changes: Any) -> dict[str, Any]:
    """Return a small task; a change to None leaves a field out."""
    task = {
        "taskType": "imageInference",
        "taskUUID": new_id(),
        "model": MODEL,
        "deliveryMethod": "async",
        "includeCost": True,
        **SMALL,
        **changes,
    }
    return {name: value for name, value in task.items() if value is not None}


@pytest.fixture
def ask(api: httpx.Client) -> Ask:
    """Sends one task of a type; words are its fields."""

    def send(task_type: str, task_id: str = "", **fields: Any) -> httpx.Response:
        return api.post("/v1", json=[{"taskType": task_type, "taskUUID": task_id or new_id(), **fields}])

    return send


@pytest.fixture
def paint(api: httpx.Client) -> Paint:
    """Orders a small picture and returns the task as it was sent; words change it."""

    def order(**changes: Any) -> dict[str, Any]:
        task = picture_task(**changes)
        answer = api.post("/v1", json=[task])
        assert answer.status_code == 200, answer.text
        return task

    return order


def only_error(answer: httpx.Response) -> tuple[int, str, Any]:
    """Return the status, code and parameter of an answer's one error."""
    (error,) = answer.json()["errors"]
    return answer.status_code, error["code"], error.get("parameter")
