"""How well typed words name something."""

from __future__ import annotations

import pytest

from fluxtui.domain.narrowing import (
    ALL_WORDS,
    BEGINS,
    BEGINS_A_WORD,
    ELSEWHERE,
    EXACT,
    WITHIN,
    rank,
)


@pytest.mark.parametrize(
    ("words", "title", "notes", "expected"),
    [
        ("flux 3", "FLUX 3", "$0.06", EXACT),
        (" Flux  3 ", "FLUX 3", "", EXACT),
        ("flux", "FLUX 3", "", BEGINS),
        ("3", "FLUX 3", "", BEGINS_A_WORD),
        ("lux", "FLUX 3", "", WITHIN),
        ("3 flux", "FLUX 3", "", ALL_WORDS),
        ("beta", "FLUX 3", "$0.06 · beta", ELSEWHERE),
        ("3", "FLUX.1 [dev]", "$0.035 · beta", None),
        ("$0.03", "FLUX.1 [dev]", "$0.035 · beta", ELSEWHERE),
        ("dev $0.03", "FLUX.1 [dev]", "~$0.035", ELSEWHERE),
        ("", "FLUX 3", "", BEGINS),
        ("猫", "白い猫", "", WITHIN),
        ("[", "FLUX.1 [dev]", "", BEGINS_A_WORD),
        ("dog", "FLUX 3", "cat", None),
    ],
)
def test_the_title_counts_before_notes_and_prices(
    words: str, title: str, notes: str, expected: int | None
) -> None:
    assert rank(words, title, notes) == expected
