"""The lines that the user types at home, read back by real shells and a real pattern reader."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath

import pytest

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.shell import RemoteHost, forward_line, scp_line

OVER_SSH = {"SSH_CONNECTION": "203.0.113.5 51022 198.51.100.7 22"}


def host_of(connection: str | None, configured: str | None = None, port: int | None = None) -> RemoteHost:
    environ = {"SSH_CONNECTION": connection} if connection else {}
    return RemoteHost.found(configured=configured, port=port, user="jo", hostname="studio", environ=environ)


@pytest.mark.parametrize(
    ("connection", "configured", "port", "line"),
    [
        ("203.0.113.5 5 198.51.100.7 22", None, None, "scp jo@198.51.100.7:/p/a.png ."),
        ("203.0.113.5 5 198.51.100.7 2222", None, None, "scp -P 2222 jo@198.51.100.7:/p/a.png ."),
        ("2001:db8::1 5 2001:db8::7 22", None, None, "scp 'jo@[2001:db8::7]:/p/a.png' ."),
        ("203.0.113.5 5 198.51.100.7 2222", "box", None, "scp box:/p/a.png ."),
        (None, "ann@box", 2022, "scp -P 2022 ann@box:/p/a.png ."),
        (None, None, None, "scp jo@studio:/p/a.png ."),
    ],
)
def test_the_line_is_made_for_this_host(
    connection: str | None, configured: str | None, port: int | None, line: str
) -> None:
    assert scp_line(host_of(connection, configured, port), [PurePosixPath("/p/a.png")]) == line


@pytest.mark.parametrize(
    "path",
    ["/p/a b.png", '/p/it\'s "it".png', "/p/-rf", "/p/$(touch x)`y`;&|<>*?[z]\\!.png", "/p/ünïcode 猫.png"],
)
def test_a_path_survives_the_shell_here_and_the_shell_there(path: str) -> None:
    words = shlex.split(scp_line(host_of(None), [PurePosixPath(path)]))
    assert words[0] == "scp"
    assert words[2] == "."
    there = words[1].removeprefix("jo@studio:")
    assert shlex.split(there) == [path]


def test_several_pictures_are_one_line() -> None:
    paths = [PurePosixPath("/p/a b"), PurePosixPath("/p/c")]
    assert scp_line(host_of(None), paths) == "scp 'jo@studio:/p/a\\ b' jo@studio:/p/c ."


@pytest.mark.parametrize("path", ["/p/a\nb", "/p/a\x1b[2Jb", "/p/a\u202eb", "/p/a\tb"])
def test_a_name_with_a_line_break_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        scp_line(host_of(None), [PurePosixPath(path)])


@pytest.mark.parametrize("name", ["-oProxyCommand=x", "a b", "a;b", "jo@-x", "a/b", "-x@a", "$(x)", "@a"])
def test_a_strange_host_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        host_of(None, configured=name)


def test_the_forward_line_uses_the_same_port_on_both_sides() -> None:
    assert forward_line(host_of(None, "box"), 8790) == "ssh -N -L 8790:127.0.0.1:8790 box"
