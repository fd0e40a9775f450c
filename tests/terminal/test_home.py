"""The bytes that copy a text and that send a file."""

from __future__ import annotations

from base64 import b64decode

import pytest

from fluxtui.terminal.clipboard import MAX_SEQUENCE_BYTES, clipboard_text, copying
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.terminal.transfer import FileTransfer, file_transfer_of, iterm2_pieces


def test_a_text_is_copied_by_osc_52() -> None:
    assert copying("a fox") == "\x1b]52;c;YSBmb3g=\x07"


def test_in_tmux_it_goes_out_plain_and_wrapped() -> None:
    assert copying("a fox", in_tmux=True) == (
        "\x1b]52;c;YSBmb3g=\x07\x1bPtmux;\x1b\x1b]52;c;YSBmb3g=\x07\x1b\\"
    )


def test_what_terminals_would_throw_away_is_not_sent() -> None:
    most = (MAX_SEQUENCE_BYTES - 8) // 4 * 3
    assert copying("x" * most) is not None
    assert copying("x" * (most + 3)) is None


def test_nothing_hostile_is_copied() -> None:
    assert clipboard_text("a\x1b]0;x\x07b\r\nc\u202ed\x00") == "ab\ncd"


def test_a_file_goes_to_iterm2_in_whole_sequences() -> None:
    data = bytes(range(256)) * 100
    first, *parts, last = iterm2_pieces("a b.png", data)
    assert first == "\x1b]1337;MultipartFile=name=YSBiLnBuZw==;size=25600;inline=0\x07"
    assert last == "\x1b]1337;FileEnd\x07"
    sent = [part.removeprefix("\x1b]1337;FilePart=").removesuffix("\x07") for part in parts]
    assert b"".join(b64decode(part, validate=True) for part in sent) == data
    assert max(map(len, parts)) < 16 * 1024


@pytest.mark.parametrize(
    ("brand", "in_tmux", "found"),
    [
        ("iTerm2 3.5", False, FileTransfer.ITERM2),
        ("iterm2", True, None),
        ("WezTerm", False, None),
        ("", False, None),
    ],
)
def test_only_a_terminal_that_saves_files_is_sent_some(
    brand: str, in_tmux: bool, found: FileTransfer | None
) -> None:
    assert file_transfer_of(TerminalProfile(in_tmux=in_tmux), brand) is found
