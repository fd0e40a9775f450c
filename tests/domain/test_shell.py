"""The lines that the user types at home, read back by real shells and a real pattern reader."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.shell import RemoteHost, forward_line, is_login, scp_line, shell_word

NAMES = (
    "a b.png",
    'it\'s "it".png',
    "-rf",
    "$(touch x)`y`;&|<>*?[z]\\!.png",
    "ünïcode 猫.png",
    "~x.png",
    "#{a,b}%c^=:@.png",
)
SFTP_SERVERS = (
    "/usr/lib/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/libexec/sftp-server",
)


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


@pytest.mark.parametrize("name", NAMES)
def test_a_path_survives_the_shell_here_and_the_shell_there(name: str) -> None:
    words = shlex.split(scp_line(host_of(None), [PurePosixPath("/p", name)]))
    assert words[0] == "scp"
    assert words[2] == "."
    there = words[1].removeprefix("jo@studio:")
    assert shlex.split(there) == [f"/p/{name}"]


@pytest.mark.parametrize("protocol", ["sftp", "old"])
def test_scp_fetches_what_the_line_names_and_nothing_else(protocol: str, tmp_path: Path) -> None:
    """The real scp, with a program in place of ssh that does what sshd would: SFTP, or a shell."""
    server = next((path for path in SFTP_SERVERS if Path(path).exists()), None)
    if shutil.which("scp") is None or (protocol == "sftp" and server is None):
        pytest.skip("there is no scp, or no server for it")
    there, here, ssh = tmp_path / "there is a space", tmp_path / "here", tmp_path / "ssh"
    there.mkdir()
    here.mkdir()
    for name in (*NAMES, "abc.png"):
        (there / name).write_text(name)
    does = f"exec {server}" if protocol == "sftp" else 'for last; do :; done\nexec /bin/sh -c "$last"'
    ssh.write_text(f"#!/bin/sh\n{does}\n")
    ssh.chmod(0o700)
    line = scp_line(host_of("203.0.113.5 5 198.51.100.7 2222"), [there / name for name in NAMES])
    scp, *words = shlex.split(line)
    command = [scp, "-q", "-S", str(ssh), *(["-O"] if protocol == "old" else []), *words]
    subprocess.run(command, cwd=here, check=True, stdin=subprocess.DEVNULL)
    assert {file.name: file.read_text() for file in here.iterdir()} == {name: name for name in NAMES}


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
    assert not is_login(name)


@pytest.mark.parametrize(
    "name", ["box", "ann@box.example", "198.51.100.7", "ann@2001:db8::7", "fe80::1%eth0"]
)
def test_a_host_or_a_user_at_a_host_can_be_configured(name: str) -> None:
    assert is_login(name)
    assert host_of(None, configured=name).login == name


def test_the_forward_line_uses_the_same_port_on_both_sides() -> None:
    assert forward_line(host_of(None, "box"), 8790) == "ssh -N -L 127.0.0.1:8790:127.0.0.1:8790 box"


@pytest.mark.parametrize(
    ("client", "server", "is_guess"),
    [
        ("10.0.0.5", "10.0.0.7", False),
        ("8.8.8.8", "9.9.9.9", False),
        ("8.8.8.8", "10.0.0.7", True),
        ("2600::5", "2600::7", False),
        ("fe80::5%eth0", "fe80::7%eth0", False),
        ("UNKNOWN", "10.0.0.7", True),
    ],
)
def test_an_address_behind_another_one_is_a_guess(client: str, server: str, is_guess: bool) -> None:
    assert host_of(f"{client} 5 {server} 22").is_guess is is_guess


@pytest.mark.parametrize("name", ["plain", *NAMES])
def test_a_word_is_the_path_again_in_any_shell(name: str) -> None:
    assert shlex.split(shell_word(Path("/x", name))) == [f"/x/{name}"]


@pytest.mark.parametrize(
    "name", ["tab\there", "two\nlines", "\x1b[31mred", "it's\u202egnp", "bad\udcff", "\u200b"]
)
def test_a_name_that_cannot_be_shown_is_told_in_plain_characters(name: str) -> None:
    word = shell_word(Path("/x", name))
    assert word.isascii()
    assert word.isprintable()
    bash = shutil.which("bash")
    assert bash, "needed to read the word back"
    said = subprocess.run([bash, "-c", f"printf %s {word}"], capture_output=True, check=True).stdout
    assert said == os.fsencode(f"/x/{name}")
