"""Files that are what they say, and the many that are not."""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fluxtui.domain.errors import WeightsError
from fluxtui.domain.text import safe_text
from fluxtui.services.lora.safetensors import read_header

few = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ENTRY = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'


def file_of(path: Path, text: str | bytes, data: int = 8, *, length: int | None = None) -> Path:
    raw = text.encode() if isinstance(text, str) else text
    path.write_bytes((len(raw) if length is None else length).to_bytes(8, "little") + raw + bytes(data))
    return path


def complaint(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        read_header(path)
    assert caught.value.message.isprintable()
    assert len(caught.value.sentence()) < 500
    return caught.value.message


def test_a_valid_file_is_told_completely(make_weights: Callable[..., Path], tmp_path: Path) -> None:
    shapes = {"a.lora_A.weight": (4, 6), "a.lora_B.weight": (8, 4), "a.alpha": (), "empty": (0, 3)}
    path = make_weights(tmp_path / "a.safetensors", shapes, {"note": "é \u2028"}, dtypes={"a.alpha": "F32"})
    header = read_header(path)
    assert header.size == path.stat().st_size
    assert header.metadata == {"note": "é \u2028"}
    assert {tensor.name: tensor.shape for tensor in header.tensors} == shapes
    assert [(tensor.start, tensor.end) for tensor in header.tensors] == [
        *((0, 48), (48, 112), (112, 116), (116, 116)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' + ENTRY + "}   ",
        '{ "a" :\n' + ENTRY.replace(",", " ,\t").replace("[", "[ ") + " }",
        '{"__metadata__":null,"a":' + ENTRY + "}",
        '{"a":' + ENTRY + ',"__metadata__":{}}',
        '{"\\u0061\\n\\ud83d\\ude00":' + ENTRY + "}",
        '{"b":{"data_offsets":[4,8],"shape":[1],"dtype":"F32"},"a":{"dtype":"BOOL","shape":[2,2],"data_offsets":[0,4]}}',
        '{"a":{"dtype":"F4","shape":[16],"data_offsets":[0,8]}}',
    ],
)
def test_what_the_format_allows_is_taken(text: str, tmp_path: Path) -> None:
    assert read_header(file_of(tmp_path / "a", text)).tensors


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "no object": ("[]", "begin like one"),
    "space first": (' {"a":' + ENTRY + "}", "begin like one"),
    "nothing in it": ("{}", "no weights"),
    "only metadata": ('{"__metadata__":{"a":"b"}}', "no weights"),
    "more than one": ('{"a":' + ENTRY + "}{}", "more than one object"),
    "bytes after it": (b'{"a":' + ENTRY.encode() + b"}\0", "more than one object"),
    "unfinished": ('{"a":' + ENTRY, "not the JSON"),
    "comma at the end": ('{"a":' + ENTRY + ",}", "not the JSON"),
    "twice": ('{"a":' + ENTRY + ',"a":' + ENTRY + "}", "layer a twice"),
    "twice, escaped": ('{"a":' + ENTRY + ',"\\u0061":' + ENTRY + "}", "layer a twice"),
    "metadata twice": ('{"__metadata__":{},"__metadata__":{},"a":' + ENTRY + "}", "metadata twice"),
    "key twice": ('{"__metadata__":{"k":"1","k":"2"},"a":' + ENTRY + "}", "has k twice"),
    "metadata of numbers": ('{"__metadata__":{"k":1},"a":' + ENTRY + "}", "not a text under k"),
    "metadata in metadata": ('{"__metadata__":{"k":{}},"a":' + ENTRY + "}", "not a text under k"),
    "a list of layers": ('{"a":[]}', "not the JSON"),
    "no kind": ('{"a":{"shape":[2],"data_offsets":[0,8]}}', "incomplete"),
    "no shape": ('{"a":{"dtype":"F32","data_offsets":[0,8]}}', "incomplete"),
    "no offsets": ('{"a":{"dtype":"F32","shape":[2]}}', "incomplete"),
    "one offset": ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}', "incomplete"),
    "three offsets": ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}', "more than 2"),
    "another field": ('{"a":{"dtype":"F32","x":1,"shape":[2],"data_offsets":[0,8]}}', "not understood"),
    "a field twice": ('{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', "understood"),
    "unknown kind": ('{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}', "unknown kind"),
    "kind is a number": ('{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}', "not the JSON"),
    "negative": ('{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}', "whole one"),
    "a fraction": ('{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}', "whole one"),
    "an exponent": ('{"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}', "whole one"),
    "zero first": ('{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}', "whole one"),
    "true": ('{"a":{"dtype":"F32","shape":[true,2],"data_offsets":[0,8]}}', "whole one"),
    "NaN": ('{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}', "whole one"),
    "huge number": ('{"a":{"dtype":"F32","shape":[' + "9" * 5000 + '],"data_offsets":[0,8]}}', "whole one"),
    "huge shape": (
        '{"a":{"dtype":"F32","shape":[' + ",".join([str(2**63 - 1)] * 16) + '],"data_offsets":[0,8]}}',
        "contradicts",
    ),
    "a number beyond the journal's": (
        '{"a":{"dtype":"F32","shape":[' + str(2**63) + ',0],"data_offsets":[0,0]}}',
        "within bounds",
    ),
    "many dimensions": ('{"a":{"dtype":"F32","shape":[' + "1," * 50 + '2],"data_offsets":[0,8]}}', "16"),
    "shape too large": ('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', "contradicts its shape"),
    "backwards": ('{"a":{"dtype":"F32","shape":[0],"data_offsets":[8,0]}}', "contradicts its shape"),
    "part of a byte": ('{"a":{"dtype":"F4","shape":[15],"data_offsets":[0,8]}}', "contradicts its shape"),
    "hole first": ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', "hole before its layer a"),
    "overlap": (
        '{"a":' + ENTRY + ',"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        "hole before its layer b",
    ),
    "too long": ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', "4 B too many at its end"),
    "too short": ('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}', "4 B of its end are missing"),
    "no UTF-8": (b'{"\xff\xfe":' + ENTRY.encode() + b"}", "not Unicode"),
    "surrogate": ('{"\\ud800":' + ENTRY + "}", "not Unicode"),
    "surrogate as bytes": (b'{"\xed\xa0\x80":' + ENTRY.encode() + b"}", "not Unicode"),
    "unknown escape": ('{"\\x61":' + ENTRY + "}", "not the JSON"),
    "control character": ('{"a\n":' + ENTRY + "}", "not the JSON"),
    "long name": ('{"' + "a" * 2000 + '":' + ENTRY + "}", "name of a layer is far too long"),
    "deep": ('{"a":' + "[" * 200_000, "not the JSON"),
    "deep in a shape": ('{"a":{"shape":' + "[" * 200_000, "whole one"),
    "deep objects": ('{"__metadata__":' + '{"a":' * 200_000, "not a text under a"),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_the_format_forbids_is_refused_with_a_sentence(case: str, tmp_path: Path) -> None:
    text, words = REFUSED[case]
    assert words in complaint(file_of(tmp_path / "a", text))


