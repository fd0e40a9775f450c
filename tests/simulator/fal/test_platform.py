"""The platform API: models, prices, the balance."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.fal import keys
from fluxtui.simulator.running import ServiceView, Simulator

from .conftest import GENERATOR, SMALL, TRAINER, Submit


@pytest.fixture
def ask(fal: ServiceView, web: httpx.Client) -> Any:
    """Asks the platform API with a key."""

    def run(path: str, key: str = keys.VALID_KEY, **query: Any) -> httpx.Response:
        headers = {"authorization": f"Key {key}"}
        return web.get(f"{fal.urls['platform']}/v1/{path}", params=query, headers=headers)

    return run


def test_which_endpoints_live(ask: Any) -> None:
    found = ask("models", endpoint_id=[TRAINER, "fal-ai/flux-2-trainer", "no/such"]).json()
    states = {model["endpoint_id"]: model["metadata"]["status"] for model in found["models"]}
    assert states == {TRAINER: "deprecated", "fal-ai/flux-2-trainer": "active"}
    assert (found["next_cursor"], found["has_more"]) == (None, False)
    assert ask("models", endpoint_id=TRAINER, status="active").json()["models"] == []


def test_prices(ask: Any) -> None:
    answer = ask("models/pricing", endpoint_id=["fal-ai/flux-2-trainer", GENERATOR]).json()
    assert answer["prices"] == [
        {"endpoint_id": "fal-ai/flux-2-trainer", "unit_price": 0.0064, "unit": "steps", "currency": "USD"},
        {"endpoint_id": GENERATOR, "unit_price": 0.016, "unit": "megapixels", "currency": "USD"},
    ]


def test_pages(ask: Any) -> None:
    first = ask("models/pricing", limit=3).json()
    assert (len(first["prices"]), first["has_more"]) == (3, True)
    second = ask("models/pricing", limit=3, cursor=first["next_cursor"]).json()
    assert first["prices"][-1] != second["prices"][0]
    assert ask("models/pricing", limit=0).status_code == 400


def test_the_balance(ask: Any, submit: Submit) -> None:
    submit(GENERATOR, SMALL)
    answer = ask("account/billing", expand="credits")
    assert answer.json() == {
        "username": "valid",
        "credits": {"current_balance": 99.984, "currency": "USD"},
    }
    assert "credits" not in ask("account/billing").json()


def test_the_balance_needs_an_admin_key(ask: Any, web: httpx.Client, fal: ServiceView) -> None:
    refused = ask("account/billing", keys.SCOPED_KEY, expand="credits")
    assert (refused.status_code, refused.json()["error"]["type"]) == (403, "permission_error")
    assert ask("models/pricing", keys.SCOPED_KEY).status_code == 200
    unknown = web.get(f"{fal.urls['platform']}/v1/account/billing")
    assert (unknown.status_code, unknown.json()["error"]["type"]) == (401, "authorization_error")
    assert set(unknown.json()["error"]) == {"type", "message", "docs_url", "request_id"}


def test_admin_paths_cover_fal(
    simulator: Simulator, client: httpx.Client, submit: Submit, clock: ManualClock
) -> None:
    job = submit(GENERATOR, SMALL)
    clock.advance(0.1)
    client.post("/v1/flux-dev", json={"prompt": "p", "width": 256, "height": 256})
    listed = client.get("/simulator/ledger").json()
    assert [entry["service"] for entry in listed] == ["fal", "bfl"]
    assert listed[0]["id"] == job["request_id"]
    health = client.get("/simulator/health").json()
    assert health["active_tasks"] == 2
    assert health["services"]["fal"]["urls"] == simulator.fal.urls
    assert health["services"]["fal"]["credits"]["valid"] == 10_000 - 1.6
    client.post("/simulator/faults", json={"kind": "503", "service": "fal", "count": 1})
    assert client.get("/simulator/faults").json()[0]["service"] == "fal"
    client.post("/simulator/reset")
    assert (simulator.ledger(), simulator.fal.credits()) == ([], 10_000)
    assert client.get("/simulator/faults").json() == []


class TestPastRequests:
    """What was sent, when, and how it ended."""

    PATH = "models/requests/by-endpoint"

    def test_only_what_has_ended(
        self, ask: Any, submit: Submit, clock: ManualClock, simulator: Simulator
    ) -> None:
        name = submit(GENERATOR, SMALL)["request_id"]
        assert ask(self.PATH, endpoint_id=GENERATOR).json()["items"] == []
        simulator.fal.faults("listed-at-once", count=1)
        (row,) = ask(self.PATH, endpoint_id=GENERATOR).json()["items"]
        assert row["request_id"] == name
        assert "ended_at" not in row
        clock.advance(60)
        (row,) = ask(self.PATH, endpoint_id=GENERATOR).json()["items"]
        assert (row["status_code"], "json_input" in row) == (200, False)
        (row,) = ask(self.PATH, endpoint_id=GENERATOR, expand="payloads").json()["items"]
        assert row["json_input"] == SMALL
        assert ask(self.PATH, endpoint_id=TRAINER).json()["items"] == []
        assert ask(self.PATH, endpoint_id=GENERATOR, status="error").json()["items"] == []

    def test_what_it_does_not_answer(self, ask: Any) -> None:
        for query in ({}, {"limit": 101}, {"start": "yesterday"}, {"status": "fine"}, {"request_id": "x"}):
            named = {"endpoint_id": GENERATOR} if query else {}
            answer = ask(self.PATH, **named, **query)
            assert (answer.status_code, answer.json()["error"]["type"]) == (400, "validation_error")
