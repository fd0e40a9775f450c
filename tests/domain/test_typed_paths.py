"""What a typed, pasted or dropped text may mean as a path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.domain.typed_paths import readings

ENVIRONMENT = {"HOME": "/home/me", "SET": "a b"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/a b", "/a b"),
        ("'/a b'", "/a b"),
        ('"~/x"', "~/x"),
        (r"/a\ b", "/a b"),
        (r"'/it'\''s'", "/it's"),
        ("file:///a%20b", "/a b"),
        ("file://localhost/a%23b?c", "/a#b?c"),
        ("$HOME/x", "/home/me/x"),
        ("${HOME}/$SET", "/home/me/a b"),
        ("$NOTHING/x", "$NOTHING/x"),
        ("/a b \n", "/a b"),
        ("  /x", "/x"),
        ("it's", "it's"),
        ("'/a b/'*.jpg", "/a b/*.jpg"),
    ],
)
def test_the_last_reading_is_what_a_shell_would_make_of_it(text: str, meant: str) -> None:
    assert readings(text, ENVIRONMENT)[-1] == meant


def test_the_first_reading_is_what_is_written() -> None:
    assert readings(r"/a\ 'b' ", ENVIRONMENT)[0] == r"/a\ 'b' "
    assert readings("file://elsewhere/a", ENVIRONMENT) == ("file://elsewhere/a",)
    assert readings(" \n", ENVIRONMENT) == ()


@given(st.text(max_size=30))
def test_no_text_is_too_much(text: str) -> None:
    found = readings(text, ENVIRONMENT)
    assert len(set(found)) == len(found)
    assert bool(found) is bool(text.strip("\r\n").strip())
