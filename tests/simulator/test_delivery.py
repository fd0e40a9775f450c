"""Result addresses: signed, without a key, mortal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.running import Simulator

Fetch = Callable[[str, dict[str, Any]], httpx.Response]


@pytest.fixture
def sample(finish: Fetch) -> str:
    """The address of a finished picture."""
    answer = finish("flux-dev", {"prompt": "p", "width": 256, "height": 256})
    return str(answer.json()["result"]["sample"])


def test_the_same_picture_each_time(sample: str, simulator: Simulator) -> None:
    assert sample.startswith(simulator.delivery_base_url)
    first, second = httpx.get(sample), httpx.get(sample)
    assert first.headers["content-type"] == "image/jpeg"
    assert first.content == second.content
    assert httpx.head(sample).headers["content-length"] == str(len(first.content))
    assert simulator.ledger()[0]["delivered"] == 2


def test_a_key_is_refused_loudly_and_recorded(sample: str, simulator: Simulator) -> None:
    answer = httpx.get(sample, headers={"x-key": VALID_KEY})
    assert answer.status_code == 400
    assert "without it" in answer.json()["detail"]
    assert len(simulator.violations()) == 1
    assert simulator.violations()[0]["job"] == simulator.ledger()[0]["id"]
    assert simulator.ledger()[0]["violations"] == [answer.json()["detail"]]
    assert VALID_KEY not in str(simulator.ledger())
    unknown = f"{simulator.delivery_base_url}/results/x/sample.png"
    assert httpx.get(unknown, headers={"x-key": VALID_KEY}).status_code == 400
    assert simulator.violations()[1]["job"] is None


def test_an_address_dies_after_ten_minutes(sample: str, clock: ManualClock) -> None:
    clock.advance(599)
    assert httpx.get(sample).status_code == 200
    clock.advance(2)
    answer = httpx.get(sample)
    assert answer.status_code == 403
    assert "Request has expired" in answer.text
    assert answer.headers["content-type"] == "application/xml"


def test_flux_3_lives_an_hour(finish: Fetch, clock: ManualClock) -> None:
    body = {"prompt": "p", "resolution": "768sq"}
    sample = finish("flux-3-image", body).json()["result"]["sample"]
    clock.advance(3500)
    assert httpx.get(sample).status_code == 200
    clock.advance(200)
    assert httpx.get(sample).status_code == 403


@pytest.mark.parametrize(
    "change", [("signature=", "signature=0"), ("expires=", "expires=9"), ("/results/", "/results/0")]
)
def test_a_changed_address_is_refused(sample: str, change: tuple[str, str]) -> None:
    answer = httpx.get(sample.replace(*change))
    assert (answer.status_code, "SignatureDoesNotMatch" in answer.text) == (403, True)