def test_names_with_escapes_are_harmless_in_a_sentence(tmp_path: Path) -> None:
    text = '{"\\u001b[31m\\u202ea":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}'
    assert "layer a contradicts" in complaint(file_of(tmp_path / "b\x1b[2J", text))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"\x02\0\0", "far too short"),
        (b"<!DOCTYPE html><html><title>Sign in</title>", "a web page with the title “Sign in”"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        (b"PK\x03\x04" + bytes(100), "does not begin like one"),
        ((100_000_001).to_bytes(8, "little") + b"{}", "does not begin like one"),
        ((2**64 - 1).to_bytes(8, "little") + b"{}", "does not begin like one"),
        ((50).to_bytes(8, "little") + b'{"a":', "ends in the middle of its header"),
    ],
)
def test_other_files_are_refused(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert words in complaint(path)


def test_every_shorter_or_longer_file_is_refused(make_weights: Callable[..., Path], tmp_path: Path) -> None:
    path = make_weights(tmp_path / "a", {"a.lora_A.weight": (2, 3), "b": (1,)}, {"x": "y"})
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        complaint(path)
    path.write_bytes(whole + b"\0")
    assert "too many" in complaint(path)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in complaint(tmp_path / "pipe")
    assert "is a folder" in complaint(tmp_path)
    assert "does not exist" in complaint(tmp_path / "nowhere")
    assert "cannot be read" in complaint(Path("a\0b"))
    assert "cannot be read" in complaint(tmp_path / ("a" * 300))


def test_a_link_to_a_file_is_read(make_weights: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(make_weights(tmp_path / "a", {"a": (2,)}))
    assert len(read_header(tmp_path / "link").tensors) == 1


def test_too_many_layers_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fluxtui.services.lora.safetensors.MOST_TENSORS", 1_000)
    entries = ",".join(f'"{n}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}' for n in range(1_000))
    path = file_of(tmp_path / "a", "{" + entries + ',"x":' + ENTRY + "}")
    assert "more than 1,000 layers" in complaint(path)


def test_long_metadata_is_shortened_and_far_too_long_is_refused(tmp_path: Path) -> None:
    value = "\\u00e4" * 10_000
    path = file_of(tmp_path / "a", '{"__metadata__":{"k":"' + value + '"},"a":' + ENTRY + "}")
    assert read_header(path).metadata == {"k": "ä" * 4000}
    file_of(path, '{"__metadata__":{"k":"' + "x" * 16_000_000 + '"},"a":' + ENTRY + "}")
    assert "far too long" in complaint(path)
    keys = ",".join(f'"{n}":""' for n in range(10_001))
    file_of(path, '{"__metadata__":{' + keys + '},"a":' + ENTRY + "}")
    assert "far too large" in complaint(path)


@pytest.mark.parametrize("filling", [b"\\n", b"[", b" ", b'"', b"\\u00e4"])
def test_a_large_hostile_header_costs_no_more_than_its_own_size(filling: bytes, tmp_path: Path) -> None:
    text = b'{"__metadata__":{"k":"' + filling * (4_000_000 // len(filling))
    path = file_of(tmp_path / "a", text)
    tracemalloc.start()
    began = time.monotonic()
    try:
        complaint(path)
        assert tracemalloc.get_traced_memory()[1] < 3 * len(text)
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began < 5


def test_only_the_header_is_read(make_weights: Callable[..., Path], tmp_path: Path) -> None:
    path = make_weights(tmp_path / "a", {f"layer {n}": (1000, 1_000_000) for n in range(20)})
    assert path.stat().st_size > 40_000_000_000
    tracemalloc.start()
    try:
        assert len(read_header(path).tensors) == 20
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


words = st.text(max_size=12) | st.sampled_from(["dtype", "shape", "data_offsets", "__metadata__", "F32", ""])
numbers = st.integers(-3, 20) | st.integers() | st.floats() | st.booleans() | st.none()
values: Any = st.recursive(
    words | numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
entries = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "U8", "F4", "F6_E2M3", "X"]),
        "shape": st.lists(st.integers(0, 4), max_size=3),
        "data_offsets": st.lists(st.integers(0, 40), min_size=2, max_size=2),
    }
)


