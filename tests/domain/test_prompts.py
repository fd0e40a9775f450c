"""Which prompts are templates, and how a style goes round them."""

from __future__ import annotations

import re

import pytest

from fluxtui.domain.prompts import (
    doubt_in,
    is_structured,
    is_template,
    length_of,
    place_in,
    standing_in,
    styled,
    underlined_in,
)


@pytest.mark.parametrize(
    "text",
    [
        "a {red|blue} car",
        "{2$$ and $$a|b|c}",
        "{0.5::a|b}",
        "a __colour__ car",
        "__animals/*__",
        "__~colour__ __car(make=old)__",
        "${x=red}${x}",
        "${x:red}",
        "%{a photograph of ...$$a cat}",
        "a {red|blue",
        "a __my colours__ car",
        "a __colours (warm)__, __rock & roll__",
        '{red|blue} Scene: {"light": "warm|cold"}',
        '{"red"|"blue"} car',
        "two __wild animals__s run",
        '${light:warm}, ${x:"a|b"}',
        '{0.5::"a"|b}',
        '{a|sign: "open"}',
        "{red: big|blue}",
    ],
)
def test_templates_are_known_by_their_syntax(text: str) -> None:
    assert is_template(text)


@pytest.mark.parametrize(
    "text",
    [
        "a fox",
        "a {smiling} fox",
        "snake_case and __dunder",
        "____",
        "100 % wool for $5 | or less # cheap",
        "def __init",
        '{"scene": "a {red|blue} car", "colours": ["#ff0000", "__x__"]}',
        '[{"a": "b|c"}]',
        'Scene: {"light": "warm|cold"}, at noon',
        'one {"a": "b|c"} and another {"d": {"e": "f|g"}}',
        '{"light": "warm|cold",\n "a line\nbreak": "x|y"}',
        "he wrote __ and then __ again",
        "file__name a b__c",
    ],
)
def test_prompts_without_syntax_and_json_are_no_templates(text: str) -> None:
    assert not is_template(text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        # Python 3.13 names the comma that is too much, earlier ones what follows it.
        ('{"light": "warm|cold",}', "character 2[23]"),
        ('Scene: {"light": "warm|cold", "x": [1,2,]}', "character 4[01]"),
        ("{'light': 'warm|cold'}", "character 2"),
        ('{"light": "warm|cold"', "character 21"),
        ('{light: "warm|cold"}', "character 2"),
        ('Scene: {light: "warm|cold"}', "character 9"),
        ("Scene: {time: noon, count: 3, light: 'warm|cold'}", "character 9"),
        ('Scene: {light: {key: "warm|cold"}}', "character 9"),
        ('Scene: {light: ["warm|cold"], n: 1}', "character 9"),
    ],
)
def test_json_with_a_fault_is_doubtful_and_no_template(text: str, where: str) -> None:
    assert not is_template(text)
    assert re.fullmatch(f"the JSON has a fault at {where}", doubt_in(text) or "")
    assert styled("in oil", text) == (text if text.startswith("{") else f"{text}, in oil")


@pytest.mark.parametrize("text", ["a fox", "a {red|blue} car", '{"a": "b|c"}', '{"a": "b",}', "{smiling}"])
def test_only_what_may_be_both_is_doubtful(text: str) -> None:
    assert not doubt_in(text)


def test_what_looks_like_syntax_and_stands_is_found() -> None:
    assert standing_in("a {smiling} fox") == "{smiling}"
    assert standing_in("a __my colours__ fox {x}") == "__my colours__"
    assert standing_in("a {red fox") == "{red fox"
    assert standing_in('a fox, Scene: {"a": "b|c"}') == ""
    assert standing_in("a fox") == ""


def test_json_within_an_object_whose_names_have_no_quotation_marks_is_json() -> None:
    assert not is_template('{light: {"key": "warm|cold"}}')


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x __ lead__ y", "lead"),
        ("x __trail __ y", "trail"),
        ("x __  two\nwords __ y", "two words"),
        ("x __a|b__ y", "a|b"),
        ("my__wild animals__ y", "wild animals"),
        ("{__a|b__|c}", "a|b"),
        ("x ___my priv__ y", "_my priv"),
        ("x __ ~lead__", "lead"),
    ],
)
def test_what_may_be_meant_as_a_wildcard_is_found(text: str, name: str) -> None:
    assert name in [name for part in underlined_in(text) for name in part.names]


@pytest.mark.parametrize(
    "text", ["a __colour__ lead __my colours__", '{"a": "__ x__"}', "a __ b", "____ __ __"]
)
def test_what_is_a_wildcard_or_stands_alone_is_not_doubtful(text: str) -> None:
    assert list(underlined_in(text)) == []


def test_deep_json_is_no_fault() -> None:
    assert not is_structured("[" * 100_000)


def test_a_style_goes_round_a_prompt() -> None:
    assert styled("oil of {prompt}, {prompt} again", " a fox ") == "oil of a fox, a fox again"
    assert styled("in oil", "a fox") == "a fox, in oil"
    assert styled("", "a fox") == "a fox"
    assert styled("in oil {prompt}", "  ") == "  "
    assert styled("in oil {prompt}", '{"scene": "fox"}') == '{"scene": "fox"}'


def test_lengths_and_places_in_words() -> None:
    assert length_of("  a red fox \n").words_for_people() == "3 words, 9 characters"
    assert length_of("fox").words_for_people() == "1 word, 3 characters"
    assert length_of(" ").words_for_people() == ""
    assert place_in("a {b", 2) == "character 3"
    assert place_in("a\nb {c", 4) == "line 2, character 3"
