from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.domain.text import (
    contains_word,
    file_size,
    file_slug,
    insert_trigger_word,
    plural,
    safe_text,
    shorten,
    shown_text,
    slug,
    steady_text,
)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain [/b] text", "plain [/b] text"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1;2q data\x1b\\after", "after"),
        ("\x9b31mred", "red"),
        ("\x1b(Babc", "abc"),
        ("a\u202eb\u200fc", "abc"),
        ("a\x00\x07\x7fb", "ab"),
        ("one\r\ntwo\tthree", "one two three"),
        ("👨\u200d👩\u200d👧 ok", "👨\u200d👩\u200d👧 ok"),
        ("\ud800x", "x"),
        (3.5, "3.5"),
        (None, "None"),
    ],
)
def test_text_is_made_harmless(text: object, safe: str) -> None:
    assert safe_text(text) == safe


def test_line_breaks_can_stay() -> None:
    assert safe_text("a\r\nb\tc\rd", newlines=True) == "a\nb    c\nd"


@given(st.text(), st.booleans(), st.none() | st.integers(0, 30))
def test_nothing_that_steers_a_terminal_is_left(text: str, newlines: bool, limit: int | None) -> None:
    safe = safe_text(text, newlines=newlines, limit=limit)
    assert all(
        letter in "\n\u200d\ufe0e\ufe0f"
        or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        for letter in safe
    )
    assert newlines or "\n" not in safe
    assert limit is None or len(safe) <= limit


@given(st.text())
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)


@pytest.mark.parametrize(
    ("text", "limit", "short"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("a bcd", 3, "a…"), ("abc", 0, "")]
)
def test_shorten(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Fox, in the snow!", "a-fox-in-the-snow"),
        ("Über Äpfel", "uber-apfel"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本", ""),
        ("one two three four five six seven eight nine", "one-two-three-four-five-six-seven-eight"),
        ("x" * 90, "x" * 40),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.text())
def test_slugs_are_portable(text: str) -> None:
    name = slug(text)
    assert len(name) <= 40
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not name.startswith("-")
    assert not name.endswith("-")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Fox, in the snow!", "a-fox-in-the-snow"),
        ("Über Äpfel", "uber-apfel"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本 2", "日本-2"),
        ("نماز\u200cخانه", "نمازخانه"),
        ("हिन्दी भाषा", "हिन्दी-भाषा"),
        ("e\u0301te\u0301", "ete"),
        ("👨\u200d👩\u200d👧 ok", "ok"),
        ("a\x1b[31m\u202eb", "a-31m-b"),
        ("one two three four five six seven eight nine", "one-two-three-four-five-six-seven-eight"),
        ("猫" * 40, "猫" * 17),
    ],
)
def test_file_slugs_keep_letters_of_every_script(text: str, expected: str) -> None:
    assert file_slug(text) == expected


def test_plural() -> None:
    assert [plural(n, "picture") for n in (0, 1, 2, 1000)] == [
        "0 pictures",
        "1 picture",
        "2 pictures",
        "1,000 pictures",
    ]
    assert plural(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_960, "1.0 MB"),
        (1_400_000, "1.4 MB"),
        (5e12, "5000.0 GB"),
    ],
)
def test_file_size(size: int, text: str) -> None:
    assert file_size(size) == text


@pytest.mark.parametrize(
    ("prompt", "word", "expected"),
    [
        ("a cat", "TOK", "TOK, a cat"),
        ("a TOK cat", "TOK", "a TOK cat"),
        ("a tok cat", "TOK", "a tok cat"),
        ("TOKEN", "TOK", "TOK, TOKEN"),
        ("  ", "TOK", "TOK"),
        ("a cat", "", "a cat"),
        ("a (x+) cat", "(x+)", "a (x+) cat"),
    ],
)
def test_a_trigger_word_is_inserted_once(prompt: str, word: str, expected: str) -> None:
    assert insert_trigger_word(prompt, word) == expected
    assert insert_trigger_word(expected, word) == expected


def test_words_are_whole() -> None:
    assert contains_word("my TOK.", "tok")
    assert not contains_word("mytok", "tok")


UNSTEADY = {
    "variation selector": ("夜の砂丘 \U0001f3dc\ufe0f a dune", "夜の砂丘 \U0001f3dc a dune"),
    "text selector": ("\u263a\ufe0e", "\u263a"),
    "family": ("\U0001f469\u200d\U0001f467", "\U0001f469\U0001f467"),
    "skin": ("\U0001f44d\U0001f3fd", "\U0001f44d"),
    "keycap": ("1\ufe0f\u20e3", "1\u20e3"),
    "letters joined": ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u0937"),
    "flag": ("\U0001f1e9\U0001f1ea", "\U0001f1e9\U0001f1ea"),
}


@pytest.mark.parametrize(("text", "shown"), UNSTEADY.values(), ids=UNSTEADY)
def test_what_is_shown_takes_the_same_room_everywhere(text: str, shown: str) -> None:
    assert shown_text(text) == shown
    assert safe_text(text) == text


@pytest.mark.parametrize("text", [text for text, _ in UNSTEADY.values()], ids=UNSTEADY)
def test_in_a_field_every_character_keeps_its_place(text: str) -> None:
    assert len(steady_text(text)) == len(text)
    assert not set(steady_text(text)) & {"\u200d", "\ufe0e", "\ufe0f", "\U0001f3fd"}


def test_a_family_in_a_field_takes_the_room_that_is_reckoned_for_it() -> None:
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    assert steady_text(f"a {family}!") == "a \U0001f469" + "\u200b" * 4 + "!"
