"""What Textual is told of what a terminal sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from fluxtui.app.input_events import InputEvents
from fluxtui.terminal.input_reader import InputReader
from tests.terminal.test_input_reader import REPLIES, SEQUENCES


def events_of(text: str) -> list[Message]:
    reader = InputReader()
    made = InputEvents()
    tokens = reader.feed(text, 0.0)
    while (due := reader.due) is not None:
        tokens += reader.tick(due)
    return [event for token in tokens for event in made.of(token)]


def keys_of(text: str) -> list[str]:
    found = events_of(text)
    assert all(isinstance(event, events.Key) for event in found), found
    return [event.key for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("aé\r\t\x7f", ["a", "é", "enter", "tab", "backspace"]),
        ("\x1b", ["escape"]),
        ("\x1b[A\x1bOP\x1b[[B\x1b[17~", ["up", "f1", "f2", "f6"]),
        ("\x1b[1;5A\x1b[3$", ["ctrl+up", "shift+delete"]),
        ("\x1bxy", ["alt+x", "y"]),
        ("\x1b[97;5u\x1b[27u\x1b[99;5u", ["ctrl+a", "escape", "ctrl+c"]),
        ("\x1b[57358u", ["caps_lock"]),
        ("\x03\x11", ["ctrl+c", "ctrl+q"]),
    ],
)
def test_keys(text: str, keys: list[str]) -> None:
    assert keys_of(text) == keys


REPORTS = tuple(
    sequence for sequence in SEQUENCES[:17] if sequence not in ("\x1b[I", "\x1b[O") and "<" not in sequence
)


@pytest.mark.parametrize(
    "text",
    [
        *REPLIES,
        *(text for text in REPORTS if "2026" not in text and "[48;" not in text),
        *(
            "\x1b[99999~",
            "\x1b[201~",
            "\x1b[5;5R",
            "\x1b[99999999999u",
            "\x1b[1114112u",
            "\x1b[55296u",
            "\x1b[5;5A",
        ),
        *("\x1b[" + "1" * 5000 + "u", "\x1b[<0;" + "9" * 5000 + ";1M", "\x1b[97;99999999999999999999u"),
        *("\x1b[63000u", "\x1b\\", "\x1b[?2026;2$y"[:-1] + "z"),
    ],
)
def test_replies_are_nothing(text: str) -> None:
    assert events_of(text) == []


def test_what_textual_asked_for_reaches_it() -> None:
    (supported,) = events_of("\x1b[?2026;2$y")
    assert isinstance(supported, TerminalSupportsSynchronizedOutput)
    size, focus, blur = events_of("\x1b[48;24;80;480;800t\x1b[I\x1b[O")
    assert isinstance(size, events.Resize)
    assert size.size == (80, 24)
    assert isinstance(focus, events.AppFocus)
    assert isinstance(blur, events.AppBlur)
    (click,) = events_of("\x1b[<0;10;5M")
    assert isinstance(click, events.MouseDown)
    (paste,) = events_of("\x1b[200~a\x00b\rc\x1b[201~")
    assert isinstance(paste, events.Paste)
    assert paste.text == "ab\rc"


@given(st.text(alphabet=st.sampled_from("\x1b[]P_OM<>?01239;:~$\\\x07\x18aABRScuté漢"), max_size=40))
def test_nothing_that_is_sent_is_a_fault(text: str) -> None:
    events_of(text)
