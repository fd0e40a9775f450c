"""How a task progresses, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fluxtui.simulator.clock import ManualClock
from fluxtui.simulator.keys import POOR_KEY
from fluxtui.simulator.running import Simulator

Fetch = Callable[[str, dict[str, Any]], httpx.Response]


def test_a_picture_goes_through_its_states(client: httpx.Client, clock: ManualClock) -> None:
    url = client.post("/v1/flux-dev", json={"prompt": "p", "seed": 7, "width": 256}).json()["polling_url"]
    seen = []
    for _ in range(4):
        document = client.get(url).json()
        seen.append((document["status"], document["progress"]))
        clock.advance(0.8)
    assert seen == [("Pending", None), ("Generating", 0.294), ("Generating", 0.765), ("Ready", 1.0)]
    assert set(document) == {"id", "status", "result", "progress", "details", "preview"}
    assert (document["result"]["seed"], document["result"]["prompt"]) == (7, "p")
    assert document["result"]["duration"] == 2


def test_flux_3_reasons_first(client: httpx.Client, clock: ManualClock) -> None:
    body = {"prompt": "p", "resolution": "768sq"}
    url = client.post("/v1/flux-3-image", json=body).json()["polling_url"]
    clock.advance(0.5)
    assert client.get(url).json()["status"] == "Reasoning"


@pytest.mark.parametrize(
    ("word", "status", "code"),
    [
        ("moderateme", "Request Moderated", 200),
        ("ContentModerated", "Content Moderated", 200),
        ("failme", "Error", 200),
        ("fail422me", "Error", 422),
        ("fail503me", "Error", 503),
    ],
)
def test_words_decide_how_it_ends(finish: Fetch, word: str, status: str, code: int) -> None:
    answer = finish("flux-dev", {"prompt": f"please {word} now"})
    assert (answer.status_code, answer.json()["status"]) == (code, status)
    assert answer.json()["result"] is None


def test_a_refused_input_is_found_out_early(client: httpx.Client, clock: ManualClock) -> None:
    url = client.post("/v1/flux-dev", json={"prompt": "moderateme"}).json()["polling_url"]
    clock.advance(0.4)
    assert client.get(url).json()["status"] == "Request Moderated"


def test_unknown_tasks(client: httpx.Client, clock: ManualClock, simulator: Simulator) -> None:
    url = client.post("/v1/flux-dev", json={"width": 256}).json()["polling_url"]
    assert client.get("/v1/get_result", params={"id": "nobody"}).json()["status"] == "Task not found"
    assert client.get(url, headers={"x-key": POOR_KEY}).json()["status"] == "Task not found"
    assert client.get(url, headers={"x-key": "wrong"}).status_code == 403
    assert client.get("/v1/get_result").status_code == 422
    task_id = simulator.ledger()[0]["id"]
    assert client.get("/v1/get_result", params={"id": task_id}).json()["status"] == "Pending"
    clock.advance(2 + 1800)
    assert client.get(url).json()["status"] == "Task not found"


def test_the_polling_host_does_nothing_else(client: httpx.Client, simulator: Simulator) -> None:
    assert client.get(f"{simulator.polling_base_url}/v1/credits").status_code == 404
    assert client.post(f"{simulator.polling_base_url}/v1/flux-dev", json={}).status_code == 404
