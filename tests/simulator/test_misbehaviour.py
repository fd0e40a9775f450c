"""Faults as a client meets them."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from PIL import Image

from fluxtui.simulator.running import Simulator

Fetch = Callable[[str, dict[str, Any]], httpx.Response]
SMALL = {"prompt": "p", "width": 256, "height": 256}


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "504"])
def test_error_answers_accept_nothing(client: httpx.Client, simulator: Simulator, kind: str) -> None:
    simulator.faults(kind, count=1, where="submit")
    assert client.get("/v1/credits").status_code == 200
    answer = client.post("/v1/flux-dev", json=SMALL)
    assert answer.status_code == int(kind)
    assert "retry-after" not in answer.headers
    assert simulator.ledger() == []
    assert client.post("/v1/flux-dev", json=SMALL).status_code == 200


def test_the_page_of_a_proxy(client: httpx.Client, simulator: Simulator) -> None:
    simulator.faults("ingress-502", count=1)
    answer = client.get("/v1/credits")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert "nginx" in answer.text


def test_429_with_retry_after(client: httpx.Client, simulator: Simulator) -> None:
    simulator.faults("429-retry-after", count=1, seconds=7)
    answer = client.get("/v1/credits")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


def test_latency(client: httpx.Client, simulator: Simulator) -> None:
    simulator.faults("latency", count=1, seconds=0.2)
    began = time.monotonic()
    assert client.get("/v1/credits").status_code == 200
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("how", ["cleared", "reset"])
def test_what_is_held_back_goes_on_once_faults_are_cleared_and_never_happened_after_a_reset(
    client: httpx.Client, simulator: Simulator, eventually: Callable[[Callable[[], bool]], None], how: str
) -> None:
    simulator.faults("latency", count=1, seconds=3600)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(client.post, "/v1/flux-dev", json=SMALL)
        eventually(lambda: simulator.held() == 1)
        if how == "cleared":
            simulator.clear_faults()
            assert answer.result().status_code == 200
            assert len(simulator.ledger()) == 1
        else:
            simulator.reset()
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                answer.result()
            assert simulator.ledger() == []


def test_a_connection_dropped_before_acceptance_bills_nothing(
    client: httpx.Client, simulator: Simulator
) -> None:
    simulator.faults("drop-before", count=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.post("/v1/flux-dev", json=SMALL)
    assert simulator.ledger() == []


@pytest.mark.parametrize("kind", ["drop-after", "truncated-body"])
def test_an_answer_lost_after_acceptance_is_billed(
    client: httpx.Client, simulator: Simulator, kind: str
) -> None:
    simulator.faults(kind, count=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.post("/v1/flux-dev", json=SMALL)
    assert len(simulator.ledger()) == 1
    assert simulator.credits() == 9997.5


def test_a_training_whose_answer_was_lost_appears_in_the_list(
    client: httpx.Client, simulator: Simulator, clock: Any, training: dict[str, Any]
) -> None:
    simulator.faults("drop-after", count=1, where="submit")
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/v1/finetune", json=training)
    clock.advance(1)
    assert client.get("/v1/my_finetunes").json() == {"finetunes": [simulator.ledger()[0]["id"]]}


def test_a_garbled_body(client: httpx.Client, simulator: Simulator) -> None:
    simulator.faults("garbled-body", count=1)
    answer = client.post("/v1/flux-dev", json=SMALL)
    assert answer.status_code == 200
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        answer.json()
    assert len(simulator.ledger()) == 1


def test_an_unknown_status(finish: Fetch, client: httpx.Client, simulator: Simulator) -> None:
    simulator.faults("unknown-status", count=1)
    answer = finish("flux-dev", SMALL)
    assert answer.json()["status"] == "Rehearsing"
    assert client.get(answer.url).json()["status"] == "Ready"


@pytest.mark.parametrize(
    ("kind", "status"),
    [("failed", "Error"), ("moderated", "Request Moderated"), ("content-moderated", "Content Moderated")],
)
def test_tasks_that_end_badly(finish: Fetch, simulator: Simulator, kind: str, status: str) -> None:
    simulator.faults(kind, count=1)
    assert finish("flux-dev", SMALL).json()["status"] == status
    assert finish("flux-dev", SMALL).json()["status"] == "Ready"
    assert [entry["status"] for entry in simulator.ledger()] == [status, "Ready"]


def test_spoilt_deliveries(finish: Fetch, simulator: Simulator) -> None:
    sample = finish("flux-dev", SMALL).json()["result"]["sample"]
    simulator.faults("expired", count=1)
    assert httpx.get(sample).status_code == 403
    simulator.faults("wrong-type", count=1)
    assert httpx.get(sample).headers["content-type"].startswith("text/html")
    simulator.faults("truncated-image", count=1)
    half = httpx.get(sample).content
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(half)).load()
    simulator.faults("truncated-body", count=1, where="delivery")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(sample)
    assert httpx.get(sample).content.startswith(half)


def test_admin_paths_need_no_key_and_never_misbehave(client: httpx.Client, simulator: Simulator) -> None:
    bare = httpx.Client(base_url=simulator.base_url)
    with bare:
        added = bare.post("/simulator/faults", json={"kind": "503", "count": 2, "rate": None, "where": "any"})
        fault = {"kind": "503", "count": 2, "rate": None, "where": "any", "seconds": 1.0, "service": "any"}
        assert added.json() == [fault]
        assert bare.get("/simulator/health").json()["status"] == "ok"
        assert client.get("/v1/credits").status_code == 503
        assert bare.get("/simulator/faults").json()[0]["count"] == 1
        assert bare.delete("/simulator/faults").json() == []
        refused = bare.post("/simulator/faults", json={"kind": "flood"})
        assert (refused.status_code, "no fault 'flood'" in refused.json()["detail"]) == (400, True)
        assert bare.post("/simulator/finetunes", json={"finetune_id": "No Good"}).status_code == 400


def test_reset_forgets_everything(client: httpx.Client, simulator: Simulator, trained: str) -> None:
    client.post("/v1/flux-dev", json=SMALL)
    simulator.faults("500", where="submit")
    assert client.post("/simulator/reset").json() == {"status": "reset"}
    assert client.get("/simulator/ledger").json() == []
    assert client.get("/v1/my_finetunes").json() == {"finetunes": []}
    assert client.get("/v1/credits").json() == {"credits": 10_000}
    assert client.post("/v1/flux-dev", json=SMALL).status_code == 200
    assert client.get("/simulator/ledger").json()[0]["endpoint"] == "flux-dev"
