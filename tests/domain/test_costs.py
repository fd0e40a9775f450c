"""What can be a cost, a price or a balance; whatever else a service says in its place is not told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import MOST_CREDITS, as_balance, as_cost, as_unit_price, show_credits, show_usd
from fluxtui.providers.reading import as_number, as_whole

NO_COSTS = [
    float("inf"),
    float("-inf"),
    float("nan"),
    -0.01,
    1e308,
    MOST_CREDITS + 1,
    int("9" * 300),
    2**63,
    True,
    "4",
    "1e308",
    None,
    [4],
    {"cost": 4},
]


@pytest.mark.parametrize("told", NO_COSTS, ids=repr)
def test_what_cannot_be_a_cost_is_not_told(told: Any) -> None:
    assert as_cost(told) is None
    assert as_unit_price(told) is None


@pytest.mark.parametrize(("told", "cost"), [(0, 0.0), (4, 4.0), (0.012, 0.012), (MOST_CREDITS, MOST_CREDITS)])
def test_costs(told: float, cost: float) -> None:
    assert as_cost(told) == cost
    assert isinstance(as_cost(told), float)


def test_balances_may_be_owed_and_are_bounded() -> None:
    assert as_balance(-250) == -250
    assert as_balance(1e308) is None
    assert as_balance(float("nan")) is None


@pytest.mark.parametrize("told", [told for told in NO_COSTS if told is not None], ids=repr)
def test_job_that_an_old_version_wrote_costs_nothing_impossible(told: Any) -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    values: dict[str, Any] = {
        "id": "a",
        "kind": "generation",
        "state": "done",
        "profile": "p",
        "provider": "bfl",
    }
    values |= {"endpoint": "e", "title": "t", "created_at": now, "updated_at": now}
    job = Job.model_validate(values | {"parameters": {}, "estimate_credits": told, "cost_credits": told})
    assert (job.cost_credits, job.estimate_credits, show_credits(job.credits)) == (None, 0.0, "$0.00")


@pytest.mark.parametrize("amount", [float("inf"), float("-inf"), float("nan")])
def test_no_amount_is_shown_as_such(amount: float) -> None:
    assert show_usd(amount) == "$?"


def test_amount_beyond_reading_is_short() -> None:
    assert show_usd(1e308) == "$1.0e+308"
    assert show_usd(-2e12) == "-$2.0e+12"


@pytest.mark.parametrize("told", [10**400, 2**63, "9" * 400, 1e308, float("inf"), float("nan")])
def test_numbers_of_services_are_bounded(told: Any) -> None:
    assert as_number(told) is None
    assert as_whole(told) is None


def test_seeds_of_64_bits_are_exact() -> None:
    assert as_whole(2**63 - 1) == 2**63 - 1


@pytest.mark.parametrize("told", [2**63, 10**400, 0, -1, 1_000_001])
def test_rank_and_steps_that_cannot_be_are_absent(told: int) -> None:
    finetune = Finetune(profile="p", id="a", name="n", lora_rank=told, iterations=told, learning_rate=1e308)
    assert (finetune.lora_rank, finetune.iterations, finetune.learning_rate) == (None, None, None)


@pytest.mark.parametrize("told", [float("nan"), float("inf"), 0.0, -1e-4])
def test_learning_rate_that_cannot_be_is_absent(told: float) -> None:
    assert Finetune(profile="p", id="a", name="n", learning_rate=told).learning_rate is None
