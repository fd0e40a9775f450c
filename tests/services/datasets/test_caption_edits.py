"""Captions changed together, and in files of other tools."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.domain.errors import DatasetError, InvalidInput
from fluxtui.services.datasets.caption_edits import BulkEdit, CaptionChange, EditKind, changes_by, tag_counts
from fluxtui.services.datasets.caption_files import as_csv, as_jsonl, read_captions, write_captions

CAPTIONS = {"a.jpg": "a Dog, outside", "b.jpg": "", "c.jpg": "TOK, a cat"}


def after(edit: BulkEdit) -> dict[str, str]:
    return {change.name: change.after for change in changes_by(edit, CAPTIONS)}


def test_each_kind_of_edit() -> None:
    assert after(BulkEdit(EditKind.PREFIX, "x ")) == {
        "a.jpg": "x a Dog, outside",
        "b.jpg": "x",
        "c.jpg": "x TOK, a cat",
    }
    assert after(BulkEdit(EditKind.SUFFIX, "."))["c.jpg"] == "TOK, a cat."
    assert after(BulkEdit(EditKind.REPLACE, "dog", r"\1")) == {}
    assert after(BulkEdit(EditKind.REPLACE, "dog", r"\1", ignore_case=True)) == {"a.jpg": r"a \1, outside"}
    assert after(BulkEdit(EditKind.PATTERN, r"a (\w+)", r"the \1"))["a.jpg"] == "the Dog, outside"
    assert after(BulkEdit(EditKind.INSERT_TRIGGER, "tok")) == {"a.jpg": "tok, a Dog, outside", "b.jpg": "tok"}
    assert after(BulkEdit(EditKind.REMOVE_TRIGGER, "TOK")) == {"c.jpg": "a cat"}
    assert after(BulkEdit(EditKind.CLEAR)) == {"a.jpg": "", "c.jpg": ""}


def test_change_shows_before_and_after() -> None:
    (change,) = changes_by(BulkEdit(EditKind.REMOVE_TRIGGER, "TOK"), CAPTIONS)
    assert change == CaptionChange("c.jpg", "TOK, a cat", "a cat")


@pytest.mark.parametrize(("pattern", "replacement"), [("(", ""), ("a", r"\2"), ("", "")])
def test_expressions_that_are_none_are_refused(pattern: str, replacement: str) -> None:
    with pytest.raises(InvalidInput):
        after(BulkEdit(EditKind.PATTERN, pattern, replacement))


def test_expression_that_never_ends_is_given_up() -> None:
    began = time.monotonic()
    with pytest.raises(InvalidInput, match="too long"):
        changes_by(BulkEdit(EditKind.PATTERN, r"(x+x+)+y", ""), {"a.jpg": "x" * 4_000})
    assert time.monotonic() - began < 20


def test_tags_are_counted_once_for_each_caption() -> None:
    counts = tag_counts({"a": "dog, Tree, dog", "b": "tree", "c": " "})
    assert counts == (("tree", 2), ("dog", 1))


@pytest.mark.parametrize("name", ["captions.csv", "captions.jsonl"])
def test_captions_survive_a_file(tmp_path: Path, name: str) -> None:
    captions = {"in/a.jpg": 'with "quotes", commas\nand lines', "b.png": "ünder"}
    write_captions(tmp_path / name, captions)
    assert read_captions(tmp_path / name, captions).captions == captions
    with pytest.raises(DatasetError, match="exists already"):
        write_captions(tmp_path / name, captions)


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=4))
def test_any_text_can_be_written(captions: dict[str, str]) -> None:
    assert as_jsonl(captions).count("\n") == len(captions)
    assert as_csv(captions).startswith("file_name,text\n")


def test_names_of_other_tools_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("image,caption\nC:\\x\\A.JPG,one\nb,two\nz.png,three\n")
    imported = read_captions(path, ["in/a.jpg", "b.png"])
    assert imported.captions == {"in/a.jpg": "one", "b.png": "two"}
    assert imported.unknown == ("z.png",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"x,y\n1,2\n"),
        ("a.csv", b"\xff\xfe"),
        ("a.csv", b'file_name,text\n"' + b"x" * 200_000),
        ("a.jsonl", b"[1]\n"),
        ("a.jsonl", b"{"),
        ("a.jsonl", b"[" * 100_000),
        ("a.jsonl", b'{"file_name": 3, "text": null}'),
        ("a.txt", b"x"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        read_captions(tmp_path / name, ["a.jpg"])
    assert caught.value.message.isprintable()


def test_text_is_put_with_what_parts_it_and_nothing_left_over() -> None:
    def put(kind: EditKind, text: str, caption: str) -> str:
        (change,) = changes_by(BulkEdit(kind, text), {"a": caption})
        return change.after

    assert put(EditKind.PREFIX, "ohwx", "a dog") == "ohwx, a dog"
    assert put(EditKind.PREFIX, "ohwx, ", "a dog") == "ohwx, a dog"
    assert put(EditKind.PREFIX, "ohwx,", "a dog") == "ohwx, a dog"
    assert put(EditKind.PREFIX, "a photo of ", "a dog") == "a photo of a dog"
    assert put(EditKind.PREFIX, "ohwx, ", "") == "ohwx"
    assert put(EditKind.SUFFIX, "ohwx,", "a dog") == "a dog, ohwx"
    assert put(EditKind.SUFFIX, " at night", "a dog") == "a dog at night"
    assert put(EditKind.SUFFIX, ".", "a dog") == "a dog."
    assert put(EditKind.SUFFIX, "at night", "A dog.") == "A dog. at night"
    assert put(EditKind.SUFFIX, ", ohwx", "") == "ohwx"


def test_only_the_empty_ones_are_filled() -> None:
    assert after(BulkEdit(EditKind.FILL, "a photo, ")) == {"b.jpg": "a photo"}


def test_a_placeholder_becomes_the_trigger_word() -> None:
    (change,) = changes_by(BulkEdit(EditKind.INSERT_TRIGGER, "ohwx"), {"a": "a photo of [Trigger] at sea"})
    assert change.after == "a photo of ohwx at sea"
    assert changes_by(BulkEdit(EditKind.INSERT_TRIGGER, "café"), {"a": "the cafe\u0301"}) == ()


def test_a_trigger_word_with_its_comma_is_that_word() -> None:
    assert after(BulkEdit(EditKind.INSERT_TRIGGER, "tok, "))["a.jpg"] == "tok, a Dog, outside"
    assert after(BulkEdit(EditKind.REMOVE_TRIGGER, "TOK,")) == {"c.jpg": "a cat"}
