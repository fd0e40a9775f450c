from __future__ import annotations

import json

import pytest

from fluxtui.domain.json_text import DEEPEST, NotJson, read_json


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":[', "]}")])
def test_json_nests_as_deep_as_documents_do_and_no_deeper(opening: str, closing: str) -> None:
    levels = DEEPEST // len(opening.replace('"a":', ""))
    assert read_json(opening * levels + closing * levels) is not None
    for text in (opening * (DEEPEST + 1) + closing * (DEEPEST + 1), opening * 960 + closing * 960):
        with pytest.raises(NotJson):
            read_json(text.encode())


def test_many_brackets_beside_each_other_are_read() -> None:
    assert len(read_json("[" + "{}," * 5_000 + "[]]")) == 5_001


@pytest.mark.parametrize("content", ["", "{", b"\xff\xfe\xfd", "9" * 5_000, "[" * 100_000, '{"a": b}'])
def test_what_is_no_json_says_nothing_of_itself(content: str | bytes) -> None:
    with pytest.raises(NotJson) as caught:
        read_json(content)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert caught.value.__cause__ is None


def test_bytes_are_read_in_the_letters_that_they_are_in() -> None:
    assert read_json(json.dumps({"a": "ü"}, ensure_ascii=False).encode("utf-16")) == {"a": "ü"}
