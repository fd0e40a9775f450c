"""The trigger word beside the captions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluxtui.domain.dataset import DatasetRules
from fluxtui.services.datasets.triggers import trigger_lines, trigger_use


@pytest.mark.parametrize(
    ("word", "caption", "has"),
    [
        ("TOK", "a photo of tok, outside", True),
        ("TOK", "a token", False),
        ("ohwx man", "an OHWX  man in the rain", True),
        ("café", "the cafe\u0301 at night", True),
        ("кот", "Кот на столе", True),
        ("кот", "который", False),
        ("猫", "一只 猫", True),
        ("s&w", "an s&w, old", True),
        ("[v]", "a photo of [V] dog", True),
    ],
)
def test_words_are_compared_whole_in_every_script(word: str, caption: str, has: bool) -> None:
    assert trigger_use(word, [caption]).with_word == has


def test_a_word_that_is_in_no_caption_is_told(rules: DatasetRules) -> None:
    texts = ["a photo of [trigger] in a garden"] * 2 + ["a dog"] * 8 + ["", None]
    use = trigger_use("TOK", texts)
    assert (use.captions, use.with_word, use.missing) == (10, 0, 10)
    assert trigger_lines(use, rules) == (
        "TOK is in 0 of 10 captions",
        "2 captions say [trigger], which nobody replaces",
    )
    deaf = replace(rules, captions_replace_trigger=True)
    assert trigger_lines(use, deaf)[0] == ("TOK is in 0 of 10 captions, all that this trainer reads")


def test_nothing_is_said_where_all_is_well_or_nothing_is_to_be_compared(rules: DatasetRules) -> None:
    for use in (
        trigger_use("TOK", ["TOK, a dog", "a cat like tok"]),
        trigger_use("TOK", [None, " "]),
        trigger_use("", ["a dog, outside", "a dog", "a dog"]),
    ):
        assert trigger_lines(use, rules) == ()


def test_a_word_that_nobody_named_is_found(rules: DatasetRules) -> None:
    assert trigger_lines(trigger_use("", ["ohwx, a", "OHWX, b", "ohwx, c"]), rules) == (
        "all captions begin with “ohwx”, but no trigger word is given",
    )
    assert trigger_lines(trigger_use("ohwx", ["TOK in snow", "ohwx"]), rules) == (
        "ohwx is in 1 of 2 captions",
        "1 caption says TOK, which nobody replaces",
    )
