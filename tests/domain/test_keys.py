from __future__ import annotations

import pytest

from fluxtui.domain.keys import without_keys

FAL_KEY = "01234567-89ab-cdef-0123-456789abcdef:0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("key", ["bfl_0123456789abcdef", "r8_0123456789abcdef", FAL_KEY, FAL_KEY.upper()])
def test_keys_are_taken_out_wherever_they_stand(key: str) -> None:
    assert without_keys(f"the key {key}, and '{key}'", "(key)") == "the key (key), and '(key)'"


@pytest.mark.parametrize(
    "text", ["r8_short", "01234567-89ab-cdef-0123-456789abcdef", "at 127.0.0.1:8000", "owner/name:0123abcd"]
)
def test_what_is_no_key_stays(text: str) -> None:
    assert without_keys(text, "(key)") == text
