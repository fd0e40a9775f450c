"""The bytes that copy a text and that send a file."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path

import pytest

from fluxtui.domain.errors import InvalidInput, StorageError
from fluxtui.terminal.clipboard import MAX_SEQUENCE_BYTES, clipboard_text, copying
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.terminal.transfer import (
    MAX_FILE_BYTES,
    PIECE_BYTES,
    FileTransfer,
    Sendable,
    file_transfer_of,
    iterm2_pieces,
    sendable,
)


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


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 2])
def test_a_file_is_one_sequence_in_pieces(size: int, tmp_path: Path) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    file = tmp_path / "a fox; ünd.png"
    file.write_bytes(data)
    looked_at = sendable(file)
    pieces = list(iterm2_pieces(looked_at))
    found = re.fullmatch(
        r"\x1b\]1337;File=name=([A-Za-z0-9+/=]+);size=(\d+);inline=0:([A-Za-z0-9+/=]*)\x07", "".join(pieces)
    )
    assert found is not None
    assert b64decode(found[1]).decode() == "a fox; ünd.png"
    assert int(found[2]) == size
    assert b64decode(found[3], validate=True) == data
    assert len(found[3]) == looked_at.sequence_bytes
    assert len(pieces) == -(-size // PIECE_BYTES) + 1


def test_a_file_is_read_as_its_pieces_are_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "fox.png"
    file.write_bytes(bytes(3 * PIECE_BYTES))
    pieces = iterm2_pieces(sendable(file))
    assert next(pieces)
    with file.open("r+b") as opened:
        opened.truncate(2 * PIECE_BYTES)
    assert next(pieces)
    with pytest.raises(StorageError, match=r"fox\.png changed"):
        list(pieces)


def test_a_file_that_grew_since_it_was_looked_at_is_not_sent(tmp_path: Path) -> None:
    file = tmp_path / "fox.png"
    file.write_bytes(b"12")
    with pytest.raises(StorageError, match="changed"):
        next(iterm2_pieces(Sendable(file, 1)))


def test_what_is_no_file_or_too_large_is_not_sent(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        sendable(tmp_path / "gone.png")
    with pytest.raises(StorageError):
        sendable(tmp_path)
    large = tmp_path / "large.png"
    with large.open("wb") as opened:
        opened.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(InvalidInput, match=r"50\.0 MB"):
        sendable(large)


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
