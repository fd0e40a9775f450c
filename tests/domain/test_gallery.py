from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.gallery import GalleryFilter, GalleryOrder, Term, clean_tag

NAMES = (
    st.none() | st.text(min_size=1, max_size=12) | st.sampled_from(["luna", "My Luna", 'say "hi"', "star"])
)
TAGS = st.lists(st.sampled_from(["best", "two words", 'a "b"', "ünder", "-x", "sort:seed"]), max_size=3)
PIXELS = st.none() | st.integers(0, 10**12) | st.sampled_from([0, 1_000_000, 1_048_576, 10**12])
MONEY = st.none() | st.floats(0, allow_nan=False, allow_infinity=False) | st.integers(0, 10**6).map(float)
PARTS = (
    *("star", "-star", '"star"', "fox", "-fox", '"red fox"', '-"red fox"', "cost<5", "cost>0", "cost>$0.07"),
    *("size:1mp", "size<2mp", "size>1024x1024", "since:2026-11", "tag:best", 'tag:"a b"', "seed:-1"),
    *("rating>2", 'finetune:"my luna', "sort:cost", "sort:beauty", '"', '-"-x"'),
)
LINE = st.text("star \"-:<>=5.mpx$fox'\n é猫") | st.lists(st.sampled_from(PARTS)).map(" ".join)


@st.composite
def filters(draw: st.DrawFn) -> GalleryFilter:
    return GalleryFilter(
        words=draw(st.text(max_size=30) | LINE),
        finetune=draw(NAMES),
        endpoint=draw(NAMES),
        profile=draw(NAMES),
        since=draw(st.none() | st.dates()),
        until=draw(st.none() | st.dates()),
        starred=draw(st.sampled_from([None, True, False])),
        least_rating=draw(st.integers(0, 5)),
        tags=tuple(draw(TAGS)),
        least_pixels=draw(PIXELS),
        most_pixels=draw(PIXELS),
        seed=draw(st.none() | st.integers(-(2**63), 2**63 - 1)),
        least_credits=draw(MONEY),
        most_credits=draw(MONEY),
        trashed=draw(st.booleans()),
        order=draw(st.sampled_from(list(GalleryOrder))),
    )


@given(filters())
def test_a_filter_is_read_back_from_its_text(wanted: GalleryFilter) -> None:
    assert GalleryFilter.parse(wanted.text()) == wanted


@given(LINE | st.text())
def test_any_line_is_a_filter_or_an_error_that_says_why(line: str) -> None:
    wanted, told = GalleryFilter(), "fine."
    try:
        wanted = GalleryFilter.parse(line)
    except InvalidInput as error:
        told = error.message
    assert told.endswith(".")
    assert GalleryFilter.parse(wanted.text()) == wanted


def test_everything_can_be_asked_for_in_one_line() -> None:
    wanted = GalleryFilter.parse(
        'fox "red house" star rating>=3 finetune:"my luna" endpoint:flux-2 profile:main since:2026-11-01 '
        "until:2026-11-30 tag:Best tag:cover seed:42 cost<=5 size>=1mp sort:rating is:trash"
    )
    assert wanted == GalleryFilter(
        words='fox "red house"',
        finetune="my luna",
        endpoint="flux-2",
        profile="main",
        since=date(2026, 11, 1),
        until=date(2026, 11, 30),
        starred=True,
        least_rating=3,
        tags=("best", "cover"),
        least_pixels=1_000_000,
        seed=42,
        most_credits=5,
        trashed=True,
        order=GalleryOrder.RATING,
    )
    assert wanted.text() == (
        'fox "red house" star rating>=3 finetune:"my luna" endpoint:flux-2 profile:main tag:best tag:cover '
        "since:2026-11-01 until:2026-11-30 seed:42 size>=1mp cost<=5 is:trash sort:rating"
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        ("date:2026-02", {"since": date(2026, 2, 1), "until": date(2026, 2, 28)}),
        ("since:2026-02 until:2026-03", {"since": date(2026, 2, 1), "until": date(2026, 3, 31)}),
        ("size:1024x768", {"least_pixels": 786_432, "most_pixels": 786_432}),
        ("size<0.5mp", {"most_pixels": 499_999}),
        ("size>100", {"least_pixels": 101}),
        ("cost:$0.07", {"least_credits": 7, "most_credits": 7}),
        ("RATING>2 -Star Sort:Seed", {"least_rating": 3, "starred": False, "order": "seed"}),
        ("is:star rating:5", {"starred": True, "least_rating": 5}),
        ('"star" 16:9', {"words": "star 16:9"}),
        ('an "unclosed quote', {"words": 'an "unclosed quote"'}),
        ('finetune:"say ""hi"""', {"finetune": 'say "hi"'}),
    ],
)
def test_a_line_is_read(line: str, expected: dict[str, object]) -> None:
    assert GalleryFilter.parse(line) == GalleryFilter.model_validate(expected)


def test_a_bound_that_is_not_included_is_written_as_it_was_typed() -> None:
    wanted = GalleryFilter.parse("cost<5 cost>0")
    assert wanted.text() == "cost>0 cost<5"
    assert wanted.most_credits is not None
    assert 4.99 < wanted.most_credits < 5


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("fox colour:red", "“colour:red” is no filter: there is no “colour”"),
        ("-tag:best", "there is no “-tag”"),
        ("finetune:", "“finetune:” is not finished"),
        ("rating>=6", "“rating>=6” is no rating"),
        ("rating<3", "“rating<3” is no rating"),
        ("rating>5", "“rating>5” is no rating"),
        ("since:yesterday", "“since:yesterday” is no day"),
        ("since:2026-02-30", "“since:2026-02-30” is no day"),
        ("since>2026-02-01", "“since>2026-02-01” is not understood"),
        ("seed:9223372036854775808", "“seed:9223372036854775808” is no seed"),
        ("seed:many", "“seed:many” is no seed"),
        ("cost<much", "“cost<much” is no cost"),
        ("cost<0", "“cost<0” is no cost that a picture can have"),
        ("cost>1e999", "“cost>1e999” is no cost"),
        ("size>=big", "“size>=big” is no size"),
        ("size<0", "“size<0” is no size that a picture can have"),
        ("sort:beauty", "“sort:beauty” is not understood: pictures are sorted by newest, oldest"),
        ("is:lost", "“is:lost” is not understood"),
        ('tag:" x" ' + "tag:" + "y" * 41, "A tag has at most 40 characters"),
    ],
)
def test_what_is_not_understood_is_named(line: str, named: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        GalleryFilter.parse(line)
    assert named in caught.value.sentence()


def test_words_are_terms() -> None:
    wanted = GalleryFilter.parse('fox "red house" -cat -"blue sky" "lone" - 5"')
    assert list(wanted.terms()) == [
        Term("fox"),
        Term("red house"),
        Term("cat", absent=True),
        Term("blue sky", absent=True),
        Term("lone"),
        Term("-"),
        Term('5"'),
    ]


def test_a_filter_knows_whether_it_hides_anything() -> None:
    assert GalleryFilter.parse("sort:cost").is_empty
    assert not GalleryFilter.parse("fox").is_empty
    assert not GalleryFilter.parse("is:trash").is_empty


def test_a_filter_cannot_ask_for_what_no_picture_has() -> None:
    with pytest.raises(ValidationError):
        GalleryFilter(least_rating=6)


def test_tags_are_kept_in_one_way() -> None:
    assert clean_tag("  Very   BEST\x1b[31m ") == "very best"
    with pytest.raises(InvalidInput, match="at least one letter"):
        clean_tag(" \t")
