"""Mutations are decided by their seed alone, change something, and stay within their bound."""

from __future__ import annotations

from random import Random

from tests.fuzz.mutation import MOST_BYTES, Material, mutated

WHOLE = bytes(range(256)) * 4
MATERIAL = Material((b"token",), (b"other" * 50,))


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert mutated(WHOLE, Random(3), MATERIAL) == mutated(WHOLE, Random(3), MATERIAL)


def test_nearly_every_seed_changes_something_and_none_without_bound() -> None:
    made = [mutated(WHOLE, Random(seed), MATERIAL) for seed in range(300)]
    assert sum(one != WHOLE for one in made) > 270
    assert len(set(made)) > 250
    assert max(map(len, made)) <= MOST_BYTES
    assert any(b"token" in one for one in made)
    assert any(b"otherother" in one for one in made)


def test_nothing_can_be_mutated_as_well() -> None:
    assert all(len(mutated(b"", Random(seed))) <= MOST_BYTES for seed in range(200))
