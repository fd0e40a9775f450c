from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.domain.keys import REMOVED_KEY, KeyFilter, key_filter, searched_for, without_keys
from fluxtui.domain.text import without_unseen
from tests.fakes.written_keys import WRITTEN, traces_of

FAL_KEY = "01234567-89ab-cdef-0123-456789abcdef:fedcba9876543210fedcba9876543210"
UUID_KEY = "0a1b2c3d-89ab-4def-8123-456789abcdef"
KEYS = (FAL_KEY, UUID_KEY, "bfl_Ab12Cd34Ef56Gh78", "MARKEDKEY123", "q+/=&'\"<>\\~!k9", "r8_aZ09bY18cX27dW36")


@pytest.mark.parametrize("key", ["bfl_0123456789abcdef", "r8_0123456789abcdef", FAL_KEY, FAL_KEY.upper()])
def test_keys_are_taken_out_wherever_they_stand(key: str) -> None:
    assert without_keys(f"the key {key}, and '{key}'", "(key)") == "the key (key), and '(key)'"


@pytest.mark.parametrize(
    "text", ["r8_short", "01234567-89ab-cdef-0123-456789abcdef", "at 127.0.0.1:8000", "owner/name:0123abcd"]
)
def test_what_is_no_key_stays(text: str) -> None:
    assert without_keys(text, "(key)") == text


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("key", KEYS)
def test_a_key_in_use_is_found_however_it_is_written(key: str, written: str) -> None:
    text = f"it says {WRITTEN[written](key)} ."
    clean = KeyFilter(KEYS).without(text)
    assert clean.startswith("it says ")
    assert clean.endswith(" .")
    assert REMOVED_KEY in clean
    assert not [trace for trace in traces_of(key) if trace in clean.lower()]


@pytest.mark.parametrize("written", WRITTEN)
def test_the_secret_half_is_found_alone(written: str) -> None:
    half = FAL_KEY.rpartition(":")[2]
    clean = KeyFilter([FAL_KEY]).without(WRITTEN[written](half))
    assert REMOVED_KEY in clean
    assert half not in clean.lower()


@given(
    key=st.text([chr(code) for code in range(33, 127)], min_size=8, max_size=60),
    before=st.binary(max_size=5),
    after=st.binary(max_size=5),
    web=st.booleans(),
)
def test_base64_of_any_key_with_anything_beside_it(key: str, before: bytes, after: bytes, web: bool) -> None:
    encode = base64.urlsafe_b64encode if web else base64.b64encode
    text = encode(before + key.encode() + after).decode()
    clean = KeyFilter([key]).without(text)
    assert REMOVED_KEY in clean
    # What is left are letters of what stood beside it.
    assert len(clean.replace(REMOVED_KEY, "")) <= 16


def test_names_and_values_within_json_are_cleaned_and_the_rest_is_the_same() -> None:
    key = "MARKEDKEY123"
    answer: Any = {
        "id": "job-1",
        f"x-{key}": [1, None, True, {"deep": [f"a {key} b"]}],
        "cost": 3.5,
    }
    clean = KeyFilter([key]).cleaned(answer)
    assert clean == {"id": "job-1", f"x-{REMOVED_KEY}": [1, None, True, {"deep": ["a (key) b"]}], "cost": 3.5}
    assert key not in json.dumps(clean)


@given(text=st.text(max_size=200))
def test_without_a_key_in_it_a_text_is_the_same(text: str) -> None:
    assert KeyFilter(KEYS).without(text) == text


def test_a_picture_within_an_answer_is_the_same() -> None:
    bare = base64.b64encode(os.urandom(400_000)).decode()
    assert KeyFilter(KEYS).cleaned({"sample": bare, "uri": f"data:image/png;base64,{bare}"}) == {
        "sample": bare,
        "uri": f"data:image/png;base64,{bare}",
    }


def test_what_is_short_or_a_word_is_not_looked_for() -> None:
    given = ["Ready", "x", "", "COMPLETED", "1234567", "sim-valid", "a" * 20]
    assert searched_for(given) == {"sim-valid", "a" * 20}


def test_a_filter_is_made_once_and_tells_nothing() -> None:
    assert key_filter(frozenset(KEYS)) is key_filter(frozenset(KEYS))
    assert "MARKED" not in repr(KeyFilter(KEYS))
    assert KeyFilter([]).without("anything") == "anything"


@given(
    key=st.text([chr(code) for code in range(33, 127)], min_size=8, max_size=60),
    written=st.sampled_from(sorted(WRITTEN)),
    before=st.text("ab =:\"'\n", max_size=5),
)
def test_any_key_is_found_however_it_is_written(key: str, written: str, before: str) -> None:
    text = f"{before}{WRITTEN[written](key)} end"
    clean = KeyFilter([key]).without(text)
    assert REMOVED_KEY in clean
    assert key.lower() not in clean.lower()
    assert clean.endswith(" end")


def test_of_a_text_that_nobody_reads_its_length_is_left() -> None:
    long = "50%| " * 100_000
    assert KeyFilter(KEYS).without(long) == long
    with_key = f"{long}{WRITTEN['percent'](UUID_KEY)}"
    assert KeyFilter(KEYS).without(with_key) == f"({len(with_key)} characters, {REMOVED_KEY} among them)"


@pytest.mark.parametrize("piece", ["%", "&a", "\\u0041", "%41", "\\", "&amp;", "%25"])
def test_much_of_what_looks_escaped_takes_no_time(piece: str) -> None:
    # Quadratic work on this much would run into the limit of the tests.
    text = piece * (1_000_000 // len(piece))
    assert KeyFilter(KEYS).without(text) == text


@pytest.mark.parametrize(
    "letter",
    [
        lambda code: f"\\{code:03o}",
        lambda code: f"\\U{code:08x}",
        lambda code: f"\\u{{{code:x}}}",
        lambda code: f"&#37;{code:02x}",
        lambda code: f"\\u0026#x25;{code:02x}",
        lambda code: f"%5Cx{code:02x}",
    ],
)
def test_of_a_text_in_which_a_key_cannot_be_cut_out_nothing_is_left(letter: Callable[[int], str]) -> None:
    written = "".join(letter(ord(character)) for character in FAL_KEY)
    assert KeyFilter((FAL_KEY,)).without(f"before {written} after") == REMOVED_KEY


@pytest.mark.parametrize(
    "unseen",
    ["\u200b", "\u00ad", "\u200d", "\u2060", "\n", "\r\n", "\x00", "\x1b[1m", "\x1b]0;x\x07", "\x9b0m"],
)
@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_not_hidden_by_what_is_not_seen(key: str, unseen: str) -> None:
    for broken in (unseen.join((key[:4], key[4:])), unseen.join(key)):
        clean = KeyFilter(KEYS).without(f"the key {broken} and {key}, it says")
        assert REMOVED_KEY in clean
        assert key not in without_unseen(clean)
        assert clean.endswith(", it says")


def test_lines_and_marks_stay_where_no_key_is_hidden() -> None:
    text = "the key MARKEDKEY123 is\nno\u200bkey \U0001f469\u200d\U0001f680"
    assert KeyFilter(KEYS).without(text) == text.replace("MARKEDKEY123", REMOVED_KEY)