def is_refused_or_accounted_for(path: Path) -> bool:
    """Tell whether a file is refused with a sentence, or each of its bytes is told; other errors fail."""
    try:
        header = read_header(path)
    except WeightsError as error:
        return error.message == safe_text(error.message)
    text = int.from_bytes(path.read_bytes()[:8], "little")
    return header.size == path.stat().st_size == 8 + text + sum(tensor.size for tensor in header.tensors)


@few
@given(content=st.dictionaries(words, entries | values, max_size=4), data=st.integers(0, 60))
def test_any_json_is_taken_or_refused_with_a_sentence(content: object, data: int, tmp_path: Path) -> None:
    path = file_of(tmp_path / "a", json.dumps(content), data)
    assert is_refused_or_accounted_for(path)


@few
@given(
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6),
    length=st.integers(0, 400),
)
def test_any_spoilt_file_is_taken_or_refused_with_a_sentence(
    changes: list[tuple[int, int]], length: int, make_weights: Callable[..., Path], tmp_path: Path
) -> None:
    path = make_weights(tmp_path / "a", {"a.lora_A.weight": (2, 3), "é": (1,)}, {"x": "y\n"})
    content = bytearray(path.read_bytes())
    for at, value in changes:
        content[at % len(content)] = value
    path.write_bytes(content[: max(length, 1)])
    assert is_refused_or_accounted_for(path)
