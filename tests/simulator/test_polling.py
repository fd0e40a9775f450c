"""How a task progresses, and how it ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.keys import POOR_KEY
from fluxtui.simulator.running import Simulator

Fetch = Callable[[str, dict[str, Any]], httpx.Response]


def test_a_picture_goes_through_its_states(client: httpx.Client, clock: ManualClock) -> None:
    url = client.post("/v1/flux-dev", json={"prompt": "p", "seed": 7, "width": 256}).json()["polling_url"]
    seen = []
    for _ in range(4):
        document = client.get(url).json()
        seen.append((document["status"], document["progress"]))
        clock.advance(0.8)
    assert seen == [("Pending", None), ("Pending", 0.294), ("Pending", 0.765), ("Ready", 1.0)]
    assert set(document) == {"id", "status", "result", "progress", "details", "preview", "cost"}
    assert (document["result"]["seed"], document["result"]["prompt"]) == (7, "p")
    assert document["result"]["duration"] == 2


def test_no_answer_waits_for_the_client_to_acknowledge_a_piece_of_it(client: httpx.Client) -> None:
    """Such a wait takes 40 ms each time, so the quickest of some tells, however busy the machine."""
    took = []
    for _ in range(30):
        began = time.monotonic()
        client.get("/v1/credits")
        took.append(time.monotonic() - began)
    assert min(took[1:]) < 0.03


def test_flux_3_reasons_first(client: httpx.Client, clock: ManualClock) -> None:
    body = {"prompt": "p", "resolution": "768sq"}
    url = client.post("/v1/flux-3-image", json=body).json()["polling_url"]
    clock.advance(0.5)
    assert client.get(url).json()["status"] == "Reasoning"
    clock.advance(0.5)
    assert client.get(url).json()["status"] == "Generating"


@pytest.mark.parametrize(
    ("path", "at_submit"),
    [("flux-dev", False), ("flux-kontext-pro", False), ("flux-2-klein-4b", True), ("flux-3-image", True)],
)
def test_the_cost_is_told_once(
    client: httpx.Client, clock: ManualClock, path: str, at_submit: bool, simulator: Simulator
) -> None:
    submitted = client.post(f"/v1/{path}", json={"prompt": "p"}).json()
    clock.advance(2)
    result = client.get(submitted["polling_url"]).json()
    told = (submitted, result) if at_submit else (result, submitted)
    assert [told[0]["cost"], "cost" in told[1]] == [simulator.ledger()[0]["cost"], False]


def test_outpainting_is_as_strict_as_its_specification(client: httpx.Client, picture_text: str) -> None:
    body = {"input_image": picture_text, "width": 512, "height": 512, "auto_crop": True, "user": "u"}
    assert client.post("/v1/flux-tools/outpainting-v1", json=body).status_code == 200
    for name, value in {"seed": 7, "webhook_url": "https://a.b/c", "width": 63}.items():
        answer = client.post("/v1/flux-tools/outpainting-v1", json={**body, name: value})
        assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", name])


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
