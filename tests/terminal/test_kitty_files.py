"""kitty's commands and replies, and telling the replies apart from keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.terminal.kitty_files import (
    Code,
    Reply,
    command,
    data_commands,
    file_command,
    read_reply,
)
from fluxtui.terminal.reply_filter import MAX_REPLY_CHARACTERS, ReplyFilter


def test_commands_are_those_of_the_documentation() -> None:
    assert command("send", "someid") == "\x1b]5113;ac=send;id=someid\x1b\\"
    assert file_command("s", "f1", "~/Downloads/ü.png", 7) == (
        "\x1b]5113;ac=file;id=s;fid=f1;n=fi9Eb3dubG9hZHMvw7wucG5n;mod=7;prm=420\x1b\\"
    )
    assert data_commands("s", "f1", b"\x01\x02\x03", is_last=True) == (
        "\x1b]5113;ac=end_data;id=s;fid=f1;d=AQID\x1b\\"
    )


@pytest.mark.parametrize(
    ("size", "is_last", "actions"),
    [
        (0, True, ["end_data"]),
        (4096, False, ["data"]),
        (4096, True, ["end_data"]),
        (4097, True, ["data", "end_data"]),
        (9000, False, ["data", "data", "data"]),
    ],
)
def test_a_block_is_cut_as_kitty_wants_it(size: int, is_last: bool, actions: list[str]) -> None:
    commands = data_commands("s", "f", bytes(size), is_last=is_last).split("\x1b\\")[:-1]
    assert [one.split("ac=")[1].split(";")[0] for one in commands] == actions


@pytest.mark.parametrize(
    ("inside", "reply"),
    [
        ("ac=status;id=s;st=T0s=", Reply("s", "", Code.OK)),
        ("ac=status;id=s;fid=f1;sz=12;st=UFJPR1JFU1M=", Reply("s", "f1", Code.PROGRESS, "", 12)),
        (
            "ac=status;id=s;st=RVBFUk06VXNlciByZWZ1c2VkIHRoZSB0cmFuc2Zlcg==",
            Reply("s", "", "EPERM", "User refused the transfer"),
        ),
        ("ac=data;id=s;d=AAAA", None),
        ("ac=status;id=s;st=%%%", None),
        ("ac=status;id=s;st=T0s=;sz=x", None),
        ("", None),
    ],
)
def test_replies_are_read(inside: str, reply: Reply | None) -> None:
    assert read_reply(inside) == reply


REPLIES = ("\x1b]5113;ac=x\x1b\\", "\x1b]5113;y\x07", "\x1b]5113;;\x1b\\")


@given(st.lists(st.sampled_from(("a", "\x1b[A", "\x1b", "\x1b]11;rgb:0/0/0\x07", *REPLIES))))
def test_a_stream_is_keys_without_its_replies(parts: list[str]) -> None:
    heard: list[str] = []
    typed = ReplyFilter(heard.append).feed("".join(parts))
    assert typed == "".join(part for part in parts if part not in REPLIES)
    assert len(heard) == sum(part in REPLIES for part in parts)


@given(st.integers(0, 30), st.integers(0, 30))
def test_replies_may_be_cut_anywhere(first: int, second: int) -> None:
    stream = "x\x1b]5113;ac=status;id=s\x1b\\y"
    heard: list[str] = []
    reader = ReplyFilter(heard.append)
    cuts = sorted({min(first, len(stream)), min(second, len(stream))})
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert "".join(reader.feed(piece, is_cut=True) for piece in pieces) == "xy"
    assert heard == ["ac=status;id=s"]


def test_escape_is_never_kept_back_and_a_lost_end_does_not_swallow_keys_for_ever() -> None:
    reader = ReplyFilter(lambda inside: None)
    assert reader.feed("\x1b") == "\x1b"
    assert reader.feed("\x1b", is_cut=True) == ""
    assert reader.feed("[A") == "\x1b[A"
    assert reader.feed("\x1b]5113;" + "x" * MAX_REPLY_CHARACTERS) == ""
    assert reader.feed("y") == ""
    assert reader.feed("z") == "z"
