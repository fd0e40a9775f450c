"""Wildcard files of strangers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fluxtui.domain.errors import InvalidInput
from fluxtui.services.prompts.collections import FILE_LIMIT, Choice
from fluxtui.services.prompts.wildcards import WildcardLibrary


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "wildcards"
    made.mkdir()
    return made


def library(folder: Path) -> WildcardLibrary:
    made = WildcardLibrary(folder)
    made.refresh()
    return made


def texts(folder: Path, name: str) -> list[str]:
    return [choice.text for choice in library(folder).choices(name)]


def test_a_directory_that_is_not_there_has_no_wildcards(tmp_path: Path) -> None:
    assert library(tmp_path / "none").names() == ()
    with pytest.raises(InvalidInput, match="has no wildcards"):
        library(tmp_path / "none").choices("x")


def test_text_files_hold_one_choice_a_line(folder: Path) -> None:
    (folder / "a.txt").write_bytes(
        "\ufeff# comment\r\n red \r\n\r\n2.5::blue\r\nred\x1b[31m\x07\r\n".encode()
    )
    assert library(folder).choices("a") == (Choice("red"), Choice("blue", 2.5))


def test_json_and_yaml_hold_several_lists(folder: Path) -> None:
    (folder / "look").mkdir()
    weighted = [{"text": "gold", "weight": 3}, {"content": "tin"}, {"weight": 2}, 7]
    (folder / "look" / "all.json").write_text(json.dumps({"metal": weighted, "one": "x", "none": []}))
    (folder / "list.json").write_text('["a", "2::b"]')
    (folder / "warm.yaml").write_text("warm:\n  light: [amber, 2::rose]\n  dark:\n    - rust\n")
    assert library(folder).names() == ("list", "look/metal", "look/one", "warm/dark", "warm/light")
    assert library(folder).choices("look/metal") == (Choice("gold", 3), Choice("tin"), Choice("7"))
    assert library(folder).choices("list") == (Choice("a"), Choice("b", 2))
    assert texts(folder, "warm/*") == ["rust", "amber", "rose"]


def test_a_changed_file_is_read_again(folder: Path) -> None:
    (folder / "a.txt").write_text("one")
    known = library(folder)
    assert known.choices("a") == (Choice("one"),)
    (folder / "a.txt").write_text("one\ntwo")
    known.refresh()
    assert known.choices("a") == (Choice("one"), Choice("two"))


def test_links_out_of_the_directory_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "real.txt").write_text("real")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "inside.txt").symlink_to(folder / "real.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / "round").symlink_to(folder)
    (folder / ".hidden.txt").write_text("hidden")
    assert library(folder).names() == ("inside", "real")
    for name in ("../secret", "link", "up/secret", "/secret", "*/secret"):
        with pytest.raises(InvalidInput, match="There is no wildcard"):
            library(folder).choices(name)


def test_a_linked_directory_of_wildcards_is_the_users_choice(folder: Path, tmp_path: Path) -> None:
    (folder / "a.txt").write_text("one")
    (tmp_path / "other").symlink_to(folder)
    assert texts(tmp_path / "other", "a") == ["one"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("big.txt", "x" * (FILE_LIMIT + 1), "is larger than"),
        ("big.yaml", "a: [" + "x, " * FILE_LIMIT + "]", "is larger than"),
        ("lines.txt", "a\n" * 30_000, "has more than 20,000 choices"),
        ("bad.json", "{", "is no JSON"),
        ("deep.json", "[" * 100_000, "is no JSON"),
        ("bad.yaml", "a: [b", "is no YAML"),
        ("object.yaml", "!!python/object/apply:os.system ['true']", "is no YAML"),
        ("nested.json", '{"a":' * 20 + "1" + "}" * 20, "nested deeper than 12 times"),
        ("empty.txt", "# nothing", "has no choices"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence(folder: Path, name: str, content: str, words: str) -> None:
    (folder / name).write_text(content)
    (folder / "good.txt").write_text("fine")
    assert texts(folder, "good") == ["fine"]
    with pytest.raises(InvalidInput, match=words):
        library(folder).choices(name.partition(".")[0])


@pytest.mark.timeout(10)
def test_yaml_that_repeats_itself_is_bounded(folder: Path) -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{{', '.join(f'k{k}: *a{n - 1}' for k in range(9))}}}" for n in range(1, 9)]
    (folder / "bomb.yaml").write_text("\n".join(lines))
    with pytest.raises(InvalidInput, match="has more than"):
        library(folder).choices("bomb")


@pytest.mark.timeout(10)
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "pipe.json")
    with pytest.raises(InvalidInput, match="is no file"):
        library(folder).choices("pipe")
