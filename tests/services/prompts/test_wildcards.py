"""Wildcard files of strangers."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest

from fluxtui.domain.errors import InvalidInput
from fluxtui.services.prompts.collections import FILE_LIMIT, WildcardOption
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
    assert library(folder).choices("a") == (WildcardOption("red"), WildcardOption("blue", 2.5))


def test_json_and_yaml_hold_several_lists(folder: Path) -> None:
    (folder / "look").mkdir()
    weighted = [{"text": "gold", "weight": 3}, {"content": "tin"}, {"weight": 2}, 7]
    (folder / "look" / "all.json").write_text(json.dumps({"metal": weighted, "one": "x", "none": []}))
    (folder / "list.json").write_text('["a", "2::b"]')
    (folder / "warm.yaml").write_text("warm:\n  light: [amber, 2::rose]\n  dark:\n    - rust\n")
    assert library(folder).names() == ("list", "look/metal", "look/one", "warm/dark", "warm/light")
    assert library(folder).choices("look/metal") == (
        WildcardOption("gold", 3),
        WildcardOption("tin"),
        WildcardOption("7"),
    )
    assert library(folder).choices("list") == (WildcardOption("a"), WildcardOption("b", 2))
    assert texts(folder, "warm/*") == ["rust", "amber", "rose"]


def test_a_changed_file_is_read_again(folder: Path) -> None:
    (folder / "a.txt").write_text("one")
    known = library(folder)
    assert known.choices("a") == (WildcardOption("one"),)
    (folder / "a.txt").write_text("one\ntwo")
    known.refresh()
    assert known.choices("a") == (WildcardOption("one"), WildcardOption("two"))


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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_the_mark_of_a_file_tells_its_letters(folder: Path, encoding: str) -> None:
    (folder / "a.txt").write_bytes("Straße\n猫\n".encode(encoding))
    assert texts(folder, "a") == ["Straße", "猫"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("rot\nStraße".encode("cp1252"), r"a\.txt is not in UTF-8 \(line 2\).* Save it as UTF-8"),
        ("猫が雪".encode("gbk"), r"a\.txt is not in UTF-8 \(line 1\)"),
        ("red\nblue".encode("utf-16-le"), r"a\.txt is no text, or in UTF-16 without its mark"),
        (b"\xff\xfea", r"a\.txt is not in UTF-16"),
        ("red\nStra\ufffde".encode(), r"a\.txt has a lost letter .* in line 2"),
    ],
)
def test_letters_that_are_not_known_are_never_guessed(folder: Path, content: bytes, words: str) -> None:
    (folder / "a.txt").write_bytes(content)
    (folder / "good.txt").write_text("fine")
    assert texts(folder, "good") == ["fine"]
    with pytest.raises(InvalidInput, match=words):
        library(folder).choices("a")


def test_values_of_yaml_and_json_are_words_as_they_are_written(folder: Path) -> None:
    huge = "9" * 5000
    (folder / "a.yaml").write_text(
        f"x: [no, 1.10, 2024-01-01, !!bool foo, !!timestamp foo, 0x{huge}, 1:2:3, ~]\ny: {huge}\n"
    )
    (folder / "b.json").write_text(f'{{"n": [1.10, 7, true, null, {huge}]}}')
    assert texts(folder, "x")[:5] == ["no", "1.10", "2024-01-01", "foo", f"0x{huge}"[:2000]]
    assert texts(folder, "y") == [huge[:2000]]
    assert texts(folder, "n") == ["1.10", "7", huge[:2000]]


def test_what_is_missing_may_be_in_a_file_that_cannot_be_used(folder: Path) -> None:
    (folder / "pack.yaml").write_text("warm:\n  light: [amber\n  dark: [rust]\n")
    (folder / "large.yaml").write_text("cold:\n" + "  - ice\n" * 50_000)
    (folder / "good.txt").write_text("fine")
    with pytest.raises(InvalidInput, match=r"pack\.yaml is no YAML: its fault is at line 3") as told:
        library(folder).choices("warm/light")
    assert "large.yaml is larger than 250,000 bytes" in str(told.value)
    assert "Divide it" in str(told.value)
    assert texts(folder, "good") == ["fine"]


def test_lines_that_are_all_comments_are_told_as_such(folder: Path) -> None:
    (folder / "hex.txt").write_text("#ff0000\n#00ff00\n")
    with pytest.raises(
        InvalidInput, match=r"hex\.txt has no choices: all its lines begin with #.*1::#ff0000"
    ):
        library(folder).choices("hex")
    (folder / "hex.txt").write_text("1::#ff0000\n")
    assert texts(folder, "hex") == ["#ff0000"]


def test_a_name_is_found_as_it_is_shown(folder: Path) -> None:
    (folder / unicodedata.normalize("NFD", "Größe.txt")).write_text("groß")
    (folder / "zero\u200cwidth.txt").write_text("none")
    assert library(folder).names() == ("Größe", "zerowidth")
    assert texts(folder, "Größe") == ["groß"]
    assert texts(folder, "zerowidth") == ["none"]
