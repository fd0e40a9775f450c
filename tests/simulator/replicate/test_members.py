"""Keys, limits, credit: R1, R9, R13."""

from __future__ import annotations

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.replicate.keys import POOR_KEY, THROTTLED_KEY, VALID_KEY
from fluxtui.simulator.replicate.members import Limits
from fluxtui.simulator.replicate.problems import ProblemError
from fluxtui.simulator.running import Simulator

OFFICIAL = "/models/black-forest-labs/flux-dev-lora/predictions"
SMALL = {"input": {"prompt": "p", "megapixels": "0.25"}}


def asked(simulator: Simulator, authorization: str | None) -> httpx.Response:
    headers = {} if authorization is None else {"authorization": authorization}
    return httpx.get(f"{simulator.replicate.urls['api']}/v1/account", headers=headers)


@pytest.mark.parametrize("scheme", ["Bearer", "Token"])
def test_both_schemes_are_known(simulator: Simulator, scheme: str) -> None:
    answer = asked(simulator, f"{scheme} {VALID_KEY}")
    assert answer.status_code == 200
    account = {"type": "user", "username": "member-1", "name": "Simulated User"}
    assert answer.json() == account


@pytest.mark.parametrize("header", [None, "", VALID_KEY, "Bearer r8_wrong", f"Basic {VALID_KEY}", "Bearer"])
def test_others_are_unauthenticated(simulator: Simulator, header: str | None) -> None:
    answer = asked(simulator, header)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "title": "Unauthenticated",
        "detail": "You did not pass a valid authentication token",
        "status": 401,
    }


def test_answers_tell_what_is_left_but_not_for_files(api: httpx.Client) -> None:
    assert "ratelimit-remaining" not in api.get("/files").headers
    first = api.get("/hardware").headers
    assert int(first["ratelimit-remaining"]) == 2999
    assert int(api.get("/models/nobody/nothing").headers["ratelimit-remaining"]) == 2998
    created = api.post(OFFICIAL, json=SMALL)
    assert (created.status_code, created.headers["ratelimit-remaining"]) == (201, "599")
    refused = api.post(OFFICIAL, json={"input": {}})
    assert (refused.status_code, refused.headers["ratelimit-remaining"]) == (422, "598")
    assert 1 <= int(refused.headers["ratelimit-reset"]) <= 60


def test_a_limit_is_forgotten_after_a_minute() -> None:
    limits = Limits(few_creates=False)
    left = [limits.count("create", 1000.0)["ratelimit-remaining"] for _ in range(600)]
    assert (left[0], left[-1]) == ("599", "0")
    with pytest.raises(ProblemError) as refused:
        limits.count("create", 1059.5)
    assert refused.value.document == {"detail": "Request was throttled. Your rate limit resets in ~1s."}
    assert limits.count("create", 1060.0)["ratelimit-remaining"] == "599"


def test_little_credit_allows_one_create_in_ten_seconds(simulator: Simulator, clock: ManualClock) -> None:
    base, headers = simulator.replicate.urls["api"], {"authorization": f"Bearer {THROTTLED_KEY}"}

    def create() -> httpx.Response:
        return httpx.post(f"{base}/v1{OFFICIAL}", json=SMALL, headers=headers)

    assert create().status_code == 201
    clock.advance(4)
    refused = create()
    assert refused.status_code == 429
    assert refused.json()["status"] == 429
    assert refused.json()["retry_after"] == 6
    assert "retry-after" not in refused.headers
    clock.advance(6)
    assert create().status_code == 201
    assert len(simulator.replicate.ledger()) == 2


def test_without_credit_nothing_runs(simulator: Simulator) -> None:
    base, headers = simulator.replicate.urls["api"], {"authorization": f"Bearer {POOR_KEY}"}
    refused = httpx.post(f"{base}/v1{OFFICIAL}", json=SMALL, headers=headers)
    assert refused.status_code == 402
    assert refused.json()["title"] == "Insufficient credit"
    assert refused.json()["detail"].startswith("You have insufficient credit to run this model. ")
    assert simulator.replicate.ledger() == []
    simulator.replicate.refill(50, "poor")
    assert httpx.post(f"{base}/v1{OFFICIAL}", json=SMALL, headers=headers).status_code == 201


def test_unknown_paths_and_bodies_are_problems(api: httpx.Client) -> None:
    unknown = api.get("/moon")
    assert unknown.json() == {"detail": "The requested resource could not be found.", "status": 404}
    broken = api.post("/predictions", content=b"{")
    assert (broken.status_code, broken.headers["content-type"]) == (400, "application/problem+json")
    assert api.post("/predictions", content=b"[]").status_code == 400
    assert api.get("/webhooks/default/secret").json()["key"].startswith("whsec_")
