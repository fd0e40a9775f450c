"""What the gallery completes and offers, and its words."""

from __future__ import annotations

import pytest

from fluxtui.controllers.gallery import wording
from fluxtui.controllers.gallery.filtering import (
    completed_filter,
    completed_tags,
    filter_choices,
    problem_of,
    read_tags,
    with_condition,
)
from fluxtui.domain.gallery import Facet, Facets, GalleryFilter, GalleryOrder

FACETS = Facets(
    finetunes=(Facet("luna night", 3), Facet("lanterns", 2)),
    endpoints=(Facet("flux-dev", 5),),
    profiles=(Facet("demo", 5),),
    tags=(Facet("blue hour", 1),),
    pictures=5,
    starred=1,
    trashed=2,
)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("fi", "finetune:"),
        ("fox finetune:la", "fox finetune:lanterns"),
        ('finetune:"', 'finetune:"luna night"'),
        ('fox tag:"bl', 'fox tag:"blue'),
        ("fox sort:r", "fox sort:rating"),
        ("fox ", None),
        ("finetune:nobody", None),
    ],
)
def test_the_last_condition_is_completed(typed: str, completed: str | None) -> None:
    found = completed_filter(typed, FACETS)
    assert found is None if completed is None else found is not None and found.startswith(completed)


def test_the_last_tag_is_completed() -> None:
    assert completed_tags("night, blu", ["best", "blue hour"]) == "night, blue hour"
    assert completed_tags("night, ", ["best", "blue hour"]) is None


def test_tags_stand_between_commas_each_once() -> None:
    assert read_tags(" Night,, blue  hour , night,") == ("night", "blue hour")


def test_a_chosen_condition_joins_those_that_are_there() -> None:
    wanted = with_condition(GalleryFilter.parse("fox rating>=2 sort:seed"), 'finetune:"luna night"')
    assert wanted == GalleryFilter.parse('fox rating>=2 finetune:"luna night" sort:seed')
    assert with_condition(wanted, "rating>=4").least_rating == 4


def test_everything_on_offer_can_be_read() -> None:
    saved = {"best foxes": GalleryFilter.parse("fox rating>=4")}
    choices = filter_choices(FACETS, saved, GalleryFilter.parse("fox"))
    conditions = [choice.value.removeprefix("add:") for choice in choices if choice.value.startswith("add:")]
    assert all(problem_of(condition)[1] == "" for condition in conditions)
    assert 'finetune:"luna night"' in conditions
    assert choices[0].label == "best foxes"
    # With one profile there is nothing to choose among.
    assert not any(condition.startswith("profile:") for condition in conditions)


def test_what_is_wrong_with_a_filter_is_said() -> None:
    wanted, problem = problem_of("fox ratng>=3")
    assert wanted is None
    assert "ratng" in problem


def test_the_title_counts() -> None:
    everything = wording.title_text(100_000, 100_000, 0, GalleryFilter())
    assert everything == "100,000 pictures · newest first"
    some = GalleryFilter(words="fox", order=GalleryOrder.RATING)
    assert wording.title_text(312, 100_000, 3, some) == (
        "312 of 100,000 pictures · best rating first · 3 marked"
    )
    assert wording.title_text(1, 1, 0, GalleryFilter(trashed=True)).startswith("1 picture in the trash")


def test_nothing_to_see_says_what_to_do() -> None:
    assert wording.empty_text(GalleryFilter(order=GalleryOrder.SEED)) == wording.NOTHING_YET
    assert wording.empty_text(GalleryFilter(trashed=True)) == wording.EMPTY_TRASH
    assert wording.empty_text(GalleryFilter(trashed=True, words="fox")) == wording.NO_MATCH
