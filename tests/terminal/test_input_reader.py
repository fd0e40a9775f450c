"""Keys, pastes and replies out of what a terminal sends, cut anywhere, late, or without an end."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.terminal.input_reader import (
    ESC,
    ESCAPE_SECONDS,
    MOST_REPLY,
    PASTE_END,
    PASTE_SECONDS,
    PASTE_START,
    SEQUENCE_SECONDS,
    InputReader,
    Pasted,
    Replied,
    Token,
    Typed,
)

REPLIES = (
    *("\x1bP>|XTerm(379)\x1b\\", "\x1bP1+r544e=78746572\x1b\\", "\x1bP1$r0m\x1b\\", "\x1bP!|00000000\x1b\\"),
    *(
        "\x1b]11;rgb:0000/0000/0000\x1b\\",
        "\x1b]11;rgb:ff/ff/ff\x07",
        "\x1b]52;c;ZXhpdA==\x07",
        "\x1b]l title\x1b\\",
    ),
    *(
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b_Gi=1;ENOENT:e\x1b\\",
        "\x1b^pm\x1b\\",
        "\x1bXsos\x1b\\",
        "\x1bPdcs by bell\x07",
    ),
    *("\x1b]5113;ac=status;id=s;st=T0s=\x1b\\", "\x1b]4;1;rgb:cdcd/0000/0000\x9c"),
)
SEQUENCES = (
    *(
        "\x1b[?62;4;22c",
        "\x1b[>1;4000;20c",
        "\x1b[12;40R",
        "\x1b[?1;2R",
        "\x1b[0n",
        "\x1b[?997;1n",
        "\x1b[?1u",
    ),
    *(
        "\x1b[6;20;10t",
        "\x1b[8;24;80t",
        "\x1b[48;24;80;480;800t",
        "\x1b[?2026;2$y",
        "\x1b[2;1;1;128;128;1;0x",
    ),
    *("\x1b[I", "\x1b[O", "\x1b[<0;10;5M", "\x1b[<35;1;1m", "\x1b[32;10;5M", "\x1b[M #!", "\x1b[?1;0;256S"),
    *("\x1b[A", "\x1bOP", "\x1bO5P", "\x1b[1;5A", "\x1b[[A", "\x1b[3~", "\x1b[97;5u", "\x1bx", "\x1b\x7f"),
)
PIECES = (
    *REPLIES,
    *SEQUENCES,
    *(f"{PASTE_START}{text}{PASTE_END}" for text in ("a\rb", "[/x]é漢")),
    "q",
    "é",
    "\r",
)


def tokens_of(pieces: list[str], *, gap: float = 0.0) -> list[Token]:
    """Return what a reader makes of pieces that come one after the other, ticking whenever it wants to."""
    reader = InputReader()
    found: list[Token] = []
    now = 0.0
    for piece in pieces:
        found += reader.feed(piece, now)
        until = now + gap
        while (due := reader.due) is not None and due < until:
            found += reader.tick(due)
        now = until
    while (due := reader.due) is not None:
        found += reader.tick(due)
    return _joined(found)


def _joined(tokens: list[Token]) -> list[Token]:
    """Return the tokens with plain text that follows plain text as one."""
    joined: list[Token] = []
    for token in tokens:
        before = joined[-1] if joined else None
        plain = isinstance(token, Typed) and ESC not in token.text
        if plain and isinstance(before, Typed) and ESC not in before.text:
            joined[-1] = Typed(before.text + token.text)
        else:
            joined.append(token)
    return joined


@given(st.lists(st.sampled_from(PIECES)), st.data())
def test_cuts_change_nothing(parts: list[str], data: st.DataObject) -> None:
    stream = "".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=30)))
    pieces = [stream[start:end] for start, end in pairwise((0, *cuts, len(stream)))]
    assert tokens_of(pieces) == tokens_of([stream])


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("gap", [0.0, ESCAPE_SECONDS - 0.01])
def test_a_reply_is_none_of_the_keys_also_byte_by_byte(reply: str, gap: float) -> None:
    found = tokens_of([*"ab", *reply, *"cd"], gap=gap)
    assert [token for token in found if not isinstance(token, Replied)] in (
        [Typed("ab"), Typed("cd")],
        [Typed("abcd")],
    )
    assert len(found) == 3


@pytest.mark.parametrize("reply", [*REPLIES, *SEQUENCES[:8]])
def test_a_reply_may_come_in_two_pieces_long_apart(reply: str) -> None:
    for cut in range(2, len(reply)):
        found = tokens_of([reply[:cut], reply[cut:]], gap=SEQUENCE_SECONDS * 0.9)
        assert [token for token in found if isinstance(token, Typed) and ESC not in token.text] == [], cut


@pytest.mark.parametrize("reply", [reply for reply in (*REPLIES, *SEQUENCES[:17]) if "\x9c" not in reply])
def test_the_rest_of_a_reply_whose_escape_came_long_before_is_not_typed(reply: str) -> None:
    found = tokens_of([reply[0], reply[1:]], gap=ESCAPE_SECONDS * 4)
    assert found[0] == Typed(ESC)
    assert all(isinstance(token, Replied) or token.text.startswith(ESC) for token in found), found


def test_a_reply_without_end_stops_nothing_for_long() -> None:
    assert tokens_of(["\x1b]11;rgb:", "hello"], gap=SEQUENCE_SECONDS + 0.1) == [Typed("hello")]
    assert tokens_of(["\x1b]11;rgb:", "00/00/00\x07", "hello"], gap=SEQUENCE_SECONDS + 0.1) == [
        Typed("hello")
    ]
    assert tokens_of(["\x1b]11;rgb:", "\x1b[A"]) == [Typed("\x1b[A")]


def test_a_reply_without_measure_is_passed_over() -> None:
    pieces = ["\x1bP", *(["x" * 1000] * (MOST_REPLY // 1000 + 5)), "\x1b", "\\y"]
    assert tokens_of(pieces) == [Typed("y")]


@pytest.mark.parametrize("key", ["\x03", "\x11"])
@pytest.mark.parametrize(
    "begun",
    [
        *(
            "\x1b",
            "\x1b[",
            "\x1b[20",
            "\x1b[<0;1",
            "\x1b[M!",
            "\x1bO",
            "\x1b]11;rgb",
            "\x1bP>|xt",
            "\x1b_G",
            "\x1b[[",
        ),
        "\x1b[" + "1;" * 300,
    ],
)
def test_leaving_keys_count_in_the_middle_of_a_sequence(begun: str, key: str) -> None:
    reader = InputReader()
    reader.feed(begun, 0.0)
    assert reader.feed(key, 0.01)[-1] == Typed(key)


@pytest.mark.parametrize("key", ["\x03", "\x11", "\x1b[99;5u", "\x1b[113;5u"])
@pytest.mark.parametrize("text", ["", "line one\nline two", "text\x1b[20"])
def test_leaving_keys_count_in_the_middle_of_a_paste(text: str, key: str) -> None:
    reader = InputReader()
    reader.feed(PASTE_START + text, 0.0)
    assert reader.feed(key, 0.3)[-1] == Typed(key)
    assert reader.due is None


def test_controls_within_a_whole_paste_are_content() -> None:
    assert tokens_of([f"{PASTE_START}a\x11b\x03{PASTE_END}"]) == [Pasted("a\x11b\x03")]


@pytest.mark.parametrize("cut", range(1, len(PASTE_END)))
@pytest.mark.parametrize("gap", [0.09, 0.5])
def test_the_end_of_a_paste_may_be_cut_by_a_gap(cut: int, gap: float) -> None:
    stream = f"{PASTE_START}a\rb{PASTE_END}"
    at = len(stream) - cut
    assert tokens_of([stream[:at], stream[at:], "x"], gap=gap) == [Pasted("a\rb"), Typed("x")]


def test_a_paste_without_end_is_pasted_as_one_piece_after_a_while() -> None:
    reader = InputReader()
    assert reader.feed(PASTE_START + "one\n", 0.0) + reader.feed("two\x1b[2", 0.4) == []
    assert reader.due == pytest.approx(0.4 + PASTE_SECONDS)
    assert reader.tick(0.4 + PASTE_SECONDS) == [Pasted("one\ntwo")]
    assert reader.feed("x", 3.0) == [Typed("x")]


def test_the_mouse_does_not_make_it_wait_for_longer_and_is_not_pasted() -> None:
    reader = InputReader()
    reader.feed(PASTE_START + "text", 0.0)
    for tenths in range(1, 10):
        assert reader.feed("\x1b[<35;10;5M", tenths / 10) == [Typed("\x1b[<35;10;5M")]
    assert reader.tick(PASTE_SECONDS) == [Pasted("text")]


def spaced(pieces: Iterable[str], gap: float) -> list[Token]:
    """Read pieces, each so many seconds after the one before, and give up what is due."""
    reader, now, found = InputReader(), 0.0, list[Token]()
    for piece in pieces:
        while reader.due is not None and reader.due <= now:
            found += reader.tick(reader.due)
        found += reader.feed(piece, now)
        now += gap
    while reader.due is not None:
        found += reader.tick(reader.due)
    return found


@pytest.mark.parametrize("keys", ["\x01\x05\x13\x0e\x06", "\x7f\x7f\x08", "\x03\x11"])
def test_control_keys_every_half_second_end_a_paste_whose_end_is_lost(keys: str) -> None:
    assert spaced([PASTE_START + "text", *keys], 0.5) == [Pasted("text"), *map(Typed, keys)]


def test_control_keys_in_one_piece_are_no_more_of_it() -> None:
    assert spaced([PASTE_START + "text", "\x01\x05", "\x05\x06"], 0.5)[1:] == [
        Typed("\x01\x05"),
        Typed("\x05\x06"),
    ]


def test_escape_every_half_second_does_not_make_a_paste_wait_for_longer() -> None:
    # The first one may be the beginning of the end; those after it are the key.
    assert spaced([PASTE_START + "text", *[ESC] * 4], 0.5) == [Pasted("text"), *[Typed(ESC)] * 3]


@pytest.mark.parametrize("gap", [0.4, 0.7])
def test_the_end_may_be_cut_behind_its_first_byte(gap: float) -> None:
    assert spaced([PASTE_START + "text", ESC, PASTE_END[1:], "x"], gap) == [Pasted("text"), Typed("x")]


def test_what_comes_after_all_of_a_paste_that_was_given_up_is_pasted_not_typed() -> None:
    found = tokens_of(
        [PASTE_START + "one\n", "two\nthree\n", f"four\n{PASTE_END}", "y"], gap=PASTE_SECONDS + 0.5
    )
    assert found == [Pasted("one\n"), Pasted("two\nthree\n"), Pasted("four\n"), Typed("y")]


def test_an_end_that_comes_alone_is_nothing() -> None:
    assert tokens_of([PASTE_START + "one", PASTE_END, "y"], gap=PASTE_SECONDS + 0.5) == [
        Pasted("one"),
        Typed("y"),
    ]
    assert tokens_of([PASTE_END + "y"]) == [Typed("y")]


def test_a_lone_escape_is_the_key_after_a_moment() -> None:
    reader = InputReader()
    assert reader.feed(ESC, 5.0) == []
    assert reader.due == pytest.approx(5.0 + ESCAPE_SECONDS)
    assert reader.tick(5.0 + ESCAPE_SECONDS) == [Typed(ESC)]
    assert reader.feed("a", 5.2) == [Typed("a")]
    assert tokens_of([ESC + ESC + "[A"]) == [Typed(ESC), Typed("\x1b[A")]


@given(
    st.text(alphabet=st.sampled_from("\x1b[]P_^XOM<>?0123;:~$ !/\\\x07\x18\x03\x11aRcuté\x9c\r"), max_size=60)
)
def test_nothing_waits_for_ever_and_leaving_keys_are_never_lost(text: str) -> None:
    reader = InputReader()
    now = 0.0
    for character in text:
        now += 0.02
        reader.feed(character, now)
    assert reader.feed("\x03", now + 0.1)[-1] == Typed("\x03")
    assert reader.due is None
