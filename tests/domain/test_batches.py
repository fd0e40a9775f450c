"""Grids: what they go over, in what order, how many, and what is refused before anything is paid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.domain.axes import (
    FINETUNE,
    OFFER,
    PROMPT,
    SHAPE,
    Replacement,
    Scope,
    Shape,
    TypedAxis,
    axis_fields,
    axis_help,
    axis_titles,
    size_fields,
    strength_field,
)
from fluxtui.domain.axis_values import MOST_CELLS, NUMBERS, values_of
from fluxtui.domain.batches import BatchSetup, SeedMode, grid_of, seeds_for
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.loras import STRENGTH
from fluxtui.domain.uses import Offer
from fluxtui.providers.bfl.catalogue import GENERATION as BFL
from fluxtui.providers.fal.catalogue import GENERATION as FAL
from fluxtui.providers.replicate.catalogue import GENERATION as REPLICATE

OFFERS = tuple(Offer("bfl", "bfl", endpoint) for endpoint in BFL)
BY_ID = {offer.endpoint.info.id: offer for offer in OFFERS}
DEV, PRO = BY_ID["flux-dev"], BY_ID["flux-pro-1.1"]
FOX = Finetune(profile="bfl", id="ft-1", name="Fox")
HARE = Finetune(profile="bfl", id="ft-2", name="Hare, brown")
SCOPE = Scope(OFFERS, DEV, (FOX, HARE), "bfl/ft-1", "a fox in the snow")
FINETUNED = Scope(OFFERS, BY_ID["flux-pro-1.1-ultra-finetuned"], (FOX, HARE), "bfl/ft-1", "a fox")


def setup(*axes: tuple[str, str], seeds: SeedMode = SeedMode.USUAL, seed_list: str = "") -> BatchSetup:
    typed = tuple(TypedAxis(parameter=name, values=values) for name, values in axes)
    return BatchSetup(axes=typed, seeds=seeds, seed_list=seed_list)


def refusal(typed: BatchSetup, scope: Scope = SCOPE) -> str:
    with pytest.raises(InvalidInput) as caught:
        grid_of(typed, scope)
    return caught.value.sentence()


def test_first_axis_changes_fastest_and_cells_say_what_they_are() -> None:
    grid = grid_of(setup(("guidance", "2, 3"), ("steps", "20, 30"), ("seed", "7, 8")), SCOPE)
    cells = grid.cells()
    assert grid.title == "Guidance × Steps × Seed"
    assert (grid.count, len(cells)) == (8, 8)
    assert cells[0].label == "Guidance 2 · Steps 20 · Seed 7"
    assert [cell.values["guidance"] for cell in cells[:4]] == [2, 3, 2, 3]
    assert [cell.values["steps"] for cell in cells[:4]] == [20, 20, 30, 30]
    assert [cell.values["seed"] for cell in cells] == [7] * 4 + [8] * 4
    assert grid.axes[0].labels == ("Guidance 2", "Guidance 3")


def test_list_of_seeds_is_an_axis() -> None:
    grid = grid_of(setup(("steps", "20, 30"), seeds=SeedMode.LIST, seed_list="1, 5..7"), SCOPE)
    assert [len(axis.points) for axis in grid.axes] == [2, 4]
    assert grid_of(setup(seeds=SeedMode.RANDOM), SCOPE).axes == ()


def test_endpoints_and_finetunes_by_name() -> None:
    grid = grid_of(setup((OFFER, "FLUX 1.1 [pro], flux-dev")), SCOPE)
    assert [point.value for point in grid.axes[0].points] == [PRO, DEV]
    everything = grid_of(setup((OFFER, "all")), FINETUNED)
    assert all(point.value.endpoint.takes_finetune() for point in everything.axes[0].points)
    both = grid_of(setup((FINETUNE, 'none, fox, "hare, brown"')), FINETUNED)
    assert [point.value for point in both.axes[0].points] == [None, FOX, HARE]
    assert len(grid_of(setup((FINETUNE, "all")), FINETUNED).axes[0].points) == 2


def test_words_of_the_prompt_are_searched_and_replaced() -> None:
    grid = grid_of(setup((PROMPT, "fox, hare, fox")), SCOPE)
    assert [point.value for point in grid.axes[0].points] == [
        Replacement("fox", "fox"),
        Replacement("fox", "hare"),
    ]
    assert grid_of(setup((PROMPT, 'fox, ""')), SCOPE).axes[0].points[1].label == "(nothing)"
    assert refusal(setup((PROMPT, "owl, hare"))) == "The prompt has no “owl” that could be replaced."


def test_shapes_become_sizes_that_the_fields_allow() -> None:
    wide, high = size_fields(PRO.endpoint) or (None, None)
    assert wide is not None
    assert high is not None
    assert Shape(16, 9).sized(wide, high, 1024 * 1024) == (1376, 768)
    assert Shape(1, 1).sized(wide, high, 1024 * 768) == (896, 896)
    assert Shape(100, 1).sized(wide, high, 1024 * 1024) == (1440, 256)
    assert Shape(512, 768, is_size=True).sized(wide, high, 1) == (512, 768)
    assert "multiples of 32" in refusal(setup((SHAPE, "1000x1000")))
    assert "is none; write 16:9" in refusal(setup((SHAPE, "0:1")))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (setup(("steps", "20"), ("steps", "30")), "A grid cannot go over Steps twice."),
        (setup(("seed", "1"), seeds=SeedMode.LIST, seed_list="1"), "the seeds twice"),
        (setup((OFFER, "no-such")), "There is no endpoint “no-such”."),
        (setup((FINETUNE, "nobody")), "There is no finetune “nobody”"),
        (setup((FINETUNE, "all")), "there is nothing for “all”"),
        (setup(("nonsense", "1")), "FLUX.1 [dev] has no nonsense that could be varied."),
        (setup((OFFER, "flux-dev, flux-pro-1.1"), ("guidance", "2")), "FLUX 1.1 [pro] has no guidance"),
        (setup(("steps", "")), "Steps has no values yet"),
        (setup((PROMPT, " ")), "Prompt words has no values yet"),
        (
            setup(("steps", "10..30"), ("guidance", "2..4 step 0.5")),
            f"21 × 5 is 105 pictures; a batch has at most {MOST_CELLS}.",
        ),
        (
            setup(("steps", "1"), ("guidance", "2"), (PROMPT, "a"), seeds=SeedMode.LIST, seed_list="1"),
            "three parameters at most",
        ),
    ],
)
def test_what_cannot_be_is_said(typed: BatchSetup, words: str) -> None:
    assert words in refusal(typed)


@given(st.lists(st.lists(st.integers(1, 50), min_size=1, max_size=4, unique=True), min_size=1, max_size=2))
def test_every_combination_comes_once(rows: list[list[int]]) -> None:
    names = ("steps", "seed")[: len(rows)]
    typed = setup(*((name, ", ".join(map(str, row))) for name, row in zip(names, rows, strict=True)))
    grid = grid_of(typed, SCOPE)
    cells = grid.cells()
    assert len(cells) == grid.count == len({tuple(cell.values.items()) for cell in cells})
    assert len({cell.label for cell in cells}) == len(cells)


def test_seeds() -> None:
    assert seeds_for(SeedMode.FIXED, 7, 3) == [7, 7, 7]
    assert seeds_for(SeedMode.INCREASING, 7, 3) == [7, 8, 9]
    assert seeds_for(SeedMode.RANDOM, 7, 2) == [None, None]


def test_setup_survives_as_plain_values() -> None:
    made = setup(("steps", "1, 2"), seeds=SeedMode.INCREASING)
    assert BatchSetup.from_note(made.model_dump(mode="json")) == made
    assert BatchSetup.from_note({"axes": "nonsense"}) == BatchSetup()
    assert BatchSetup.from_note(None) == BatchSetup()
    assert not BatchSetup().is_on
    assert made.is_grid
    assert not BatchSetup(seeds=SeedMode.RANDOM).is_grid
    assert BatchSetup().with_axis(2, TypedAxis(parameter="steps")).axes[2].parameter == "steps"


@pytest.mark.parametrize("endpoint", [*BFL, *FAL, *REPLICATE], ids=lambda item: item.info.id)
def test_every_endpoint_says_what_can_be_varied(endpoint: type) -> None:
    offer = Offer("any", "any", endpoint)
    scope = Scope((offer,), offer)
    titles = axis_titles(endpoint)
    assert all(axis_help(name, scope) for name in titles)
    assert {item.name for item in axis_fields(endpoint)} <= titles.keys()
    for field in axis_fields(endpoint):
        if field.control in NUMBERS:
            # What the help names as an example can be written; no seed is below nought.
            written = axis_help(field.name, scope).partition(", or ")[2 if field.name == "seed" else 0]
            assert values_of(field, written)
            assert field.name != "seed" or written == "100..103"
    if offer.endpoint.info.finetunes is not None:
        assert strength_field(endpoint) is not None
        assert next(iter(titles)) == STRENGTH
