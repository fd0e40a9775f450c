"""Training and managing finetunes over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.keys import POOR_KEY, VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator

UNKNOWN = {"detail": "Finetune not found or not ready"}


@pytest.fixture
def current(clock: ManualClock) -> Iterator[httpx.Client]:
    """A client of a simulator that no longer trains."""
    with (
        running_simulator(Settings(mode="current"), clock) as running,
        httpx.Client(base_url=running.base_url, headers={"x-key": VALID_KEY}) as opened,
    ):
        yield opened


def test_a_training_goes_from_pending_to_ready(
    client: httpx.Client, clock: ManualClock, training: dict[str, Any], simulator: Simulator
) -> None:
    answer = client.post("/v1/finetune", json=training)
    assert list(answer.json()) == ["finetune_id"]
    finetune_id = answer.json()["finetune_id"]

    def poll() -> tuple[str, float | None]:
        document = client.get("/v1/get_result", params={"id": finetune_id}).json()
        return document["status"], document["progress"]

    assert poll() == ("Pending", None)
    clock.advance(10)
    assert poll() == ("Pending", 0.412)
    clock.advance(10)
    assert poll() == ("Ready", 1.0)
    entry = simulator.ledger()[0]
    assert (entry["id"], entry["kind"], entry["cost"], entry["key"]) == (
        finetune_id,
        "training",
        400,
        "valid",
    )
    assert simulator.credits() == 9600


def test_after_its_record_expired_the_details_still_answer(
    client: httpx.Client, clock: ManualClock, trained: str
) -> None:
    clock.advance(1801)
    assert client.get("/v1/get_result", params={"id": trained}).json()["status"] == "Task not found"
    assert client.get("/v1/finetune_details", params={"finetune_id": trained}).status_code == 200


def test_a_new_finetune_is_listed_a_moment_later(
    client: httpx.Client, clock: ManualClock, training: dict[str, Any]
) -> None:
    finetune_id = client.post("/v1/finetune", json=training).json()["finetune_id"]
    assert client.get("/v1/my_finetunes").json() == {"finetunes": []}
    clock.advance(1)
    assert client.get("/v1/my_finetunes").json() == {"finetunes": [finetune_id]}


def test_details_repeat_the_request_with_defaults(client: httpx.Client, trained: str) -> None:
    details = client.get("/v1/finetune_details", params={"finetune_id": trained}).json()["finetune_details"]
    assert details["finetune_comment"] == "red sheets"
    assert (details["trigger_word"], details["mode"], details["finetune_type"]) == ("TOK", "style", "full")
    assert (details["lora_rank"], details["iterations"], details["learning_rate"]) == (32, 300, 1e-5)
    assert details["priority"] == "quality"
    assert "file_data" not in details


def test_the_learning_rate_follows_the_type(client: httpx.Client, training: dict[str, Any]) -> None:
    body = {**training, "finetune_type": "lora", "lora_rank": 16}
    finetune_id = client.post("/v1/finetune", json=body).json()["finetune_id"]
    details = client.get("/v1/finetune_details", params={"finetune_id": finetune_id}).json()
    assert details["finetune_details"]["learning_rate"] == 1e-4


def test_only_a_finished_finetune_generates(
    client: httpx.Client, clock: ManualClock, training: dict[str, Any]
) -> None:
    finetune_id = client.post("/v1/finetune", json=training).json()["finetune_id"]
    body = {"finetune_id": finetune_id, "prompt": "TOK"}
    early = client.post("/v1/flux-pro-1.1-ultra-finetuned", json=body)
    assert (early.status_code, early.json()) == (404, UNKNOWN)
    clock.advance(20)
    assert client.post("/v1/flux-pro-1.1-ultra-finetuned", json=body).status_code == 200


def test_deleting(client: httpx.Client, trained: str) -> None:
    answer = client.post("/v1/delete_finetune", json={"finetune_id": trained}).json()
    assert answer["deleted_finetune_id"] == trained
    assert all(isinstance(answer[name], str) for name in ("status", "message", "timestamp"))
    assert client.get("/v1/my_finetunes").json() == {"finetunes": []}
    again = client.post("/v1/delete_finetune", json={"finetune_id": trained})
    assert (again.status_code, again.json()) == (404, UNKNOWN)
    assert client.post("/v1/delete_finetune", json={}).status_code == 422


def test_a_running_training_cannot_be_deleted(client: httpx.Client, training: dict[str, Any]) -> None:
    finetune_id = client.post("/v1/finetune", json=training).json()["finetune_id"]
    assert client.post("/v1/delete_finetune", json={"finetune_id": finetune_id}).status_code == 404


def test_finetunes_belong_to_an_account_and_a_region(client: httpx.Client, trained: str) -> None:
    def details(finetune_id: str, key: str) -> httpx.Response:
        query = {"finetune_id": finetune_id}
        return client.get("/v1/finetune_details", params=query, headers={"x-key": key})

    assert details(trained, POOR_KEY).json() == UNKNOWN
    client.post("/simulator/finetunes", json={"finetune_id": "from-far", "region": "us"})
    assert details("from-far", VALID_KEY).json() == UNKNOWN
    assert client.get("/v1/my_finetunes").json() == {"finetunes": [trained]}
    client.post("/simulator/finetunes", json={"finetune_id": "from-here", "comment": "older one"})
    assert details("from-here", VALID_KEY).json()["finetune_details"]["finetune_comment"] == "older one"


def test_a_wrong_request_is_refused_before_anything_is_billed(
    client: httpx.Client, training: dict[str, Any], simulator: Simulator
) -> None:
    answer = client.post("/v1/finetune", json={**training, "iterations": 1})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["input"]["file_data"] == training["file_data"]
    hidden = client.post("/v1/finetune", json={**training, "file_data": "bm90IGEgemlw"})
    assert (hidden.status_code, hidden.json()["detail"]) == (422, "file_data is not a valid zip file")
    assert client.post("/v1/finetune", content=b"nothing").status_code == 422
    assert simulator.ledger() == []


def test_hidden_files_are_refused_by_name(
    client: httpx.Client, training: dict[str, Any], archive: Any
) -> None:
    data = archive({"001.jpg": b"", "__MACOSX/._001.jpg": b""})
    answer = client.post("/v1/finetune", json={**training, "file_data": data})
    assert answer.json() == {"detail": "Suspicious file attributes detected: __MACOSX/._001.jpg"}


def test_more_than_20_pictures_end_as_request_moderated(
    client: httpx.Client, clock: ManualClock, training: dict[str, Any], archive: Any, picture: Any
) -> None:
    data = archive({f"{number}.png": picture() for number in range(21)})
    answer = client.post("/v1/finetune", json={**training, "file_data": data})
    clock.advance(20)
    document = client.get("/v1/get_result", params={"id": answer.json()["finetune_id"]}).json()
    assert document["status"] == "Request Moderated"
    assert client.get("/v1/my_finetunes").json() == {"finetunes": []}


def test_a_failed_training_leaves_nothing_usable(
    client: httpx.Client, clock: ManualClock, training: dict[str, Any]
) -> None:
    finetune_id = client.post("/v1/finetune", json={**training, "finetune_comment": "failme"}).json()[
        "finetune_id"
    ]
    clock.advance(20)
    assert client.get("/v1/get_result", params={"id": finetune_id}).json()["status"] == "Error"
    body = {"finetune_id": finetune_id, "prompt": "TOK"}
    assert client.post("/v1/flux-pro-finetuned", json=body).json() == UNKNOWN


def test_the_current_service_no_longer_trains(current: httpx.Client, training: dict[str, Any]) -> None:
    for path in ("finetune", "flux-pro-finetuned", "flux-pro-1.0-depth-finetuned"):
        answer = current.post(f"/v1/{path}", json=training)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})
    assert current.post("/v1/flux-pro-1.1-ultra-finetuned", json={}).status_code == 422
    assert current.get("/v1/my_finetunes").json() == {"finetunes": []}
