"""Seeds that are drawn, or counted up, within what a field takes."""

from __future__ import annotations

from dataclasses import replace

from fluxtui.domain.endpoint import fields_of
from fluxtui.domain.seeds import SEED_LIMIT, drawn_seed, seeds_for
from fluxtui.providers.runware.generation import RunwareKlein9B

SEED = next(field for field in fields_of(RunwareKlein9B) if field.name == "seed")


def test_no_seed_is_below_what_the_field_takes() -> None:
    assert (SEED.minimum, SEED.maximum) == (1, SEED_LIMIT - 1)
    narrow = replace(SEED, maximum=2)
    assert {drawn_seed(narrow) for _ in range(100)} == {1, 2}
    drawn = seeds_for(RunwareKlein9B, None, 50)
    assert all(seed is not None and 1 <= seed < SEED_LIMIT for seed in drawn)


def test_seeds_that_are_counted_up_begin_again_at_the_least() -> None:
    assert seeds_for(RunwareKlein9B, SEED_LIMIT - 2, 3) == [SEED_LIMIT - 2, SEED_LIMIT - 1, 1]
