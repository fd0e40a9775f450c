"""A little of what `benchmarks/fuzz_answers.py` tries for hours: every named case, and some drawn ones."""

from __future__ import annotations

import pytest

from tests.fuzz.campaign import Door, run
from tests.fuzz.doors import DOORS

SEED = 1
BUDGET = 150
"""How many cases of the quickest door; the others get as many as take as long."""


@pytest.mark.parametrize("name", DOORS)
async def test_nothing_that_comes_in_does_harm(name: str) -> None:
    door: Door = DOORS[name]()
    record = await run(door, seed=SEED, count=max(2, round(BUDGET / door.cost)))
    print("\n".join(record.lines()))
    assert not record.faults, "\n".join(record.lines())
    assert record.tried >= len(door.named)
