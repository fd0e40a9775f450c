"""What survives a restart."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from fluxtui.simulator.core import state as module
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.core.state import FILE_NAME, StateError, StateStore
from fluxtui.simulator.running import Simulator, running_simulator

Start = Callable[..., Any]
SMALL = {"prompt": "p", "width": 256, "height": 256, "seed": 5}


@pytest.fixture
def start(tmp_path: Path, clock: ManualClock) -> Start:
    """Starts a simulator on one state directory, as often as wished."""

    @contextmanager
    def running(**changes: Any) -> Iterator[tuple[Simulator, httpx.Client]]:
        settings = Settings(state_directory=tmp_path, seconds_per_image=2, seconds_per_training=20, **changes)
        with (
            running_simulator(settings, clock) as simulator,
            httpx.Client(base_url=simulator.base_url, headers={"x-key": VALID_KEY}, timeout=20) as client,
        ):
            yield simulator, client

    return running


def result(client: httpx.Client, task_id: str) -> dict[str, Any]:
    """Return the answer to a poll."""
    document: dict[str, Any] = client.get("/v1/get_result", params={"id": task_id}).json()
    return document


def test_running_tasks_go_on(start: Start, clock: ManualClock, training: dict[str, Any]) -> None:
    with start() as (_, client):
        finetune_id = client.post("/v1/finetune", json=training).json()["finetune_id"]
        task_id = client.post("/v1/flux-dev", json=SMALL).json()["id"]
        clock.advance(1)
        assert result(client, task_id)["status"] == "Pending"
    clock.advance(1)
    with start() as (simulator, client):
        assert httpx.get(result(client, task_id)["result"]["sample"]).status_code == 200
        assert result(client, finetune_id)["status"] == "Pending"
        clock.advance(18)
        assert result(client, finetune_id)["status"] == "Ready"
        assert [entry["delivered"] for entry in simulator.ledger()] == [0, 1]
        assert simulator.credits() == 10_000 - 400 - 2.5


def test_a_finetune_paints_the_same_after_a_restart(
    start: Start, clock: ManualClock, training: dict[str, Any]
) -> None:
    def generate(client: httpx.Client) -> bytes:
        body = {**SMALL, "finetune_id": finetune_id}
        task_id = client.post("/v1/flux-pro-finetuned", json=body).json()["id"]
        clock.advance(2)
        return httpx.get(result(client, task_id)["result"]["sample"], timeout=20).content

    with start() as (_, client):
        finetune_id = client.post("/v1/finetune", json=training).json()["finetune_id"]
        clock.advance(20)
        before = generate(client)
    with start() as (_, client):
        assert generate(client) == before


def test_finetunes_are_not_found_in_another_region(
    start: Start, clock: ManualClock, training: dict[str, Any]
) -> None:
    with start() as (_, client):
        finetune_id = client.post("/v1/finetune", json=training).json()["finetune_id"]
        clock.advance(20)
    with start(region="us") as (_, client):
        assert client.get("/v1/my_finetunes").json() == {"finetunes": []}
        refused = client.post("/v1/flux-pro-finetuned", json={"finetune_id": finetune_id})
        assert refused.json() == {"detail": "Finetune not found or not ready"}


def test_a_picture_lost_in_a_crash_is_painted_again(
    start: Start, clock: ManualClock, tmp_path: Path, picture_text: str
) -> None:
    body = {"image": picture_text, "prompt": "p", "seed": 5}
    with start() as (_, client):
        task_id = client.post("/v1/flux-pro-1.0-fill", json=body).json()["id"]
        clock.advance(2)
        before = httpx.get(result(client, task_id)["result"]["sample"]).content
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as database:
        assert database.execute("DELETE FROM blobs WHERE name = 'picture'").rowcount == 1
        database.commit()
    with start() as (_, client):
        assert httpx.get(result(client, task_id)["result"]["sample"]).content == before


def test_pictures_of_expired_results_are_dropped(start: Start, clock: ManualClock, tmp_path: Path) -> None:
    with start() as (_, client):
        task_id = client.post("/v1/flux-dev", json=SMALL).json()["id"]
        clock.advance(2)
        assert httpx.get(result(client, task_id)["result"]["sample"]).status_code == 200
        clock.advance(601)
        assert client.post("/v1/flux-dev", json={**SMALL, "prompt": "failme"}).status_code == 200
    store = StateStore(tmp_path)
    assert store.blobs(task_id) == {}
    assert len(store.records("task")) == 2
    store.close()


def test_the_directory_is_private_and_used_by_one_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.05)
    store = StateStore(tmp_path / "state")
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / FILE_NAME).stat().st_mode & 0o777 == 0o600
    with pytest.raises(StateError, match="cannot be opened"):
        StateStore(tmp_path / "state")
    store.close()


def test_what_is_no_state_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"something else entirely, long enough to be looked at")
    with pytest.raises(StateError, match="cannot be opened"):
        StateStore(tmp_path)


def test_a_transaction_is_whole_or_nothing(tmp_path: Path) -> None:
    store = StateStore(tmp_path)
    broken: Any = [("t", "picture", None)]
    with pytest.raises(Exception, match="NOT NULL"):
        store.save([("task", "t", {})], broken)
    assert store.records("task") == []
    store.save([("task", "t", {"n": 1})], [("t", "picture", b"x")])
    store.forget("task", "t")
    assert (store.records("task"), store.blob("t", "picture")) == ([], None)
    store.close()
