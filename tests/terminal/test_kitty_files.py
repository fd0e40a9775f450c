"""kitty's commands and replies."""

from __future__ import annotations

import pytest

from fluxtui.terminal.kitty_files import (
    Code,
    Reply,
    command,
    data_commands,
    file_command,
    read_reply,
)


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
